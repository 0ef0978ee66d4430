"""A line of a conversation as an e-mail; nothing is received, so this is one way."""

from __future__ import annotations

from email.headerregistry import Address as MailAddress
from email.message import EmailMessage
from email.utils import format_datetime

from bot.dialogue.messages import OutboundMessage
from channels.mail.settings import Settings

_WITHOUT_LINES = str.maketrans({"\r": " ", "\n": " "})


def mail(
    line: OutboundMessage, to: str, settings: Settings, *, subject: str, footer: str, id_: str
) -> EmailMessage:
    """The e-mail; its id is the delivery's, so that mail programs show a repeated one once."""
    message = EmailMessage()
    message["From"] = str(
        MailAddress(settings.organisation.translate(_WITHOUT_LINES), addr_spec=settings.sender)
    )
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(line.at)
    message["Message-ID"] = f"<{id_}@{settings.host}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine answers this
    message.set_content(f"{line.text}\n\n-- \n{footer}\n")
    return message
