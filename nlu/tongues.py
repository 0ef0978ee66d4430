"""Which of the shipped languages a message is in, and which one it asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from nlu.hearing import Hearing, folded

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ENOUGH_WORDS = 4
_MOST_WORDS = 60
_MARGIN = 0.3  # the share of known words by which another language must lead
_SURE = 0.9


class Tongues:
    """Tells the shipped languages apart."""

    def __init__(self, hearings: Mapping[str, Hearing]) -> None:
        self._known = {
            code: hearing.vocabulary.union(hearing.variants, hearing.spelling)
            for code, hearing in hearings.items()
        }
        self._bare = {code: hearing.bare for code, hearing in hearings.items()}
        self._names = [
            (hearing.section("languages"), hearing.plain) for hearing in hearings.values()
        ]
        self._identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        self._identifier.set_languages(sorted(self._known))

    def tell(self, text: str, prior: str) -> str:
        """The language of `text`; of a short or doubtful one the language spoken so far."""
        words = [folded(word) for word in _WORD.findall(text)[:_MOST_WORDS]]
        if not words or len(self._known) < 2:
            return prior
        shares = {
            code: _share([self._bare[code](word) for word in words], known)
            for code, known in self._known.items()
        }
        best = max(shares, key=lambda code: (shares[code], code == prior))
        lead = shares[best] - shares.get(prior, 0.0)
        if best == prior or lead <= 0:
            return prior
        if len(words) < _ENOUGH_WORDS:
            return best if shares[best] == 1 and shares.get(prior, 0.0) == 0 else prior
        guess, surety = self._identifier.classify(text)
        is_clear = lead >= _MARGIN or (guess == best and surety >= _SURE and lead > 0.1)
        return best if is_clear and (guess == best or lead >= 2 * _MARGIN) else prior

    def is_clear(self, text: str) -> bool:
        """Whether a message is long enough to change the language of a conversation."""
        return len(_WORD.findall(text)) >= _ENOUGH_WORDS

    def asked(self, text: str) -> str | None:
        """The shipped language that the words name, in whichever shipped language."""
        words = {folded(word) for word in _WORD.findall(text)}
        for names, plain in self._names:
            heard = set(map(plain, words))
            for code, forms in names.items():
                if code in self._known and heard.intersection(forms):
                    return str(code)
        return None


def _share(words: list[str], known: frozenset[str]) -> float:
    return sum(word in known for word in words) / len(words)
