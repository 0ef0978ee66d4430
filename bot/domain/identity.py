"""Who complains, kept apart from what they complain about (ISO 10002:2018, 4.10)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.domain.answers import Contact, ContactKind
from bot.domain.form import Details


@dataclass(frozen=True)
class Identity:
    """Everything that tells who somebody is."""

    name: str | None = None
    contact: Contact | None = None
    acting_for: str | None = None


NOBODY = Identity()


def parted(details: Details) -> tuple[Details, Identity]:
    """What happened, and who complains, apart. That they are to be reached here, or not at all,
    tells nobody's name and stays."""
    contact = details.contact
    tells = contact is not None and contact.value is not None
    identity = Identity(details.name, contact if tells else None, details.acting_for)
    bare = replace(details, name=None, acting_for=None, contact=None if tells else contact)
    return bare, identity


def joined(details: Details, identity: Identity) -> Details:
    """The details with who complains, for those who may see it."""
    return replace(
        details,
        name=identity.name,
        acting_for=identity.acting_for,
        contact=identity.contact or details.contact or Contact(ContactKind.CHAT),
    )
