"""Whole conversations as people would read them; `--update-transcripts` writes them anew."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.dialogue.messages import OutboundMessage
from tests.talking import PHOTO, House, Talk

FOLDER = Path(__file__).parent.parent / "transcripts"
FILES = sorted(FOLDER.glob("*/*.txt"))
REPAIRS = (
    "interruption", "correction-inside-an-answer", "correction-late", "correction-twice",
    "correction-by-old-value", "correction-by-name", "change-at-check", "cancel", "skip",
    "chit-chat", "clarification", "cannot-handle", "hand-over", "repeat", "future-date",
    "impossible-date", "wrong-check-sign", "pause-and-resume", "start-over", "delete",
)  # fmt: skip


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
async def test_conversation_goes_as_written(file: Path, update_transcripts: bool) -> None:
    """What the bot says to these words is what was reviewed."""
    written = file.read_text(encoding="utf-8")

    played = await _played(written, file.parent.name)

    if update_transcripts:
        file.write_text(played, encoding="utf-8")
    assert written == played or update_transcripts


@pytest.mark.parametrize("language", sorted({file.parent.name for file in FILES}))
def test_every_repair_has_its_transcript(language: str) -> None:
    """Each pattern of repair is shown in every language."""
    assert set(REPAIRS) <= {file.stem for file in FILES if file.parent.name == language}


async def _played(written: str, language: str) -> str:
    talk = await House().enter(language=language)
    said = [_bot(talk.lines)]
    known: dict[str, str] = {}
    for line in written.splitlines():
        if not line.startswith("U "):
            continue
        words = line.removeprefix("U ")
        await _do(talk, words.format_map(known) if "{" in words else words)
        named = [line.reference for line in talk.lines if line.reference]
        known |= {"reference": named[-1]} if named else {}
        said.append(f"U {words}\n{_bot(talk.lines)}")
    return "\n".join(said)


async def _do(talk: Talk, words: str) -> None:
    if words == "(photo)":
        await talk.say("", PHOTO)
    elif pressed := re.fullmatch(r"\[(.+)\]", words):
        await talk.press(pressed[1])
    else:
        await talk.say(words)


def _bot(lines: tuple[OutboundMessage, ...]) -> str:
    return "".join(map(_line, lines))


def _line(line: OutboundMessage) -> str:
    text = line.text.replace(line.private_code or "\0", "********").replace("\n", "\n  ")
    text = re.sub(r"CMP-\w{4}-\w{4}-\w", "CMP-****-****-*", text)
    buttons = "".join(f" [{choice.action}]" for choice in line.choices)
    ask = f" ({line.ask})" if line.ask else ""
    return f"B {text}\n " + f"{ask}{buttons}".rstrip() + "\n" if ask or buttons else f"B {text}\n"
