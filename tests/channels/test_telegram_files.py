"""Evidence on Telegram: albums, limits, downloads that fail or never end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.dialogue.messages import NotTaken, RefusedFile
from channels.telegram.channel import Telegram
from channels.telegram.client import open_bot
from channels.telegram.files import Evidence
from channels.telegram.sent import SentFile
from channels.telegram.translate import address_of
from tests.channels.telegram_person import STORY, Person, fake_telegram, listening, settings
from tests.channels.telegram_twin import Talk, World
from tests.platforms import HAS_FAKES, Installation, installation, needs_fakes

if HAS_FAKES or TYPE_CHECKING:
    from platform_fakes import FakeTelegram

pytestmark = needs_fakes

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    """A Telegram with one bot."""
    async with fake_telegram() as fake:
        yield fake


@pytest.fixture
async def ombud(telegram: FakeTelegram, tmp_path: Path) -> AsyncIterator[Installation]:
    """An installation that polls it and shows keys."""
    told = {"telegram_token": telegram.token, "telegram_api_url": telegram.url, "language": "keys"}
    async with installation(tmp_path, **told) as running:
        yield running


def album(telegram: FakeTelegram, chat: int, count: int, group: str, caption: str = "") -> None:
    """Photos as a phone sends them: at once, the words with the first."""
    for number in range(count):
        file = telegram.world.add_file(PNG, f"{group}-{number}.png")
        sizes = [{**file.reference(), "width": 640, "height": 480}]
        words = {"caption": caption} if caption and not number else {}
        telegram.send(chat, {"media_group_id": group, "photo": sizes, **words})


async def test_an_album_is_one_turn(telegram: FakeTelegram, ombud: Installation) -> None:
    """Two photos and a paper are received together, answered once, and kept."""
    alice = Person.enter(telegram)
    await alice.say(STORY, "⟦ask.effect")
    await alice.press("⟦choice.skip⟧", "⟦ask.evidence")
    telegram.hold()
    album(telegram, alice.chat, 2, "7")
    telegram.send_file(alice.chat, b"%PDF-1.4 receipt", file_name="receipt.pdf")
    telegram.release()
    answer = await alice.hear("⟦file.saved")
    await alice.press("⟦choice.chat⟧", "⟦check")
    await alice.press("⟦choice.send⟧", "⟦acknowledgement")

    assert "count=3" in answer["text"]
    assert sum("⟦file.saved" in text for text in alice.heard()) == 1
    (complaint,) = await ombud.complaints()
    names = [file.name for file in complaint.attachments]
    assert names == ["photo-1.jpg", "photo-2.jpg", "receipt.pdf"]
    assert await ombud.ombud.parts.files.read(complaint.attachments[0]) == PNG


async def test_sixty_photos_in_a_burst(telegram: FakeTelegram, ombud: Installation) -> None:
    """Six albums: as many as fit are kept, the rest is refused, all of it said once."""
    alice = Person.enter(telegram)
    await alice.say(STORY, "⟦ask.effect")
    telegram.hold()
    for number in range(6):
        album(telegram, alice.chat, 10, f"album-{number}")
    telegram.release()
    answer = await alice.hear("⟦file.saved")
    await alice.say("It was a birthday present", "⟦")
    await telegram.until(lambda: not telegram.queue())

    assert "count=10" in answer["text"]
    assert "⟦file.refused" in answer["text"]
    assert sum("⟦file." in text for text in alice.heard()) == 1
    assert len(telegram.calls("getFile")) == 10
    conversation = await ombud.ombud.service.find(address_of(alice.chat))
    assert conversation is not None
    assert conversation.draft is not None
    assert len(conversation.draft.attachments) == 10


async def test_an_album_that_comes_again_is_not_fetched_again(
    telegram: FakeTelegram, ombud: Installation
) -> None:
    """What was a part of a turn is known by its own number."""
    alice = Person.enter(telegram)
    await alice.say(STORY, "⟦ask.effect")
    album(telegram, alice.chat, 3, "7")
    await alice.hear("⟦file.saved")
    await telegram.until(lambda: not telegram.queue())
    for number in list(telegram.updates.history):
        telegram.repeat(number)
    await alice.say("/settings", "⟦settings")
    await telegram.until(lambda: not telegram.queue())

    assert len(telegram.calls("getFile")) == 3
    assert sum("⟦file.saved" in text for text in alice.heard()) == 1


@pytest.fixture
def world() -> World:
    """A small world."""
    return World()


@pytest.fixture
async def channel(telegram: FakeTelegram, world: World) -> AsyncIterator[Telegram]:
    """A channel that takes files of up to 1000 bytes."""
    async with listening(telegram, world, max_attachment_bytes=1000) as channel:
        yield channel


async def test_a_file_comes_whole_with_its_words(
    telegram: FakeTelegram, world: World, channel: Telegram
) -> None:
    """Content, name and caption."""
    telegram.send_file(telegram.user(), b"x" * 1000, file_name="bill.txt", caption="The bill")
    await telegram.until(lambda: world.talk.received)

    (said,) = world.talk.received
    assert world.talk.kept == [("bill.txt", b"x" * 1000)]
    assert [file.name for file in said.attachments] == ["bill.txt"]
    assert (said.text, said.refused) == ("The bill", ())


@pytest.mark.parametrize(
    ("content", "size", "reason", "downloads"),
    [
        pytest.param(b"x", 1001, NotTaken.TOO_LARGE, 0, id="said to be larger"),
        pytest.param(b"x" * 1001, 10, NotTaken.TOO_LARGE, 1, id="larger than said"),
        pytest.param(b"x" * 5_000_000, 0, NotTaken.TOO_LARGE, 1, id="much larger than said"),
        pytest.param(b"big", None, NotTaken.TOO_LARGE, 1, id="the service finds it large"),
        pytest.param(b"exe", None, NotTaken.TYPE, 1, id="a program"),
    ],
)
async def test_what_is_refused(
    telegram: FakeTelegram,
    world: World,
    channel: Telegram,
    content: bytes,
    size: int | None,
    reason: NotTaken,
    downloads: int,
) -> None:
    """The turn says why; not one byte more than is taken is asked for."""
    telegram.send_file(telegram.user(), content, file_name="a.txt", size=size)
    await telegram.until(lambda: world.talk.received)

    (said,) = world.talk.received
    assert said.refused == (RefusedFile("a.txt", reason),)
    assert said.attachments == ()
    assert len(telegram.calls("download")) == downloads


async def test_what_telegram_does_not_hand_out(telegram: FakeTelegram, world: World) -> None:
    """Over 20 MB getFile refuses, whatever our own limit is."""
    async with listening(telegram, world, max_attachment_bytes=50_000_000):
        error = "Bad Request: file is too big"
        telegram.fault(method="getFile", kind="error", code=400, error=error)
        telegram.send_file(telegram.user(), b"x", file_name="film.mp4", size=1000)
        telegram.send_file(telegram.user("Bob"), b"x", file_name="film.mp4", size=21_000_000)
        await telegram.until(lambda: len(world.talk.received) == 2)

    for said in world.talk.received:
        assert said.refused == (RefusedFile("film.mp4", NotTaken.TOO_LARGE),)
    assert len(telegram.calls("getFile")) == 1


@pytest.mark.parametrize("method", ["getFile", "download"])
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"kind": "status", "status": 502}, id="502"),
        pytest.param({"kind": "drop"}, id="dropped"),
        pytest.param({"kind": "rate_limit"}, id="429"),
    ],
)
async def test_a_download_is_tried_again(
    telegram: FakeTelegram, world: World, channel: Telegram, method: str, fault: dict[str, Any]
) -> None:
    """One failure loses no evidence."""
    telegram.fault(method=method, **fault)
    telegram.send_file(telegram.user(), b"evidence")
    await telegram.until(lambda: world.talk.received)

    assert world.talk.kept == [("evidence.txt", b"evidence")]


async def test_a_file_that_is_lost_is_said_to_be(telegram: FakeTelegram) -> None:
    """After a while it is given up, so that the person can send it again; at once where Telegram
    does not know it."""
    talk, bot = Talk(), open_bot(settings(telegram))
    evidence = Evidence(bot, talk, most_bytes=1000, most=10, patience=0.6)  # type: ignore[arg-type]  # a twin
    file = telegram.world.add_file(b"x", "a.txt")
    telegram.fault(method="download", kind="status", times=100)

    _, lost = await evidence.keep(address_of(1), [SentFile(file.file_id, "a.txt", 1)])
    tries = len(telegram.calls("download"))
    _, unknown = await evidence.keep(address_of(1), [SentFile("nothing", "b.txt", 1)])
    await bot.session.close()

    assert lost == (RefusedFile("a.txt", NotTaken.LOST),)
    assert unknown == (RefusedFile("b.txt", NotTaken.LOST),)
    assert tries == 2
    assert talk.kept == []


async def test_no_half_file_is_kept(telegram: FakeTelegram) -> None:
    """A second try begins anew."""
    talk, bot = Talk(), open_bot(settings(telegram))
    evidence = Evidence(bot, talk, most_bytes=10_000_000, most=10)  # type: ignore[arg-type]  # a twin
    file = telegram.world.add_file(b"y" * 3_000_000, "a.bin")
    telegram.fault(method="download", kind="lose_reply")

    kept, _ = await evidence.keep(address_of(1), [SentFile(file.file_id, "a.bin", None)])
    await bot.session.close()

    assert [one.size for one in kept] == [3_000_000]


async def test_files_beyond_the_number_are_not_fetched(telegram: FakeTelegram) -> None:
    """Each is named as one too many, also where the complaint has some already."""
    talk, bot = Talk(most=1), open_bot(settings(telegram))
    evidence = Evidence(bot, talk, most_bytes=1000, most=2)  # type: ignore[arg-type]  # a twin
    ids = [telegram.world.add_file(b"x", "a.txt").file_id for _ in range(4)]

    kept, refused = await evidence.keep(
        address_of(1), [SentFile(id_, f"{number}.txt", 1) for number, id_ in enumerate(ids)]
    )
    await bot.session.close()

    assert len(kept) == 1
    assert {file.reason for file in refused} == {NotTaken.TOO_MANY}
    assert len(refused) == 3
    assert len(telegram.calls("getFile")) == 2
