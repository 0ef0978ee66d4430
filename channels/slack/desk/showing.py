"""Brings one card and its thread to how its complaint stands: each effect once, whoever dies."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import structlog

from bot.errors import NotFound, StorageError
from bot.platforms import Around, Behind, Card, Cards, Evidence
from channels.slack.api import REFUSED_TOKEN, SlackFailed
from channels.slack.desk import names, pieces
from channels.slack.desk.card import Beside, face, snoozed_until
from channels.slack.desk.claims import Claimant
from channels.slack.desk.holding import ClaimLost, Held
from channels.slack.desk.lines import Calls, Line, lines
from channels.slack.desk.members import Members
from channels.slack.desk.posting import Board, Content, Found, Place, card_content
from channels.slack.desk.routing import Route, Routing, mention
from channels.slack.desk.thread import Message, messages
from channels.slack.desk.voice import Voice, moment_of
from channels.slack.escaping import escape
from channels.slack.people import People

log = structlog.get_logger(__name__)

GONE: Final = frozenset({"message_not_found", "thread_not_found", "cant_update_message"})
"""Somebody deleted the card: it is posted anew."""

NO_CHANNEL: Final = frozenset({"channel_not_found", "not_in_channel", "is_archived"})

PASSING: Final = REFUSED_TOKEN | {
    "", "ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout",
}  # fmt: skip
"""What another try may help against (docs.slack.dev, "Errors" of every method)."""

_ID: Final = re.compile(r"[SU][A-Z0-9]{5,}")
_SKEW: Final = timedelta(minutes=2)


@dataclass
class Showing:
    """The steps for one card after another; no two of them for the same card at once."""

    around: Around
    cards: Cards
    board: Board
    routing: Routing
    members: Members
    people: People
    claimant: Claimant = field(default_factory=Claimant)

    async def show(self, one: Behind) -> None:
        """Shows all that has happened. SlackFailed: what was done by then is kept.

        ClaimLost: another process is at it.
        """
        route = self.routing.route(one.complaint)
        card = one.card or Card(route.channel)
        is_unsure = bool(card.state.get(names.UNSURE) or card.state.get(names.CLAIM))
        held = await Held.claimed(self.cards, self.claimant, self.around.now, one.reference, card)
        work = _Work(self, one, route, Voice.of(self.around), held, is_unsure)
        try:
            await work.run()
        except SlackFailed:
            await held.leave()
            raise
        except asyncio.CancelledError:  # a replica goes on at once where this process ends
            with suppress(ClaimLost, StorageError):
                await held.leave()
            raise


@dataclass
class _Work:
    """One card while we hold its claim."""

    desk: Showing
    one: Behind
    route: Route
    voice: Voice
    held: Held
    is_unsure: bool
    found: Found = field(default_factory=Found)
    link: str = ""

    @property
    def card(self) -> Card:
        return self.held.card

    @property
    def reference(self) -> str:
        return self.one.reference

    @property
    def complaint(self) -> Mapping[str, Any]:
        return self.one.complaint

    @property
    def place(self) -> Place:
        return Place(self.card.channel, self.card.ts)

    async def run(self) -> None:
        """Card first, then what its thread lacks."""
        await self._place_card()
        try:
            if self.is_unsure:
                self.found = await self.desk.board.thread(self.card.channel, self.card.ts)
            if self._is_erased:
                await self._clear_thread()
            await self._wake()
            await self._say()
            await self._link()
        except SlackFailed as error:
            if error.code not in GONE:
                raise
            await self._forget_card()
            raise SlackFailed("message_not_found", retry_after=0) from error
        await self.held.keep(self._finished)

    # The card --------------------------------------------------------------------------------

    async def _place_card(self) -> None:
        shown = face(self.complaint, self.voice, self._beside)
        content = card_content(shown, self.reference)
        print_ = sha256(json.dumps([shown.text, shown.blocks]).encode()).hexdigest()[:16]
        if not self.card.ts and self.is_unsure:
            await self._find_card()
        if not self.card.ts:
            ts = await self.desk.board.post(Place(self.card.channel), content)
            await self.held.note(ts=ts, state={names.PRINT: print_})
        elif self.card.state.get(names.PRINT) != print_:
            await self._edit_card(content)
            await self.held.note(state={names.PRINT: print_})

    async def _find_card(self) -> None:
        """It may have been posted by somebody who did not live to note that."""
        since = (moment_of(self.complaint["received_at"]) - _SKEW).timestamp()
        payload = {"reference": self.reference}
        place = Place(self.card.channel)
        ts = await self.desk.board.posted(place, names.CARD, payload, since)
        if ts is not None:
            await self.held.note(ts=ts)

    async def _edit_card(self, content: Content) -> None:
        try:
            await self.desk.board.update(self.card.channel, self.card.ts, content)
        except SlackFailed as error:
            is_elsewhere = error.code in NO_CHANNEL and self.route.channel != self.card.channel
            if error.code not in GONE and not is_elsewhere:
                raise
            await self._forget_card()
            raise SlackFailed("message_not_found", retry_after=0) from error

    async def _forget_card(self) -> None:
        """It was deleted, or its channel is gone and another is told of: begun anew there."""
        log.warning("card is gone", reference=self.reference)
        anew = dict.fromkeys((names.PRINT, names.LINK, names.SAID, names.FILES))
        await self.held.note(channel=self.route.channel, ts="", state=anew)

    async def _link(self) -> None:
        """Where people find it, once; without an answer it is asked for again another time."""
        if names.LINK not in self.card.state:
            self.link = await self.desk.board.link(self.card.channel, self.card.ts) or ""

    @property
    def _beside(self) -> Beside:
        return Beside(self.route.group, self.one.similar, self.card.state)

    # The thread ------------------------------------------------------------------------------

    @property
    def _is_erased(self) -> bool:
        kinds = {event["event"] for event in self.complaint["history"][self._said :]}
        return "PersonalDataErased" in kinds

    async def _clear_thread(self) -> None:
        """What people wrote is not kept any longer, so it does not stay here either."""
        found = await self.desk.board.thread(self.card.channel, self.card.ts)
        for file in found.files:
            await self.desk.board.delete_file(file)
        for ts in found.own:
            await self.desk.board.delete(self.card.channel, ts)
        self.found = Found()

    @property
    def _said(self) -> int:
        return int(self.card.state.get(names.SAID) or 0)

    async def _say(self) -> None:
        """What is said already stands in the state, or was found in the thread."""
        told = lines(self.complaint, self.voice, self._said)
        notes = await self._typed() if any(line.is_note for line in told) else []
        missing: list[Line] = []
        for line in told:
            if not self._is_there(line, notes):
                missing.append(line)
            elif not line.is_plain:
                await self._around(line, line.text)
        for message in messages(missing):
            if (message.first, message.part) not in self.found.parts:
                await self._post(message)
            if message.part == 0:
                await self._around(message.line, message.line.text)

    async def _typed(self) -> list[str]:
        """A note that was typed into the thread need not be repeated there."""
        if not self.is_unsure:
            found = await self.desk.board.thread(self.card.channel, self.card.ts)
            self.found.typed = found.typed
        return [" ".join(text.split()) for text in self.found.typed]

    def _is_there(self, line: Line, notes: list[str]) -> bool:
        if line.is_note and " ".join(line.words.split()) in notes:
            return True
        if line.is_plain:
            return line.number in self.found.events
        return all((one.first, one.part) in self.found.parts for one in messages([line]))

    async def _post(self, message: Message) -> None:
        await self.held.renew()
        called = await self._called(message.line) if message.part == 0 else ""
        blocks = (*message.blocks, pieces.small(markup=called)) if called else message.blocks
        text = f"{called} {message.text}".strip()
        content = Content(text, blocks, names.EVENT, message.payload(self.reference))
        is_broadcast = message.line.is_broadcast and message.part == 0
        await self.desk.board.post(self.place, content, is_broadcast=is_broadcast)

    async def _around(self, line: Line, text: str) -> None:
        """What belongs to a line beside its words."""
        if line.is_direct:
            await self._tell_owner(line, text)
        if line.files:
            await self._share(line)

    async def _called(self, line: Line) -> str:
        """The owner, or who stands above them; of what is missed somebody hears in any case."""
        owner = mention(await self._owner()) if line.calls is Calls.OWNER else ""
        is_group = line.calls is Calls.GROUP or (line.is_broadcast and not owner)
        group = mention(self.route.escalation) if is_group else ""
        other = mention(await self._person(line.to)) if line.to else ""
        return " ".join(dict.fromkeys(filter(None, (owner, group, other))))

    async def _person(self, name: str) -> str | None:
        return name if _ID.fullmatch(name) else await self.desk.members.named(name)

    async def _owner(self) -> str | None:
        return await self.desk.members.named(self.complaint.get("owner"))

    async def _tell_owner(self, line: Line, text: str) -> None:
        owner = await self._owner()
        if owner is None:
            return
        try:
            await self._tell(owner, line, text)
        except SlackFailed as error:
            if error.code in PASSING:
                raise
            log.warning("owner can't be written to", code=error.code)

    async def _tell(self, owner: str, line: Line, text: str) -> None:
        place = Place(await self.desk.people.direct(owner))
        payload = {"reference": self.reference, "event": line.number}
        if self.is_unsure:
            at = moment_of(self.complaint["history"][line.number - 1]["at"]) - _SKEW
            if await self.desk.board.posted(place, names.EVENT, payload, at.timestamp()):
                return
        link = self.link or str(self.card.state.get(names.LINK) or "")
        shown = f"<{escape(link)}|{self.reference}>" if link else self.reference
        blocks = (pieces.small(text, markup=shown),)
        told = f"{self.reference} · {escape(text)}"
        await self.desk.board.post(place, Content(told, blocks, names.EVENT, payload))

    async def _wake(self) -> None:
        """Whoever snoozed it wants to hear when that is over."""
        told = self.card.state.get(names.SNOOZED_UNTIL)
        if not told or snoozed_until(self.card.state, self.voice.now):
            return
        payload = {"reference": self.reference, "snoozed": str(told)}
        is_told = str(told) in self.found.snoozes
        if self.complaint["status"] not in ("closed", "withdrawn") and not is_told:
            await self.held.renew()
            text = self.voice.text("snooze.over")
            called = mention(await self._owner())
            blocks = (pieces.small(text, markup=called),)
            content = Content(f"{called} {text}".strip(), blocks, names.EVENT, payload)
            await self.desk.board.post(self.place, content)
        await self.held.note(state={names.SNOOZED_UNTIL: None, names.SNOOZED_BY: None})

    # Files -----------------------------------------------------------------------------------

    async def _share(self, line: Line) -> None:
        """Handed over first, and their ids kept, so that a lost answer shows none twice."""
        evidence = self.desk.around.evidence
        key = str(line.number)
        kept: dict[str, list[dict[str, str]]] = dict(self.card.state.get(names.FILES) or {})
        if evidence is None:
            return
        if key not in kept:
            kept[key] = [one for file in line.files if (one := await self._handed(evidence, file))]
            await self.held.note(state={names.FILES: kept})
        missing = [file for file in kept[key] if file["id"] not in self.found.files]
        if not missing or len(missing) < len(kept[key]):  # they are shown all at once
            return
        try:
            await self.desk.board.share(self.place, missing)
        except SlackFailed as error:
            if error.code in PASSING | GONE | NO_CHANNEL:
                raise
            log.error("slack does not show files", code=error.code, reference=self.reference)

    async def _handed(self, evidence: Evidence, file: Mapping[str, Any]) -> dict[str, str] | None:
        """A file that Slack has now; None where it can't be had, or Slack will never take it."""
        await self.held.renew()
        try:
            content = await evidence.read(self.reference, file["sha256"])
            id_ = await self.desk.board.upload(content, file["name"])
        except NotFound:
            log.error("evidence is missing", reference=self.reference)
            return None
        except SlackFailed as error:
            if error.code in PASSING:
                raise
            log.error("slack refuses a file", code=error.code, reference=self.reference)
            return None
        return {"id": id_, "title": file["name"]}

    # What is kept ----------------------------------------------------------------------------

    def _finished(self, card: Card) -> Card:
        ours = {names.CLAIM, names.CLAIMED_UNTIL, names.UNSURE, names.FILES}
        state = {key: value for key, value in card.state.items() if key not in ours}
        if self._is_erased:  # what else was remembered may be in somebody's words
            state = {key: value for key, value in state.items() if key in names.WORKERS}
        state[names.SAID] = self.one.version
        if self.link:
            state[names.LINK] = self.link
        # Whoever asked for another look meanwhile still gets it.
        is_asked = card.look_at is not None and card.look_at != self._read_look_at
        look_at = card.look_at if is_asked else snoozed_until(state, self.voice.now)
        return replace(card, shown=self.one.version, state=state, look_at=look_at)

    @property
    def _read_look_at(self) -> datetime | None:
        return self.one.card.look_at if self.one.card else None
