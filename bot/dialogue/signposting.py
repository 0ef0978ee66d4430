"""Where to go with a complaint that can't be settled here, and until when (ISO 10003)."""

from __future__ import annotations

from datetime import date, datetime

from bot.dialogue.replies import Text
from bot.dialogue.scene import Organisation
from bot.domain.complaint import Complaint
from bot.domain.regimes import last_dates

LAST_DAY = "apply_externally"
"""The clock of a regime that says until when the outside body takes a complaint."""


def signpost(
    organisation: Organisation, now: datetime, complaint: Complaint | None = None
) -> tuple[Text, ...]:
    """The body that the organisation names, or else the rules, and the last day to turn to it."""
    return (_where(organisation, now, complaint), *_until(organisation, complaint))


def last_day(organisation: Organisation, complaint: Complaint) -> date | None:
    """Until when the outside body takes this complaint; None where the rules name no day."""
    regime = organisation.rules.of(complaint)
    zone = regime.time_zone or organisation.zone
    dates = last_dates(complaint, regime, zone)
    return next((d.due_at.astimezone(zone).date() for d in dates if d.name == LAST_DAY), None)


def _where(organisation: Organisation, now: datetime, complaint: Complaint | None) -> Text:
    name, url = _body(organisation, now, complaint)
    if name is None:
        return Text("external.unnamed")
    return Text("external", {"body": name, "url": url}) if url else _by_name(name)


def _by_name(name: str) -> Text:
    return Text("external.by_name", {"body": name})


def _body(
    organisation: Organisation, now: datetime, complaint: Complaint | None
) -> tuple[str | None, str | None]:
    """Its name and address: the operator knows best, the rules know in general."""
    if body := organisation.external_body:
        return body.name, body.url
    rules, today = organisation.rules, now.astimezone(organisation.zone).date()
    regime = rules.of(complaint) if complaint else rules.in_force(today)
    named = regime.signpost
    return (named.body, named.url) if named else (None, None)


def _until(organisation: Organisation, complaint: Complaint | None) -> tuple[Text, ...]:
    day = last_day(organisation, complaint) if complaint else None
    return () if day is None else (Text("external.until", {"until": day}),)
