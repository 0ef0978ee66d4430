"""One blank spaCy pipeline per language: its words, sentences, and the phrases found in them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

from nlu.automaton import Automaton, Mark
from nlu.hearing import Hearing, folded
from nlu.reading import Piece, Reading, Span, is_word
from nlu.spelling import Spelling

_TOKEN = re.compile(r"[^\W_]+(?:['’´][^\W_]+)*|[^\w\s]|_")
_UNKNOWN = "¤"
_SENTENCE_END = frozenset(".!?\n…")
_LONGEST_ORDINAL = 2  # digits
_CLAUSE_END = frozenset(",;:–—()")


@Language.factory(
    "ombud_sentences", default_config={"abbreviations": [], "joining": [], "no_ordinal_before": []}
)
def make_sentences(
    nlp: Language,
    name: str,
    abbreviations: list[str],
    joining: list[str],
    no_ordinal_before: list[str],
) -> Sentences:
    """The component that cuts a text into sentences and clauses."""
    return Sentences(frozenset(abbreviations), frozenset(joining), frozenset(no_ordinal_before))


@Language.factory("ombud_phrases")
def make_phrases(nlp: Language, name: str) -> Phrases:
    """The component that finds the phrases of the language file; `learn` gives it them."""
    return Phrases()


class Words:
    """Makes a Doc of a text. Unknown words become one sign in it.

    So the vocabulary, which spaCy never empties, neither grows nor keeps what people wrote.
    """

    def __init__(
        self,
        vocab: Vocab,
        spelling: Spelling,
        plain: Callable[[str], str],
        elision: re.Pattern[str] | None = None,
    ) -> None:
        self._vocab = vocab
        self._token = _token(elision)
        self._spelling = spelling
        self._plain = plain

    def __call__(self, text: str) -> Doc:
        """The words of `text`, with their norms and places in `user_data`."""
        found = list(self._token.finditer(text))
        is_shouted = text.isupper()
        norms = [
            self._spelling.read(
                self._plain(folded(match[0])),
                may_be_name=index > 0 and match[0][0].isupper() and not is_shouted,
            )
            for index, match in enumerate(found)
        ]
        words = [norm if self._spelling.knows(norm) else _UNKNOWN for norm in norms]
        doc = Doc(self._vocab, words=words)
        doc.user_data["text"] = text
        doc.user_data["norms"] = norms
        doc.user_data["spans"] = [match.span() for match in found]
        return doc


@dataclass
class Sentences:
    """Cuts at full stops that end something, at line breaks, commas and joining words."""

    abbreviations: frozenset[str]
    joining: frozenset[str]
    no_ordinal_before: frozenset[str] = frozenset()

    def __call__(self, doc: Doc) -> Doc:
        """The doc with its sentences and clauses in `user_data`."""
        text, norms, spans = (doc.user_data[name] for name in ("text", "norms", "spans"))
        ends = [index + 1 for index in range(len(norms)) if self._ends(text, norms, spans, index)]
        sentences = _pieces([0, *ends, len(norms)])
        starts = {piece.start for piece in sentences} | {
            index + (norm in _CLAUSE_END)
            for index, norm in enumerate(norms)
            if self._parts(text, norms, spans, index)
        }
        doc.user_data["sentences"] = sentences
        doc.user_data["clauses"] = _pieces(sorted({*starts, 0, len(norms)}))
        return doc

    def _ends(self, text: str, norms: list[str], spans: list[Span], index: int) -> bool:
        after = spans[index][1]
        following = spans[index + 1][0] if index + 1 < len(spans) else len(text)
        if "\n" in text[after:following]:
            return True
        if norms[index] not in _SENTENCE_END or after == following:
            return norms[index] in "!?" and after == following
        before = norms[index - 1] if index else ""
        return norms[index] != "." or not (
            before in self.abbreviations
            or self._is_initial(norms, spans, index - 1)
            or self._is_ordinal(norms, spans, index)
        )

    def _is_ordinal(self, norms: list[str], spans: list[Span], index: int) -> bool:
        """Whether a full stop makes a number an ordinal, as in "am 3. Mai", and ends nothing."""
        if not self.no_ordinal_before or index == 0 or index + 1 == len(norms):
            return False
        start, end = spans[index - 1]
        is_short = norms[index - 1] == "#" and end - start <= _LONGEST_ORDINAL
        return is_short and norms[index + 1] not in self.no_ordinal_before

    def _is_initial(self, norms: list[str], spans: list[Span], index: int) -> bool:
        """Whether a lone letter is that of a name ("C. Vaughan") and no end of a code ("77-A.")."""
        is_alone = index == 0 or (index > 0 and spans[index - 1][1] < spans[index][0])
        return is_alone and len(norms[index]) == 1 and norms[index].isalpha()

    def _parts(self, text: str, norms: list[str], spans: list[Span], index: int) -> bool:
        if norms[index] in _CLAUSE_END:
            after = spans[index][1]
            return after >= len(text) or text[after].isspace() or norms[index] in "–—()"
        return norms[index] in self.joining


@dataclass
class Phrases:
    """Finds the phrases of the language file."""

    automaton: Automaton = field(default_factory=lambda: Automaton({}))

    def learn(self, hearing: Hearing) -> None:
        """Take the phrases of a language file."""
        self.automaton = Automaton(hearing.phrases)

    def __call__(self, doc: Doc) -> Doc:
        """The doc with the phrases found, by their labels, in `user_data`."""
        marks: dict[str, list[Mark]] = defaultdict(list)
        for mark in self.automaton.find(doc.user_data["norms"]):
            marks[mark.label].append(mark)
        doc.user_data["marks"] = {label: tuple(found) for label, found in marks.items()}
        return doc


class Pipeline:
    """Reads texts in one language."""

    def __init__(self, hearing: Hearing) -> None:
        self._nlp = spacy.blank("xx")  # words are cut here: spaCy's own for French take 2 s to load
        shape = hearing.section("shape")
        known = [word for word in hearing.vocabulary if hearing.plain(word) == word]
        spelling = Spelling(
            known,
            {**hearing.variants, **hearing.spelling},
            changed_letters=bool(shape.get("changed_letters", False)),
            heads=hearing.words.get("heads", ()),
            shortest_capital=shape.get("shortest_capital"),
        )
        self._nlp.tokenizer = Words(self._nlp.vocab, spelling, hearing.plain, hearing.elision)
        words = {name: sorted(hearing.words.get(name, ())) for name in ("abbreviations", "joining")}
        if shape.get("ordinal_dot"):
            words["no_ordinal_before"] = sorted(hearing.words.get("function", ()))
        self._nlp.add_pipe("ombud_sentences", config=words)
        phrases = self._nlp.add_pipe("ombud_phrases")
        assert isinstance(phrases, Phrases)  # noqa: S101  the component just made
        phrases.learn(hearing)

    def read(self, text: str) -> Reading:
        """What `text` says; an empty one says nothing and never enters the pipeline."""
        if not text.strip():
            return Reading(text, (), (), {}, (), ())
        data = self._nlp(text).user_data
        return Reading(
            text=text,
            norms=tuple(data["norms"]),
            spans=tuple(data["spans"]),
            marks=data["marks"],
            sentences=data["sentences"],
            clauses=data["clauses"],
        )


def _token(elision: re.Pattern[str] | None) -> re.Pattern[str]:
    if elision is None:
        return _TOKEN
    return re.compile(f"{elision.pattern}|{_TOKEN.pattern}", re.IGNORECASE)


def _pieces(borders: list[int]) -> tuple[Piece, ...]:
    return tuple(Piece(start, end) for start, end in pairwise(borders) if start < end)


def real_words(reading: Reading, piece: Piece) -> list[str]:
    """The words in `piece` without its punctuation."""
    return [norm for norm in reading.norms[piece.start : piece.end] if is_word(norm)]
