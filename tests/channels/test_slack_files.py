"""Evidence is fetched from Slack alone, whole or not at all, and never beyond the limit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from channels.slack.api import Api
from channels.slack.files import Downloads, NotHandedOut, Oversized
from channels.slack.settings import Settings
from channels.slack.translate import SentFile
from tests.channels.slack_house import PNG, STORY, slack_house
from tests.platforms import HAS_FAKES, needs_fakes

if HAS_FAKES or TYPE_CHECKING:
    from platform_fakes import FakeSlack

pytestmark = needs_fakes

QUICK = 0.001


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    """A workspace."""
    async with FakeSlack() as slack:
        yield slack


@asynccontextmanager
async def downloads(slack: FakeSlack, **changes: Any) -> AsyncIterator[Downloads]:
    """A way to its files."""
    told = Settings(slack.bot_token, slack.api_url, retry_seconds=QUICK, max_attachment_bytes=1000)
    settings = replace(told, **changes)
    api = Api(settings)
    yield Downloads(api, settings)
    await api.close()


def sent(slack: FakeSlack, content: bytes = PNG, kind: str = "image/png", **more: Any) -> SentFile:
    """A file as an event tells of it."""
    info = slack.file(slack.user(), content, "smashed.png", kind)
    told = {"size": len(content), "url": info["url_private_download"], **more}
    return SentFile(info["id"], info["name"], kind, **told)


async def test_file_is_fetched_with_the_token(slack: FakeSlack) -> None:
    """As it was sent."""
    async with downloads(slack) as fetching, fetching.fetched(sent(slack)) as content:
        assert PNG == content.read()


async def test_sign_in_page_is_no_evidence(slack: FakeSlack) -> None:
    """Slack answers 200 with a page where the token does not hold: tried again, then told."""
    async with downloads(slack, bot_token="xoxb-wrong") as fetching:
        with pytest.raises(NotHandedOut):
            async with fetching.fetched(sent(slack)):
                raise AssertionError

    assert 5 == len(slack.calls("download"))


@pytest.mark.parametrize(
    "fault",
    [{"kind": "status", "status": 500}, {"kind": "status", "status": 404}, {"kind": "drop"}],
    ids=lambda fault: f"{fault['kind']}{fault.get('status', '')}",
)
async def test_error_that_passes_is_waited_for(slack: FakeSlack, fault: dict[str, Any]) -> None:
    """Slack hands a file out moments after it tells of it."""
    slack.fault(method="download", times=3, **fault)

    async with downloads(slack) as fetching, fetching.fetched(sent(slack)) as content:
        assert PNG == content.read()


async def test_announced_size_is_believed_where_it_is_too_large(slack: FakeSlack) -> None:
    """Nothing is fetched."""
    async with downloads(slack) as fetching:
        with pytest.raises(Oversized):
            async with fetching.fetched(sent(slack, size=1001)):
                raise AssertionError

    assert [] == slack.calls("download")


async def test_larger_than_announced_is_cut_off(slack: FakeSlack) -> None:
    """Whatever was announced, no more than the limit is read."""
    async with downloads(slack) as fetching:
        with pytest.raises(Oversized):
            async with fetching.fetched(sent(slack, PNG + b"x" * 5_000_000, size=1)):
                raise AssertionError

    assert 1 == len(slack.calls("download"))


async def test_file_of_a_shared_channel_is_looked_up(slack: FakeSlack) -> None:
    """Its event tells no address."""
    async with downloads(slack) as fetching, fetching.fetched(sent(slack, url=None)) as content:
        assert PNG == content.read()


async def test_file_that_is_gone(slack: FakeSlack) -> None:
    """Neither address nor file."""
    gone = SentFile("F0GONE", "x.png", "image/png", 10, None)
    async with downloads(slack) as fetching:
        with pytest.raises(NotHandedOut):
            async with fetching.fetched(gone):
                raise AssertionError


@asynccontextmanager
async def elsewhere(location: str | None = None) -> AsyncIterator[tuple[str, list[str | None]]]:
    """Another server, and what tokens came to it."""
    tokens: list[str | None] = []

    async def answer(request: web.Request) -> web.Response:
        tokens.append(request.headers.get("Authorization"))
        if location is not None:
            return web.Response(status=302, headers={"Location": location})
        return web.Response(body=PNG, content_type="image/png")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}", tokens
    await runner.cleanup()


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "https://slack.com.evil.example/f",
        "https://evilslack.com/f",
        "http://files.slack.com/f",
        "https://files.slack.com@evil.example/f",
        "file:///etc/passwd",
        "not an address",
    ],
)
async def test_token_goes_to_slack_alone(slack: FakeSlack, url: str) -> None:
    """Not to other hosts, nor to Slack's without encryption."""
    async with downloads(slack) as fetching:
        with pytest.raises(NotHandedOut):
            async with fetching.fetched(sent(slack, url=url)):
                raise AssertionError


async def test_no_other_host_is_called(slack: FakeSlack) -> None:
    """A link in an event that leads into this network is not followed, nor is a redirect."""
    async with elsewhere() as (url, tokens), downloads(slack) as fetching:
        with pytest.raises(NotHandedOut):
            async with fetching.fetched(sent(slack, url=f"{url}/f")):
                raise AssertionError
        assert [] == tokens

    async with elsewhere() as (target, tokens), elsewhere(f"{target}/f") as (url, first):
        settings = Settings("xoxb-secret", f"{url}/api/", retry_seconds=QUICK)
        api = Api(settings)
        with pytest.raises(NotHandedOut):
            async with Downloads(api, settings).fetched(sent(slack, url=f"{url}/f")):
                raise AssertionError
        await api.close()
        assert {"Bearer xoxb-secret"} == set(first)
        assert [] == tokens


async def test_redirects_within_slack_are_followed_for_a_while(slack: FakeSlack) -> None:
    """And not for ever."""
    async with elsewhere("/again") as (url, tokens):
        settings = Settings("xoxb-secret", f"{url}/api/", retry_seconds=QUICK)
        api = Api(settings)
        with pytest.raises(NotHandedOut):
            async with Downloads(api, settings).fetched(sent(slack, url=f"{url}/f")):
                raise AssertionError
        await api.close()
        assert 15 == len(tokens)


@pytest.mark.parametrize(
    ("content", "name", "kind", "reason"),
    [
        (b"MZ\x90\x00" + b"\x00" * 100, "setup.exe", "application/x-msdownload", "type"),
        (b"<html><script>x</script></html>", "page.html", "text/html", "type"),
        (b"", "empty.png", "image/png", "type"),
        (PNG + b"x" * 2000, "large.png", "image/png", "too_large"),
    ],
    ids=["program", "page", "empty", "large"],
)
async def test_refused_file_is_told(
    tmp_path: Path, content: bytes, name: str, kind: str, reason: str
) -> None:
    """With its name and the reason, and the conversation goes on."""
    async with slack_house(tmp_path, max_attachment_bytes=1000, language="en") as house:
        alice = house.enter()
        await alice.tells(STORY, "How has this affected you")
        file = house.slack.file(alice.user, content, name, kind)

        answer = await alice.tells("", name, files=[file])

        text = house.ombud.ombud.service.words(f"file.reason.{reason}", "en", name=name)
        assert text in answer["shown"]
        assert () == (await alice.draft()).attachments


async def test_lost_file_is_told(tmp_path: Path) -> None:
    """Slack never hands it out: the person hears that, and what came beside it is kept."""
    async with slack_house(tmp_path) as house:
        alice = house.enter()
        await alice.tells(STORY, "⟦ask.effect⟧")
        good = house.slack.file(alice.user, PNG, "good.png", "image/png")
        lost = {**house.slack.file(alice.user, PNG, "lost.png", "image/png"), "mode": "tombstone"}

        answer = await alice.tells("here they are", "⟦file.saved count=1⟧", files=[good, lost])

        assert "⟦file.refused" in answer["shown"]
        assert ["good.png"] == [file.name for file in (await alice.draft()).attachments]


async def test_shown_name_is_clean(tmp_path: Path) -> None:
    """No path, no sign that turns the ending round."""
    async with slack_house(tmp_path) as house:
        alice = house.enter()
        await alice.tells(STORY, "⟦ask.effect⟧")
        file = house.slack.file(alice.user, PNG, "a.png", "image/png")

        odd = {**file, "name": "../../etc/\u202egnp.exe.png"}
        await alice.tells("", "⟦file.saved", files=[odd])

        assert ["gnp.exe.png"] == [file.name for file in (await alice.draft()).attachments]
