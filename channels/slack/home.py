"""A complainant's Home tab: their complaints and how they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from slack_sdk.models.blocks import ActionsBlock, Block, DividerBlock, HeaderBlock, SectionBlock
from slack_sdk.models.views import View

from bot.dialogue.messages import Choice
from bot.ports import OverviewLine
from channels.slack.blocks import SECTION, Json, button, cut, plain_text

Words = Callable[[str], str]

_HEADER: Final = 150
_BLOCKS: Final = 100  # in a view
_PER_COMPLAINT: Final = 3
_AROUND: Final = 3  # the header, the words where there is nothing, the button to begin


def home(lines: Sequence[OverviewLine], words: Words, above: Sequence[Json] = ()) -> Json:
    """The view; where there are more complaints than fit, the newest are shown.

    `above` stands over them, for those who also work here.
    """
    shown = lines[: (_BLOCKS - _AROUND - len(above)) // _PER_COMPLAINT]
    blocks: list[Block] = [HeaderBlock(text=plain_text(cut(words("home.title"), _HEADER)))]
    for line in shown:
        blocks += _complaint(line)
    if not shown:
        blocks.append(SectionBlock(text=plain_text(cut(words("home.none"), SECTION))))
    begin = button(Choice(words("home.start"), "complain"), "0:0")
    blocks.append(ActionsBlock(elements=[begin]))
    view = View(type="home", blocks=blocks).to_dict()
    return {**view, "blocks": [*above, *view["blocks"]]}


def _complaint(line: OverviewLine) -> Iterator[Block]:
    yield SectionBlock(text=plain_text(cut(line.text, SECTION)))
    if line.choices:
        # Which complaint is meant is told beside, since not every action names one.
        value = f"0:0:{line.reference}"
        yield ActionsBlock(elements=[button(choice, value) for choice in line.choices[:25]])
    yield DividerBlock()
