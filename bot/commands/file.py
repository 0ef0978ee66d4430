"""`ombud file`: everything that is held about one complaint, for whoever made it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

import typer

from bot.acts import reference_in
from bot.assembly import now
from bot.commands.installation import Ombud, run
from bot.commands.readable import readable
from bot.dialogue.conversation import NOWHERE
from bot.dialogue.messages import ConversationId, OutboundMessage
from bot.domain.complaint import Complaint
from bot.errors import NotFound
from bot.filing import File, Held, file_of, lines_about

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_EMPTY: Final[tuple[object, ...]] = (None, "", [], {})
_HEAD: Final = ("status", "received_at", "acknowledged_at", "channel", "language", "privacy")
_SECTIONS: Final = {
    "complainant": "Who complains",
    "words": "What was told",
    "understood": "What was understood",
    "files": "Files",
    "answers": "What was answered",
    "deadlines": "What is due when, and why",
    "conversation": "The conversation",
    "notes": "Internal notes",
    "history": "What happened",
}


@app.command()
def file(
    reference: Annotated[str, typer.Argument(metavar="REFERENCE", help="CMP-XXXX-XXXX-C.")],
    with_notes: Annotated[
        bool, typer.Option("--with-notes", help="With what caseworkers wrote for one another.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Give out everything that is held about one complaint, to be handed to whoever made it.

    Make sure first that it is they who ask. Who acted is told by role.
    """

    async def task(ombud: Ombud) -> File:
        return await made(ombud, reference, with_notes=with_notes)

    held = run(task)
    typer.echo(json.dumps(held, ensure_ascii=False, indent=2) if as_json else text(held))


async def made(ombud: Ombud, reference: str, *, with_notes: bool) -> File:
    """The file of one complaint; NotFound."""
    wanted = reference_in(reference)
    complaint = (await ombud.storage.complaints([wanted])).get(wanted)
    if complaint is None:
        raise NotFound(f"There is no complaint {wanted}.")
    organisation = ombud.organisation
    regime = organisation.rules.of(complaint)
    lines = await _lines(ombud, complaint)
    held = Held(complaint, regime, organisation.zone, lines)
    return file_of(held, now().astimezone(organisation.zone), with_notes=with_notes)


async def _lines(ombud: Ombud, complaint: Complaint) -> tuple[OutboundMessage, ...]:
    """What was said about it where it was lodged; nothing leads there from an anonymous one."""
    home = await ombud.storage.conversation(ConversationId(complaint.conversation))
    if home is None or home.address.channel == NOWHERE:
        return ()
    return lines_about(await ombud.storage.messages(home.id), complaint)


def text(held: Mapping[str, Any]) -> str:
    """The file as one reads it: what is not there is left out, what is left out is said."""
    return "\n".join(
        (
            f"Everything that is held about {held['reference']}, as of {held['made_at']}.",
            "Who acted is told by role.",
            *_left_out(held),
            "",
            *(f"{name.replace('_', ' ')}: {held[name]}" for name in _HEAD if held[name]),
            *(line for name, title in _SECTIONS.items() for line in _section(title, held[name])),
        )
    )


def _left_out(held: Mapping[str, Any]) -> Iterator[str]:
    count = held["notes_left_out"]
    if count:
        notes = "1 internal note is" if count == 1 else f"{count} internal notes are"
        yield f"{notes} left out; --with-notes adds them."


def _section(title: str, value: object) -> Iterator[str]:
    told = _told(value)
    if told not in _EMPTY:
        yield from ("", title, *readable(told))


def _told(value: object) -> object:
    """The value without what is empty, however deep."""
    if isinstance(value, Mapping):
        pairs = ((name, _told(inner)) for name, inner in value.items())
        return {name: inner for name, inner in pairs if inner not in _EMPTY}
    if isinstance(value, list):
        return [inner for inner in map(_told, value) if inner not in _EMPTY]
    return value
