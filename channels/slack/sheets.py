"""The modal "Check your complaint": one input per question, and what was changed in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from slack_sdk.models.blocks import Block, InputBlock, PlainTextInputElement, SectionBlock
from slack_sdk.models.views import View

from bot.cleaning import clean
from bot.domain.form import Question
from bot.ports import SheetLine
from channels.slack.blocks import Json, cut, plain_text
from channels.slack.escaping import typed
from channels.slack.names import SHEET
from channels.slack.splitting import split

Words = Callable[[str], str]

INPUT: Final = 3000
"""Characters that an input of Slack's takes."""
_TITLE: Final = 24
_LABEL: Final = 2000
_STORY_SECTIONS: Final = 8
_LONG: Final = 60  # characters, from which on one line is too narrow
_WORDY: Final = frozenset({Question.EFFECT, Question.REMEDY_SOUGHT, Question.ADJUSTMENTS})


def modal(lines: Sequence[SheetLine], words: Words) -> Json:
    """The draft as a view; the story is shown, and can be added to."""
    blocks = [block for line in lines for block in _blocks(line, words)]
    view = View(
        type="modal",
        callback_id=SHEET,
        title=plain_text(cut(words("form.title"), _TITLE)),
        submit=plain_text(cut(words("form.submit"), _TITLE)),
        close=plain_text(cut(words("form.close"), _TITLE)),
        blocks=blocks,
    )
    return dict(view.to_dict())


def _blocks(line: SheetLine, words: Words) -> Iterator[Block]:
    if line.question is Question.NARRATIVE:
        yield from _shown(line)
        yield _input(line.question, words("form.story"), "", hint=words("form.story.hint"))
    elif (
        len(line.value) > INPUT
    ):  # it can't be put into an input whole; words in the chat change it
        yield from _shown(line)
    else:
        yield _input(line.question, line.label, line.value)


def _shown(line: SheetLine) -> Iterator[Block]:
    pieces = list(split(f"{line.label}\n{line.value}", INPUT))
    for piece in pieces[:_STORY_SECTIONS]:
        yield SectionBlock(text=plain_text(piece))
    if len(pieces) > _STORY_SECTIONS:
        yield SectionBlock(text=plain_text("…"))


def _input(question: Question, label: str, value: str, hint: str | None = None) -> InputBlock:
    is_long = question in _WORDY or hint is not None or len(value) > _LONG or "\n" in value
    element = PlainTextInputElement(
        action_id=question.value,
        initial_value=value or None,
        multiline=is_long,
        max_length=INPUT,
    )
    return InputBlock(
        block_id=question.value,
        label=plain_text(cut(label, _LABEL)),
        element=element,
        optional=True,
        hint=plain_text(cut(hint, _LABEL)) if hint else None,
    )


def changes(view: Mapping[str, Any]) -> tuple[tuple[Question, str], ...]:
    """What a submitted view says otherwise than it was shown; what was emptied is empty text."""
    shown = {
        block["block_id"]: block["element"].get("initial_value") or ""
        for block in view["blocks"]
        if block["type"] == "input"
    }
    told = {
        name: clean(state[name].get("value") or "").strip()
        for name, state in view["state"]["values"].items()
    }
    return tuple(
        (Question(name), value)
        for name, value in told.items()
        if name in shown and not _is_same(value, shown[name])
    )


def _is_same(value: str, shown: str) -> bool:
    """What was typed comes as it is, what was shown perhaps escaped."""
    return value in (shown.strip(), typed(shown).strip())
