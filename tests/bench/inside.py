"""What Ombud itself does, without a network: commits of turns, and whole conversations."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from uuid import uuid4

from pydantic import SecretStr

from bot.assembly import Ombud, assembled, migrate, now
from bot.dialogue.conversation import Conversation, Draft
from bot.dialogue.messages import (
    Address,
    Choice,
    ConversationId,
    InboundMessage,
    Kind,
    OutboundMessage,
    Sender,
)
from bot.ports import Receipt, Storage, Work
from bot.settings import Settings
from storage.migrating import migrate as migrate_database
from storage.opening import storage_for
from tests.bench.measuring import Measured, Step, measured

STORY = "They cancelled my train to Leeds last Monday and nobody answers my letters."
INTAKE = (
    STORY, "order 48213", "I came two hours late to work", "I want a refund of £42", "skip",
    "Ann Smith", "ann@example.org", "!send", "where is my complaint?", "I rate the handling 4 of 5",
)  # fmt: skip
"""Eight turns to an acknowledgement, a status, a rating; what begins with ! is a button."""

ACKNOWLEDGED_AT = 7


def settings_in(folder: Path) -> Settings:
    """An installation of its own."""
    return Settings(
        database_url=SecretStr(f"sqlite:///{folder / 'ombud.db'}"),
        files_dir=folder / "files",
        secret_key=SecretStr("b" * 40),
        organisation="Northwind Rail",
        country="GB",
    )


# Commits ---------------------------------------------------------------------------------------


def _work(conversation: Conversation) -> Work:
    """As much as a turn of the intake stores; chance is drawn rarely, for that costs, too."""
    at, last = conversation.touched_at, conversation.last_seq
    question = "Is there an order, account, contract or case number?\n\nYou can skip this."
    client_id = f"00000000-0000-4000-8000-{last:012}"
    mine = OutboundMessage(last - 1, Sender.COMPLAINANT, Kind.TEXT, STORY, at, client_id=client_id)
    asked = OutboundMessage(
        last, Sender.BOT, Kind.TEXT, question, at, choices=(Choice("Skip", "skip"),)
    )
    receipt = Receipt(conversation.address, f"m{last}", "f" * 64, last - 1, last)
    return Work(conversation, (receipt,), said=(mine, asked))


def _commits(storage: Storage) -> Step:
    """One conversation after the other, ten turns each."""
    turns, held = count(), [_new()]

    async def step() -> None:
        if next(turns) % 10 == 0:
            held[0] = _new()
        before = held[0]
        held[0] = replace(before, version=before.version + 1, last_seq=before.last_seq + 2)
        await storage.commit(_work(held[0]))

    return step


def _new() -> Conversation:
    name, at = uuid4().hex, now()
    draft = Draft(at, 1, (STORY,), settled=frozenset())
    return Conversation(ConversationId(name), Address("web", name), "en", at, at, draft=draft)


async def commits(folder: Path, seconds: float, at_once: int) -> Measured:
    """`storage.commit` of what a turn changes."""
    url = f"sqlite:///{folder / f'commits-{at_once}.db'}"
    migrate_database(url)
    storage = storage_for(url)
    await storage.open()
    try:
        steps = [_commits(storage) for _ in range(at_once)]
        return await measured(f"storage.commit, {at_once}", steps, seconds)
    finally:
        await storage.close()


# Conversations ---------------------------------------------------------------------------------


@asynccontextmanager
async def installation(folder: Path) -> AsyncIterator[Ombud]:
    """An installation that is open."""
    settings = settings_in(folder)
    migrate(settings)
    async with assembled(settings) as ombud:
        yield ombud


def _conversing(ombud: Ombud) -> Step:
    turns = count()
    held = [Address("web", "")]

    async def step() -> None:
        turn = next(turns) % len(INTAKE)
        if turn == 0:
            held[0] = Address("web", uuid4().hex)
        text = INTAKE[turn]
        is_pressed = text.startswith("!")
        message = InboundMessage(
            held[0],
            f"m{turn}",
            now(),
            text="" if is_pressed else text,
            action=text[1:] if is_pressed else None,
        )
        answer = await ombud.service.receive(message)
        if turn == ACKNOWLEDGED_AT:
            assert any(line.kind is Kind.ACKNOWLEDGEMENT for line in answer.messages)

    return step


async def conversations(ombud: Ombud, seconds: float, at_once: int) -> Measured:
    """The whole intake through the service: heard, decided, stored."""
    steps = [_conversing(ombud) for _ in range(at_once)]
    return await measured(f"intake in process, {at_once}", steps, seconds)
