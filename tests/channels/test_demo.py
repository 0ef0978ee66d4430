"""`ombud demo`: the desk's own cards and forms, worked through what the page works through."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from bot.commands.demo import House, running
from bot.domain.complaint import Complaint
from bot.domain.events import NoteWritten
from bot.ports import ComplaintFilter
from tests.talking import HeardBy

MINA, GUEST = "U00MINA1", "U00GUEST"
STORY = "My parcel 48213 came smashed on 18 November. I want my £42.50 back"
PATIENCE = 20.0  # seconds, on a machine that is busy with other tests

State = dict[str, Any]


@dataclass
class Page:
    """What the page does, without a browser."""

    house: House
    client: httpx.AsyncClient
    token: str = ""

    async def state(self, user: str = MINA) -> State:
        """What somebody sees."""
        told: State = (await self.client.get("/demo/state", params={"user": user})).json()
        return told

    async def until(self, probe: Callable[[State], object], user: str = MINA) -> State:
        """Waits as the page does: for the next change."""
        state = await self.state(user)
        async with asyncio.timeout(PATIENCE):
            while not probe(state):
                wanted = {"user": user, "after": state["version"]}
                state = (await self.client.get("/demo/state", params=wanted)).json()
        return state

    async def act(self, name: str, user: str = MINA, **told: Any) -> httpx.Response:
        """Presses, submits, writes."""
        return await self.client.post(f"/demo/act/{name}", json={"user": user, **told})

    async def complain(self, story: str = STORY) -> None:
        """Tells a complaint in the chat, over HTTP."""
        begun = await self.client.post("/chat/conversations", json={"language": "en"})
        self.token = begun.json()["token"]
        last = await self._say(text=story)
        for _ in range(10):
            if last["ask"] == "check":
                break
            last = await self._say(action="skip")
        await self._say(action="send")

    async def _say(self, **told: str) -> Mapping[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}"}
        said = {"id": str(uuid4()), **told}
        answer = await self.client.post("/chat/messages", json=said, headers=headers)
        last: Mapping[str, Any] = answer.json()["messages"][-1]
        return last

    async def heard(self) -> str:
        """Everything that the chat shows."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = await self.client.get("/chat/messages", headers=headers)
        return "\n".join(line["text"] for line in answer.json()["messages"])

    async def complaint(self) -> Complaint:
        """The only one."""
        found = await self.house.ombud.storage.find_complaints(ComplaintFilter())
        (complaint,) = found.complaints
        return complaint


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    """A demo without a past."""
    async with (
        running(tmp_path, parts_of=HeardBy, complaints=0) as house,
        httpx.AsyncClient(base_url=house.url, timeout=30) as client,
    ):
        yield Page(house, client)


def card_of(state: State) -> Mapping[str, Any]:
    """The newest card."""
    card: Mapping[str, Any] = state["cards"][0]
    return card


def buttons(state: State) -> set[str]:
    """What may be pressed on it."""
    return {
        element["action_id"]
        for block in card_of(state)["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
    }


async def test_the_page_loads_nothing_from_elsewhere(page: Page) -> None:
    """Its policy is that of the whole site, and no address in it leaves this server."""
    answer = await page.client.get("/demo")
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "//" not in answer.text.replace("<!doctype html>", "")
    for name in ("demo.js", "blocks.js", "report.js", "demo.css"):
        assert (await page.client.get(f"/demo/static/{name}")).is_success


async def test_a_complaint_is_taken_and_answered(page: Page) -> None:
    """Card, Take it, Reply and the words in the chat: all of it through the signed webhook."""
    await page.complain()
    state = await page.until(lambda told: told["cards"])
    assert "smashed" in json.dumps(card_of(state)["blocks"])
    ts = card_of(state)["ts"]
    assert (await page.act("press", ts=ts, action="ombud_take", value="")).is_success
    await page.until(lambda told: "ombud_handover" in buttons(told))
    assert "Mina Okafor" == (await page.complaint()).owner
    await page.act("press", ts=ts, action="ombud_reply")
    view = (await page.until(lambda told: told["view"]))["view"]
    values = {"text": {"text": "Your money is on its way."}}
    await page.act("submit", view=view["id"], values=values)
    await page.until(lambda told: told["view"] is None)
    assert "Your money is on its way." in await page.heard()


async def test_what_is_wrong_stands_beside_its_input(page: Page) -> None:
    """The form stays open, with the error of the desk itself."""
    await page.complain()
    ts = card_of(await page.until(lambda told: told["cards"]))["ts"]
    await page.act("press", ts=ts, action="ombud_snooze", value="pick")
    view = (await page.until(lambda told: told["view"]))["view"]
    await page.act("submit", view=view["id"], values={"until": {"until": "2020-01-01"}})
    state = await page.until(lambda told: told["view"]["errors"])
    assert {"until"} == set(state["view"]["errors"])


async def test_whoever_does_not_work_there_is_refused(page: Page) -> None:
    """They are told so, and nothing happens."""
    await page.complain()
    ts = card_of(await page.until(lambda told: told["cards"]))["ts"]
    await page.act("press", GUEST, ts=ts, action="ombud_take")
    await page.until(lambda told: told["notices"], GUEST)
    assert (await page.complaint()).owner is None


async def noted(page: Page) -> bool:
    """Whether the complaint holds a note."""
    return any(isinstance(event, NoteWritten) for event in (await page.complaint()).history)


async def test_what_is_typed_below_a_card_stays_inside(page: Page) -> None:
    """It becomes a note, which the chat never shows."""
    await page.complain()
    state = await page.until(lambda told: told["cards"] and card_of(told)["replies"])
    await page.act("say", ts=card_of(state)["ts"], text="I know this <driver>.")
    async with asyncio.timeout(PATIENCE):
        while not await noted(page):  # noqa: ASYNC110  # a note changes nothing that the page shows
            await asyncio.sleep(0.01)
    assert "driver" not in await page.heard()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Origin": "https://elsewhere.example"}, 403, id="another site"),
        pytest.param({"Host": "elsewhere.example"}, 403, id="another name"),
        pytest.param({"Content-Type": "text/plain"}, 403, id="a plain form"),
    ],
)
async def test_a_strangers_page_can_do_nothing(
    page: Page, headers: dict[str, str], status: int
) -> None:
    """What a browser sends by itself for another page is not enough."""
    told = {"Content-Type": "application/json", **headers}
    answer = await page.client.post("/demo/act/close", content=b'{"user": "x"}', headers=told)
    assert status == answer.status_code


async def test_the_methods_are_the_desks_alone(page: Page) -> None:
    """Without its token nobody posts into the channel."""
    told = {"channel": "C00TRIAGE", "text": "x"}
    answer = await page.client.post("/demo/api/chat.postMessage", json=told)
    assert {"ok": False, "error": "invalid_auth"} == answer.json()


async def test_the_past_is_played_and_counted(tmp_path: Path) -> None:
    """Complaints of weeks, moved into the installation whole: its own report counts them."""
    async with (
        running(tmp_path, parts_of=HeardBy, complaints=12) as house,
        httpx.AsyncClient(base_url=house.url, timeout=30) as client,
    ):
        async with asyncio.timeout(PATIENCE):
            await house.seeded.wait()
        report = (await Page(house, client).state())["report"]
    assert (12, False) == (report["received"], report["is_seeding"])
    assert report["answered"] > 0


async def test_a_kept_demo_goes_on(tmp_path: Path) -> None:
    """The past is played once, and the card is still the same message."""
    async with (
        running(tmp_path, parts_of=HeardBy, complaints=0) as house,
        httpx.AsyncClient(base_url=house.url, timeout=30) as client,
    ):
        page = Page(house, client)
        await page.complain()
        before = card_of(await page.until(lambda told: told["cards"]))["ts"]
    async with (
        running(tmp_path, parts_of=HeardBy, complaints=5) as house,
        httpx.AsyncClient(base_url=house.url, timeout=30) as client,
    ):
        page = Page(house, client)
        await house.seeded.wait()
        await page.act("press", ts=before, action="ombud_take")
        state = await page.until(lambda told: "ombud_handover" in buttons(told))
        assert [before] == [one["ts"] for one in state["cards"]]
        assert "Mina Okafor" == (await page.complaint()).owner


async def test_the_command_tells_its_address_and_ends(tmp_path: Path) -> None:
    """Nothing is left behind; a signal ends it with 0."""
    code = "from bot.commands.demo import app; app()"
    command = (sys.executable, "-c", code, "--port", "0", "--no-browser")
    told = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[2])}
    process = await asyncio.create_subprocess_exec(
        *command, cwd=tmp_path, env=told, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            line = (await process.stdout.readline()).decode()
        url = line.split()[-1]
        async with httpx.AsyncClient() as client:
            assert (await client.get(url)).is_success
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(30):
            assert 0 == await process.wait()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    assert [] == list(tmp_path.iterdir())
