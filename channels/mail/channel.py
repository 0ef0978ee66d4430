"""The mail channel: carries lines about a complaint to an e-mail address."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from collections.abc import Callable, Sequence
from email.message import EmailMessage

from bot.errors import PermanentDeliveryError, TemporaryDeliveryError
from bot.platforms import Around, ASGIApp, Finding
from bot.ports import Delivery
from channels.mail.settings import Settings
from channels.mail.translate import mail

_PATIENCE_SECONDS = 20
_LASTING = range(500, 600)  # RFC 5321: the same again would fail again


class MailChannel:
    """Implements `bot.platforms.Platform`; there is nothing to listen to."""

    name = "mail"
    webhook: ASGIApp | None = None
    trouble: str | None = None

    def __init__(self, settings: Settings, words: Callable[..., str]) -> None:
        self._settings = settings
        self._words = words

    async def send(self, delivery: Delivery) -> None:
        """One e-mail for one line."""
        message = self._message(delivery)
        try:
            await asyncio.to_thread(_handed_over, message, self._settings)
        except smtplib.SMTPRecipientsRefused as error:
            code, _ = next(iter(error.recipients.values()))
            raise _refused(code, is_unreachable=True) from None
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code, is_unreachable=False) from None
        except (smtplib.SMTPException, OSError) as error:
            self.trouble = f"the mail server can't be reached ({type(error).__name__})"
            raise TemporaryDeliveryError from None
        self.trouble = None

    async def run(self) -> None:
        """Waits: e-mails are only sent."""
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Nothing is kept open."""

    def _message(self, delivery: Delivery) -> EmailMessage:
        line = delivery.message
        url = f"{self._settings.public_url.rstrip('/')}/status"
        subject = (
            self._words("mail.subject", None, reference=line.reference)
            if line.reference
            else self._words("mail.subject.none", None)
        )
        return mail(
            line,
            delivery.address.key,
            self._settings,
            subject=subject,
            footer=self._words("mail.footer", None, url=url),
            id_=f"ombud.{delivery.conversation}.{line.seq}",
        )


def _refused(code: int, *, is_unreachable: bool) -> PermanentDeliveryError | TemporaryDeliveryError:
    if code in _LASTING:
        return PermanentDeliveryError(f"mail refused ({code})", is_unreachable=is_unreachable)
    return TemporaryDeliveryError()


def _handed_over(message: EmailMessage, settings: Settings) -> None:
    with _connection(settings) as server:
        if settings.credentials:
            server.login(*settings.credentials)
        server.send_message(message)


def _connection(settings: Settings) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if settings.is_encrypted:
        return smtplib.SMTP_SSL(
            settings.host, settings.port, timeout=_PATIENCE_SECONDS, context=context
        )
    server = smtplib.SMTP(settings.host, settings.port, timeout=_PATIENCE_SECONDS)
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls(context=context)
    return server


def open_channel(settings: Settings, around: Around) -> MailChannel:
    """The channel, still unconnected."""
    return MailChannel(settings, around.conversing.words)


async def checkup(settings: Settings) -> Sequence[Finding]:
    """Whether the mail server answers and lets us in."""
    try:
        await asyncio.to_thread(_greeted, settings)
    except (smtplib.SMTPException, OSError) as error:
        return (
            Finding(
                "mail", False, f"{settings.host}:{settings.port} refused ({type(error).__name__})",
                "answers by e-mail do not leave", "export OMBUD_SMTP_URL=smtps://…",
            ),
        )  # fmt: skip
    return (Finding("mail", True, f"{settings.host}:{settings.port} lets us in"),)


def _greeted(settings: Settings) -> None:
    with _connection(settings) as server:
        if settings.credentials:
            server.login(*settings.credentials)
        server.noop()
