"""What would put it right: which remedies are wanted or refused, and which sum."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace

from bot.dialogue.interpretation import Context, HeardAmount
from bot.domain.answers import Amount, Remedy
from nlu.automaton import Mark
from nlu.hearing import Hearing
from nlu.reading import Piece, Reading, is_word

_LONGEST_PHRASE = 12  # words
_LONG_WORD = 6
_NEAR = 4  # words between a refusal and what it refuses
_SHORT_CLAUSE = 7
_MONEY = frozenset({Remedy.REFUND, Remedy.COMPENSATION})
_KINDS = tuple(kind for kind in Remedy if kind not in (Remedy.NONE, Remedy.UNSURE))


@dataclass(frozen=True)
class Wishes:
    """What was heard of what is wanted."""

    wanted: tuple[Remedy, ...] = ()
    dropped: tuple[Remedy, ...] = ()
    amount: Amount | None = None


@dataclass(frozen=True)
class _Clause:
    """A clause, whether it wishes, and the remedies that it names, asked for or only named."""

    piece: Piece
    is_wish: bool
    named: tuple[tuple[Remedy, Mark, str], ...]


class WishReader:
    """Hears wishes in one language."""

    def __init__(self, hearing: Hearing) -> None:
        words = hearing.words
        self._function = words.get("function", frozenset()) | words.get("polite", frozenset())
        self._light = self._function | words.get("neutral", frozenset())
        self._third = words.get("third", frozenset())
        self._joining = words.get("joining", frozenset())

    def read(self, reading: Reading, context: Context, amounts: tuple[HeardAmount, ...]) -> Wishes:
        """The wishes in a message; where the remedy was asked for, less has to be said."""
        is_asked = context.ask == "remedy_sought"
        clauses = self._clauses(reading, is_asked=is_asked)
        wanted: list[tuple[int, Remedy]] = []
        dropped: list[tuple[int, Remedy]] = []
        for clause in clauses:
            for kind, mark, part in clause.named:
                if _is_mere_person(kind, part, clause) or _is_opening_word(reading, kind, mark):
                    continue
                if self._is_refused(reading, clause.piece, mark):
                    dropped.append((mark.start, kind))
                elif self._is_wanted(reading, clause, (kind, mark), is_asked=is_asked):
                    wanted.append((mark.start, kind))
        if is_asked and not wanted and reading.has("remedy.apology.asked"):
            wanted.append((0, Remedy.APOLOGY))
        amount = self._amount(reading, clauses, amounts, is_asked=is_asked)
        if amount:
            is_back = (is_asked and not wanted) or reading.has("wish.back")
            kind = Remedy.REFUND if is_back else Remedy.COMPENSATION
            wanted += (
                [] if any(one in _MONEY for _, one in wanted) else [(len(reading.norms), kind)]
            )
        kinds = _in_order(wanted)
        refused = tuple(kind for kind in _in_order(dropped) if kind not in kinds)
        if is_asked and not kinds:
            kinds = self._answer(reading, refused=bool(refused))
        elif is_asked and self._asks_more(reading, clauses):
            kinds = (*kinds, *((Remedy.OTHER,) if Remedy.OTHER not in kinds else ()))
        return Wishes(kinds, refused, amount)

    def _clauses(self, reading: Reading, *, is_asked: bool) -> list[_Clause]:
        named = self._named(reading)
        clauses: list[_Clause] = []
        sentence_starts = {sentence.start for sentence in reading.sentences}
        goes_on = False
        for piece in reading.clauses:
            inside = tuple(one for one in named if piece.start <= one[1].start < piece.end)
            if piece.start in sentence_starts:
                goes_on = False
            is_wish = self._wishes(reading, piece) or (goes_on and self._follows(reading, piece))
            is_wish = is_wish or self._is_bare(reading, piece, inside)
            goes_on = is_wish
            clauses.append(_Clause(piece, is_wish or is_asked, inside))
        return clauses

    def _named(self, reading: Reading) -> list[tuple[Remedy, Mark, str]]:
        """The remedies in the text; a longer phrase hides shorter ones inside it."""
        found: list[tuple[Remedy, Mark, str]] = []
        for kind in _KINDS:
            for form in ("ask", "verb", "noun", "new"):
                marks = reading.found(f"remedy.{kind}.{form}")
                found += [(kind, self._widened(reading, mark, form), form) for mark in marks]
        found = [
            one
            for one in found
            if len(Piece(one[1].start, one[1].end))
            and not (one[2] == "verb" and self._names_number(reading, one[1].end))
        ]
        found.sort(key=lambda one: (one[1].start, one[1].end))
        return [one for one in found if not any(_hides(other, one) for other in _near(found, one))]

    def _names_number(self, reading: Reading, position: int) -> bool:
        """Whether a number follows: "replace 4711 with 4712" corrects and wishes for nothing."""
        return position < len(reading.norms) and reading.norms[position] == "#"

    def _widened(self, reading: Reading, mark: Mark, form: str) -> Mark:
        """ "a new" needs the thing that is to be new, which is no function word."""
        if form != "new":
            return mark
        after = reading.norms[mark.end] if mark.end < len(reading.norms) else ""
        is_trouble = any(one.start == mark.end for one in reading.marks.get("story.trouble", ()))
        is_thing = is_word(after) and after not in self._function and not is_trouble
        return replace(mark, end=mark.end + 1 if is_thing else mark.start)

    def _wishes(self, reading: Reading, piece: Piece) -> bool:
        hidden = reading.found("wish.not_wish")
        return any(
            not any(other.start <= mark.start < other.end for other in hidden)
            and not self._is_theirs(reading, piece, mark.start)
            for label in ("wish.cue", "wish.ultimatum")
            for mark in reading.marks.get(label, ())
            if piece.start <= mark.start < piece.end
        )

    def _is_theirs(self, reading: Reading, piece: Piece, position: int) -> bool:
        """Whether somebody else wishes ("they want to know")."""
        before = reading.norms[max(piece.start, position - 2) : position]
        return any(word in self._third for word in before)

    def _follows(self, reading: Reading, piece: Piece) -> bool:
        """Whether a clause goes on with the wish before it, having no subject of its own."""
        words = [norm for norm in reading.norms[piece.start : piece.end] if is_word(norm)]
        opening = words[:3]
        if any(word in self._third for word in opening):
            return False
        first = next(
            (
                i
                for i in range(piece.start, piece.end)
                if reading.norms[i] not in self._joining and is_word(reading.norms[i])
            ),
            piece.start,
        )
        return not any(mark.start == first for mark in reading.marks.get("story.subject", ()))

    def _is_bare(
        self, reading: Reading, piece: Piece, named: tuple[tuple[Remedy, Mark, str], ...]
    ) -> bool:
        """Whether a short clause is nothing but a remedy ("a refund after all", "swap them")."""
        if not named or len(piece) > _SHORT_CLAUSE:
            return bool(named) and self._is_imperative(reading, piece, named)
        covered = {index for _, mark, _ in named for index in range(mark.start, mark.end)}
        rest = [
            reading.norms[index]
            for index in range(piece.start, piece.end)
            if index not in covered and is_word(reading.norms[index])
        ]
        is_bare = all(word in self._light and word not in self._third for word in rest)
        return is_bare or self._is_imperative(reading, piece, named)

    def _is_imperative(
        self, reading: Reading, piece: Piece, named: tuple[tuple[Remedy, Mark, str], ...]
    ) -> bool:
        first = next(
            (
                i
                for i in range(piece.start, piece.end)
                if reading.norms[i] not in self._light and is_word(reading.norms[i])
            ),
            piece.end,
        )
        subject = reading.norms[piece.start : first]
        has_subject = any(
            reading.starts_with("story.subject", Piece(i, first + 1))
            for i in range(piece.start, first)
        )
        return (
            not has_subject
            and any(
                form in ("verb", "ask") and mark.start <= first < mark.end
                for _, mark, form in named
            )
            and not any(word in self._third for word in subject)
        )

    def _is_refused(self, reading: Reading, piece: Piece, mark: Mark) -> bool:
        return _stands_before(reading, "wish.refused", piece, mark) or _stands_after(
            reading, "wish.refused_after", piece, mark
        )

    def _is_wanted(
        self, reading: Reading, clause: _Clause, named: tuple[Remedy, Mark], *, is_asked: bool
    ) -> bool:
        _, mark = named
        form = next(form for _, other, form in clause.named if other is mark)
        if _stands_before(reading, "wish.negated", clause.piece, mark):
            return False
        if _stands_before(reading, "wish.told", clause.piece, mark) and not self._wish_between(
            reading, clause.piece, mark
        ):
            return False
        return clause.is_wish or (form == "ask" and is_asked)

    def _wish_between(self, reading: Reading, piece: Piece, mark: Mark) -> bool:
        """Whether a wish stands between what was told and the remedy ("they lost it, I want …")."""
        told = [one.end for one in reading.found("wish.told", Piece(piece.start, mark.start))]
        cues = [
            one.end
            for one in reading.marks.get("wish.cue", ())
            if piece.start <= one.start < mark.end
        ]
        return bool(cues) and max(cues) >= max(told, default=0)

    def _amount(
        self,
        reading: Reading,
        clauses: list[_Clause],
        amounts: tuple[HeardAmount, ...],
        *,
        is_asked: bool,
    ) -> Amount | None:
        for heard in amounts:
            place = reading.covering(heard.span)
            clause = next(
                (one for one in clauses if one.piece.start <= place.start < one.piece.end), None
            )
            if clause is None or not clause.is_wish or reading.has("wish.part", clause.piece):
                continue
            is_back = reading.has("wish.back", clause.piece)
            kinds = {
                kind
                for kind, mark, _ in clause.named
                if not self._is_refused(reading, clause.piece, mark)
            }
            leads = self._leads(reading, clause.piece, place.start)
            if is_back or kinds & _MONEY or leads or (is_asked and len(amounts) == 1):
                return heard.value
        return None

    def _leads(self, reading: Reading, piece: Piece, position: int) -> bool:
        """Whether a wish goes straight to the sum ("an apology and £50 for the taxi")."""
        before = reading.norms[piece.start : position]
        return not any(is_word(norm) and norm not in self._joining for norm in before)

    def _answer(self, reading: Reading, *, refused: bool) -> tuple[Remedy, ...]:
        """What an answer without a known remedy means."""
        if reading.has("wish.nothing") and not reading.has("remedy.other.more"):
            return (Remedy.NONE,)
        if reading.has("wish.unsure"):
            return (Remedy.UNSURE,)
        content = [norm for norm in reading.norms if is_word(norm) and norm not in self._light]
        is_told = len(content) >= 2 or any(len(norm) >= _LONG_WORD for norm in content)
        return (Remedy.OTHER,) if is_told and not refused else ()

    def _asks_more(self, reading: Reading, clauses: list[_Clause]) -> bool:
        """Whether, beside a known remedy, a clause asks for something else ("train your staff")."""
        return any(
            not clause.named and index > 0 and self._begins_with_deed(reading, clause.piece)
            for index, clause in enumerate(clauses)
        )

    def _begins_with_deed(self, reading: Reading, piece: Piece) -> bool:
        words = [norm for norm in reading.norms[piece.start : piece.end] if is_word(norm)]
        words = words[1:] if words and words[0] in self._function else words
        return (
            len(words) >= 2
            and words[0] not in self._light
            and words[0][0] != "#"
            and "story.subject" not in _starting(reading, piece)
        )


def _is_mere_person(kind: Remedy, part: str, clause: _Clause) -> bool:
    """ "An apology from the driver" wants nothing else of the driver."""
    others = any(other is not Remedy.OTHER for other, _, _ in clause.named)
    return kind is Remedy.OTHER and part.endswith("noun") and others


def _is_opening_word(reading: Reading, kind: Remedy, mark: Mark) -> bool:
    """ "Sorry, the order is …" begs pardon; it asks for none."""
    if kind is not Remedy.APOLOGY or mark.end - mark.start > 1:
        return False
    at_start = any(piece.start == mark.start for piece in reading.sentences)
    return at_start and mark.end < len(reading.norms) and reading.norms[mark.end] == ","


def _starting(reading: Reading, piece: Piece) -> set[str]:
    return {
        label
        for label, marks in reading.marks.items()
        if any(mark.start == piece.start for mark in marks)
    }


def _near(
    found: list[tuple[Remedy, Mark, str]], one: tuple[Remedy, Mark, str]
) -> list[tuple[Remedy, Mark, str]]:
    """Those that begin early enough to reach over `one`; `found` is in the order of beginning."""
    start = one[1].start
    first = bisect_left(found, start - _LONGEST_PHRASE, key=lambda other: other[1].start)
    last = bisect_right(found, start, key=lambda other: other[1].start)
    return found[first:last]


def _hides(other: tuple[Remedy, Mark, str], one: tuple[Remedy, Mark, str]) -> bool:
    """Whether a phrase lies inside a longer one, or is the weaker of two equally long ones."""
    long, short = other[1], one[1]
    if not (long.start <= short.start and short.end <= long.end):
        return False
    is_longer = long.end - long.start > short.end - short.start
    return is_longer or (other[0] is not one[0] and other[2] == "ask" and one[2] != "ask")


def _stands_before(reading: Reading, label: str, piece: Piece, mark: Mark) -> bool:
    """Whether a phrase of `label` stands close before `mark`; "if I don't get" refuses nothing.

    Nor does what stands before words that begin a wish anew ("c'est pas drôle je veux").
    """
    return any(
        piece.start <= one.start < mark.start
        and mark.start - one.end < _NEAR
        and not any(one.end <= new.start < mark.start for new in reading.marks.get("wish.anew", ()))
        and not any(
            last.start <= one.start < last.end for last in reading.marks.get("wish.ultimatum", ())
        )
        for one in reading.marks.get(label, ())
    )


def _stands_after(reading: Reading, label: str, piece: Piece, mark: Mark) -> bool:
    """Whether a phrase of `label` stands close after `mark` ("das Geld will ich nicht")."""
    return any(
        mark.end <= one.start < piece.end and one.start - mark.end < _NEAR
        for one in reading.marks.get(label, ())
    )


def _in_order(found: list[tuple[int, Remedy]]) -> tuple[Remedy, ...]:
    return tuple(dict.fromkeys(kind for _, kind in sorted(found, key=lambda one: one[0])))
