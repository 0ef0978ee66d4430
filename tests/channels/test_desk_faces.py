"""What a card looks like in every state; `desk_faces/` holds each as text.

`python -m tests.channels.test_desk_faces` writes the files anew, to be read before they are kept.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.cards import ShownCards
from bot.domain.answers import Attachment
from bot.domain.events import (
    COMPLAINANT,
    OMBUD,
    ComplainantAdded,
    DeadlineMissed,
    DetailTold,
    EvidenceAdded,
    HandlingRated,
    OutcomeRated,
    OwnerReminded,
    Privacy,
    PrivacyChanged,
    ResponseAccepted,
    ReviewRequested,
    UrgencyAlerted,
)
from bot.platforms import Behind
from channels.slack.desk import names
from channels.slack.desk.card import Beside, Face, face
from channels.slack.desk.lines import Calls, Line, lines
from channels.slack.desk.thread import messages
from channels.slack.desk.voice import Voice
from tests.casework.desk import ACME, ASTRID, LANGUAGES, NOW, ONE, RESPONSE, Desk
from tests.platforms import HAS_FAKES

FACES = Path(__file__).parent / "desk_faces"
LATER = timedelta(days=1)


def voice(desk: Desk, language: str = "en") -> Voice:
    """How the desk speaks at its hour."""
    return Voice(LANGUAGES[language], LANGUAGES, ACME.zone, desk.now)


async def seen(desk: Desk) -> Behind:
    """The complaint as cards see it."""
    found = await ShownCards(desk.storage, ACME, lambda: desk.now).seen(ONE)
    assert found is not None
    return found


async def look(desk: Desk, language: str = "en", **beside: Any) -> Face:
    """The card as it is now."""
    one = await seen(desk)
    shown = Beside(**{"similar": one.similar, **beside})
    return face(one.complaint, voice(desk, language), shown)


# The states -----------------------------------------------------------------------------------


async def new(desk: Desk) -> Face:
    """Nobody has taken it."""
    return await look(desk, group="S00000009")


async def swedish(desk: Desk) -> Face:
    """The same in Swedish."""
    return await look(desk, "sv")


async def keys(desk: Desk) -> Face:
    """The same in keys."""
    return await look(desk, "keys")


async def taken(desk: Desk) -> Face:
    """Somebody has."""
    await desk.act("take")
    return await look(desk, group="S00000009")


async def grave(desk: Desk) -> Face:
    """With why it is grave."""
    await desk.act("assess", severity="high", safety=True, category="staff", reason="A burn.")
    return await look(desk, similar=4)


async def waiting(desk: Desk) -> Face:
    """A question is open."""
    await desk.act("take")
    await desk.act("ask", text="Which shop?")
    return await look(desk)


async def answered(desk: Desk) -> Face:
    """An answer was given."""
    await desk.act("take")
    await desk.act("respond", **RESPONSE)
    return await look(desk)


async def reviewed(desk: Desk) -> Face:
    """It was not accepted."""
    await answered(desk)
    await desk.happens(ReviewRequested(at=desk.now, by=COMPLAINANT))
    return await look(desk)


async def overdue(desk: Desk) -> Face:
    """A promise is not kept."""
    desk.now += timedelta(days=40)
    return await look(desk)


async def snoozed(desk: Desk) -> Face:
    """Not now."""
    await desk.act("take")
    until = (desk.now + timedelta(hours=2)).isoformat()
    return await look(desk, state={names.SNOOZED_UNTIL: until, names.SNOOZED_BY: "Kim"})


async def closed(desk: Desk) -> Face:
    """It is over."""
    await answered(desk)
    desk.now += timedelta(days=3)
    await desk.happens(
        ResponseAccepted(at=desk.now, by=COMPLAINANT),
        HandlingRated(at=desk.now, by=COMPLAINANT, handling=4),
        OutcomeRated(at=desk.now, by=COMPLAINANT, outcome="yes"),  # type: ignore[arg-type]  # as JSON has it
    )
    await desk.act("close", reason="accepted")
    return await look(desk)


async def referred(desk: Desk) -> Face:
    """It is over, elsewhere."""
    await desk.act("close", reason="referred", where="The town hall.")
    return await look(desk)


STATES: dict[str, Callable[[Desk], Awaitable[Face]]] = {
    one.__name__: one
    for one in (
        new, swedish, keys, taken, grave, waiting, answered, reviewed, overdue, snoozed, closed,
        referred,
    )
}  # fmt: skip


def drawn(shown: Face) -> str:
    """A card in plain text: one line for each thing on it."""
    told = [f"({shown.text})"]
    for block in shown.blocks:
        told += _block(block)
    return "\n".join(told) + "\n"


def _block(block: dict[str, Any]) -> list[str]:
    texts = [block[key]["text"] for key in ("text",) if key in block]
    texts += [field["text"] for field in block.get("fields", [])]
    shown = [f"{block['type']}: {text}" for text in texts]
    elements = block.get("elements", [])
    if block["type"] == "context":
        shown.append(f"context: {' | '.join(one['text'] for one in elements)}")
    else:
        shown += [_element(one) for one in elements]
    if "accessory" in block:
        shown.append(_element(block["accessory"]))
    return shown


def _element(element: dict[str, Any]) -> str:
    label = (element.get("text") or element.get("placeholder") or {}).get("text", "⋯")
    options = [f"{one['value']}={one['text']['text']}" for one in element.get("options", [])]
    style = f" ({element['style']})" if "style" in element else ""
    offered = f" {options}" if options else ""
    return f"[{label}]{style} {element['action_id']} {element.get('value', '')}{offered}".rstrip()


async def opened() -> Desk:
    """A desk with its one complaint."""
    desk = Desk()
    await desk.open(Privacy.NAMED)
    return desk


@pytest.mark.parametrize("name", STATES)
async def test_a_card_looks_as_it_was_approved(name: str) -> None:
    """Each state as its file shows it."""
    shown = await STATES[name](await opened())

    assert (FACES / f"{name}.txt").read_text(encoding="utf-8") == drawn(shown)


@pytest.mark.parametrize("name", STATES)
async def test_a_card_keeps_to_its_limits(name: str) -> None:
    """At most four things to press and an overflow; nothing that Slack refuses."""
    shown = await STATES[name](await opened())
    actions = [block for block in shown.blocks if block["type"] == "actions"]

    assert all(len(block["elements"]) <= 5 for block in actions)
    if HAS_FAKES:
        from platform_fakes.slack.blocks import check_blocks, text_total  # noqa: PLC0415

        assert [] == check_blocks(list(shown.blocks))
        assert text_total(list(shown.blocks)) < 12_000


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("privacy", list(Privacy))
async def test_nobody_is_named(name: str, privacy: Privacy) -> None:
    """Neither card nor thread tells who complains, whatever they decided (4.10)."""
    desk = Desk()
    await desk.open(privacy)
    shown = await STATES[name](desk)
    one = await seen(desk)
    said = [line.text + line.words for line in lines(one.complaint, voice(desk), 0)]
    everything = json.dumps([shown.text, shown.blocks, said, dict(one.complaint)])

    for secret in ("Astrid", "astrid@example.org", "mother"):
        assert secret not in everything


async def test_what_they_tell_later_names_nobody() -> None:
    """A name, a contact and a changed privacy come without what they hold."""
    desk = await opened()
    assert ASTRID.contact is not None
    await desk.happens(
        DetailTold(at=desk.now, by=COMPLAINANT, question="name", text="Astrid Ek"),
        DetailTold(at=desk.now, by=COMPLAINANT, question="contact", contact=ASTRID.contact),
        PrivacyChanged(at=desk.now, by=COMPLAINANT, privacy=Privacy.NAMED),
    )
    one = await seen(desk)
    told = "\n".join(line.text for line in lines(one.complaint, voice(desk), 2))

    assert told == (
        "The complainant told – Name: –\n"
        "The complainant told – Answer: by e-mail\n"
        "The complainant decided who may see who they are: named."
    )


async def test_their_signs_are_no_markup() -> None:
    """What would call a channel, be bold or be swallowed stays what they wrote."""
    desk = await opened()
    nasty = "*bold* <!channel> :smile: a & b"
    await desk.happens(
        DetailTold(at=desk.now, by=COMPLAINANT, question="effect", text=nasty),
        DetailTold(at=desk.now, by=COMPLAINANT, question="subject", text="a & b <c>"),
    )
    shown = await look(desk)
    (fields,) = [block["fields"] for block in shown.blocks if "fields" in block]

    assert {"type": "plain_text", "text": f"Effect: {nasty}", "emoji": False} in fields
    assert "<!channel>" not in shown.text


async def test_a_long_story_is_cut_and_can_be_read_all() -> None:
    """At most 300 signs, and a button for the rest."""
    desk = await opened()
    long = " ".join(["Then the driver laughed."] * 40)
    await desk.happens(DetailTold(at=desk.now, by=COMPLAINANT, question="narrative", text=long))
    shown = await look(desk)
    (story,) = [block for block in shown.blocks if block.get("accessory")]

    assert len(story["text"]["text"]) == 300
    assert story["accessory"]["action_id"] == "ombud_read"


# The thread -----------------------------------------------------------------------------------


async def test_every_event_has_its_line() -> None:
    """One line an event, in order, numbered as the history is; the words beside them."""
    desk = await opened()
    for action, fields in (
        ("take", {}),
        ("assess", {"severity": "medium", "reason": "Hot."}),
        ("note", {"text": "Call the shop."}),
        ("ask", {"text": "Which shop?"}),
    ):
        await desk.act(action, **fields)
    await desk.happens(
        ComplainantAdded(at=desk.now, by=COMPLAINANT, text="The one in Lund."),
        EvidenceAdded(
            at=desk.now,
            by=COMPLAINANT,
            attachments=(Attachment("f2", "bill.pdf", "application/pdf", 3, "cd" * 32),),
        ),
    )
    await desk.act("respond", **RESPONSE)
    one = await seen(desk)
    told = lines(one.complaint, voice(desk), 1)

    assert [line.number for line in told] == list(range(2, one.version + 1))
    assert "\n".join(f"{line.text} {line.words!r}" for line in told) == (
        "Acknowledged by itself. ''\n"
        "Kim has taken notice. ''\n"
        "Kim took this. ''\n"
        "Kim judged: severity: Medium. 'Hot.'\n"
        "Kim noted: 'Call the shop.'\n"
        "Kim asked the complainant: 'Which shop?'\n"
        "The complainant wrote: 'The one in Lund.'\n"
        "The complainant sent files. ''\n"
        "Kim answered, upheld: 'Sorry.\\n\\nReasons: It broke.'"
    )


def called(line: Line) -> tuple[Calls, bool, bool]:
    """Whom a line calls, whether in the channel, and whether in person."""
    return line.calls, line.is_broadcast, line.is_direct


async def test_whoever_must_act_is_called() -> None:
    """Reminders call the owner; what is missed is told them in person, too; alarms call all."""
    desk = await opened()
    await desk.act("take")
    due = desk.now + LATER
    await desk.happens(
        OwnerReminded(at=desk.now, by=OMBUD, name="respond", due_at=due, percent=80, to="Kim"),
        DeadlineMissed(at=desk.now, by=OMBUD, name="respond", due_at=due),
        UrgencyAlerted(at=desk.now, by=OMBUD, to=""),
    )
    await desk.act("escalate", reason="Again.")
    one = await seen(desk)
    reminded, missed, alerted, escalated = lines(one.complaint, voice(desk), one.version - 4)

    assert (Calls.OWNER, False, False) == (
        reminded.calls,
        reminded.is_broadcast,
        reminded.is_direct,
    )
    assert (Calls.OWNER, True, True) == (missed.calls, missed.is_broadcast, missed.is_direct)
    assert (Calls.GROUP, True, False) == (alerted.calls, alerted.is_broadcast, alerted.is_direct)
    assert (Calls.GROUP, True, False) == (escalated.calls, escalated.is_broadcast, False)
    assert reminded.text == ("80 % of the time has passed. Answer due Wednesday 25 November 11:42.")


async def test_what_was_kept_too_late_alarms_nobody() -> None:
    """A promise that is kept by now is only recorded as missed."""
    desk = await opened()
    await desk.act("respond", **RESPONSE)
    missed = DeadlineMissed(at=desk.now, by=OMBUD, name="respond", due_at=NOW)
    await desk.happens(missed)
    one = await seen(desk)
    (line,) = lines(one.complaint, voice(desk), one.version - 1)

    assert (Calls.NOBODY, False, False) == called(line)


async def test_plain_lines_share_a_message() -> None:
    """Whoever catches up on many events floods nobody; what is said in words stands alone."""
    desk = await opened()
    await desk.act("take")
    one = await seen(desk)
    told = list(messages(lines(one.complaint, voice(desk), 0)))

    assert [(1, 4)] == [(message.first, message.last) for message in told]
    assert told[0].text.endswith("Acknowledged by itself.\nKim has taken notice.\nKim took this.")


async def test_a_long_story_is_told_in_parts() -> None:
    """Nothing of it is lost, and no message is longer than Slack takes."""
    desk = await opened()
    told = lines((await seen(desk)).complaint, voice(desk), 0)
    words = " ".join(f"word{number}" for number in range(4000))
    parts = list(messages([replace(told[0], words=words)]))

    said = " ".join(
        block["text"]["text"]
        for part in parts
        for block in part.blocks
        if block["type"] == "section"
    )
    assert words == said
    assert [(1, number) for number in range(len(parts))] == [(p.first, p.part) for p in parts]
    assert all(sum(len(json.dumps(block)) for block in p.blocks) < 13_200 for p in parts)


async def _written() -> None:
    for name, state in STATES.items():
        text = drawn(await state(await opened()))
        (FACES / f"{name}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(_written())
