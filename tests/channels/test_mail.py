"""Answers by e-mail, handed to a real mail server that listens in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from bot.dialogue.messages import Address, ConversationId
from bot.domain.reference import Reference
from bot.errors import PermanentDeliveryError, TemporaryDeliveryError
from bot.ports import Delivery
from channels.mail.channel import MailChannel, checkup
from channels.mail.settings import Settings
from channels.mail.translate import mail
from tests.platforms import installation
from tests.storage.building import line
from tests.talking import House

SETTINGS = Settings("smtp://mail.example", "Northwind\r\nParcels", "https://complaints.example")
REFERENCE = Reference("CMP-7H2M-3T8K-4")


@dataclass
class Postbox:
    """Takes e-mails, or answers as it is told to."""

    answer: str = "250 OK"
    mails: list[EmailMessage] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, words: str) -> None:
        """Waits for an e-mail that says so."""
        async with asyncio.timeout(5):
            while not any(words in str(got) for got in self.mails):
                self.came.clear()
                await self.came.wait()

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Whether a recipient is taken."""
        if self.answer.startswith("550"):
            return self.answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """One e-mail."""
        if self.answer.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            parsed = message_from_bytes(content, policy=policy.default)
            assert isinstance(parsed, EmailMessage)
            self.mails.append(parsed)
            self.came.set()
        return self.answer


@asynccontextmanager
async def mail_server(postbox: Postbox) -> AsyncIterator[str]:
    """Its address, as long as the block runs."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(postbox, loop=loop), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"smtp://127.0.0.1:{port}?from=complaints@northwind.example"


def channel(url: str) -> MailChannel:
    """The channel, with the texts of a real installation."""
    return MailChannel(replace(SETTINGS, smtp_url=url), House().service.words)


def delivery(text: str = "We are sorry.") -> Delivery:
    """A line about a complaint, to an e-mail address."""
    said = replace(line(3), text=text, reference=REFERENCE)
    return Delivery(1, Address("mail", "alice@example.org"), ConversationId("c1"), said, 0)


async def test_a_line_arrives_with_its_reference_and_the_way_to_answer() -> None:
    """Whoever reads it knows which complaint, and that this address reads nothing."""
    postbox = Postbox()
    async with mail_server(postbox) as url:
        await channel(url).send(delivery("We are sorry.\n\nÅsa"))

    (got,) = postbox.mails
    body = got.get_body()
    assert body is not None
    assert ("alice@example.org", f"Your complaint {REFERENCE}") == (got["To"], got["Subject"])
    assert ("complaints@northwind.example", "auto-generated") == (
        got["From"].addresses[0].addr_spec,
        got["Auto-Submitted"],
    )
    assert "We are sorry.\r\n\r\nÅsa" in body.get_content()
    assert "https://complaints.example/status" in body.get_content()


async def test_a_repeated_line_has_the_same_id() -> None:
    """After a lost answer it goes out again, and mail programs show it once."""
    postbox = Postbox()
    async with mail_server(postbox) as url:
        await channel(url).send(delivery())
        await channel(url).send(delivery())

    first, second = postbox.mails
    assert first["Message-ID"] == second["Message-ID"]


async def test_an_address_that_does_not_exist_is_given_up() -> None:
    """550: nothing will arrive there."""
    async with mail_server(Postbox("550 no such user")) as url:
        with pytest.raises(PermanentDeliveryError) as caught:
            await channel(url).send(delivery())
    assert caught.value.is_unreachable


@pytest.mark.parametrize("answer", ["451 later", "421 busy"])
async def test_a_server_that_is_busy_is_tried_again(answer: str) -> None:
    """4xx passes by itself."""
    async with mail_server(Postbox(answer)) as url:
        with pytest.raises(TemporaryDeliveryError):
            await channel(url).send(delivery())


async def test_a_message_that_is_refused_is_given_up_and_the_address_is_not() -> None:
    """554: this message, not this person."""
    async with mail_server(Postbox("554 no")) as url:
        with pytest.raises(PermanentDeliveryError) as caught:
            await channel(url).send(delivery())
    assert not caught.value.is_unreachable


async def test_no_server_is_no_loss() -> None:
    """It is tried again, and whoever runs it can see why nothing leaves."""
    unreachable = channel("smtp://127.0.0.1:1")
    with pytest.raises(TemporaryDeliveryError):
        await unreachable.send(delivery())
    assert unreachable.trouble is not None
    assert not (await checkup(replace(SETTINGS, smtp_url="smtp://127.0.0.1:1")))[0].is_fine


def test_no_text_can_write_a_header() -> None:
    """Line ends in names and references stay where they are."""
    written = mail(
        delivery("Bcc: all@example.org").message,
        "alice@example.org",
        SETTINGS,
        subject=f"Your complaint {REFERENCE}",
        footer="--",
        id_="1",
    )
    assert written["Bcc"] is None
    assert "Northwind Parcels" == written["From"].addresses[0].display_name


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", ("mail.example", 587, None, "complaints@mail.example")),
        ("smtps://a%40b.se:x%2Fy@mail.example", ("mail.example", 465, ("a@b.se", "x/y"), "a@b.se")),
        (
            "smtp://u:p@m.example:25?from=us@x.example",
            ("m.example", 25, ("u", "p"), "us@x.example"),
        ),
    ],
)
def test_the_address_tells_everything(url: str, expected: tuple[object, ...]) -> None:
    """Server, port, who logs in, who writes."""
    told = replace(SETTINGS, smtp_url=url)
    assert expected == (told.host, told.port, told.credentials, told.sender)


async def test_an_answer_reaches_whoever_wants_it_by_e_mail(tmp_path: Path) -> None:
    """From the caseworker's act to the letter box, through outbox and relay."""
    postbox = Postbox()
    async with (
        mail_server(postbox) as url,
        installation(tmp_path, smtp_url=url) as running,
    ):
        house = House(settings=running.settings, storage=running.ombud.storage)  # type: ignore[arg-type]  # any storage
        talk = await house.enter()
        await talk.say("Order 48213 came smashed yesterday. I want a refund")
        while talk.ask != "contact":
            await talk.press("skip")
        await talk.say("alice@example.org")
        reference = await talk.finish()
        told = {"text": "It is on its way.", "finding": "upheld", "reasons": "We erred."}
        await running.ombud.desk.act(reference, "respond", told, "Mina")
        await postbox.until("on its way")

    assert {"alice@example.org"} == {got["To"] for got in postbox.mails}
