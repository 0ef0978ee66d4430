"""The tables that only `ombud.toml` can hold."""

from __future__ import annotations

import re
from datetime import time
from decimal import Decimal
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bot.domain.assessment import Severity
from bot.domain.clocks import Weekday
from bot.settings.values import as_items, staff_ids, web_address


class Table(BaseModel):
    """One table: frozen, and a key that it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Hours(Table):
    """When somebody is there, in the organisation's time zone: outside these hours nobody is
    reminded, and complainants hear nothing by themselves; what is urgent does not wait."""

    days: Annotated[tuple[Weekday, ...], Field(min_length=1)] = tuple(Weekday)[:5]
    """Days of the week, `monday` to `sunday`; default: Monday to Friday."""

    opens: time = time(9)
    """When people come, `HH:MM`; default: `09:00`."""

    closes: time = time(17)
    """When they leave; default: `17:00`."""

    @model_validator(mode="after")
    def _is_open(self) -> Self:
        if self.opens.tzinfo or self.closes.tzinfo:
            raise ValueError("opens and closes must be hours without a time zone, such as 09:00")
        if self.opens >= self.closes:
            raise ValueError("opens must be earlier than closes")
        return self


Percent = Annotated[int, Field(ge=1, le=100)]


class Escalation(Table):
    """Who is told when a deadline comes near, and how often."""

    contact: str | None = Field(default=None, min_length=1)
    """Who is told beside the owner at the last reminder, and of what is urgent; default: nobody
    by name."""

    minutes: int = Field(default=15, ge=1, le=1440)
    """Minutes between two alerts about something urgent that nobody has taken; default: `15`."""

    percents: Annotated[tuple[Percent, ...], Field(min_length=1)] | None = None
    """Reminders to the owner, in percent of a deadline's time; default: by regime, mostly 50, 80
    and 100."""


class ExternalBody(Table):
    """Who a complainant can turn to when the answer does not satisfy (ISO 10002:2018, 4.2)."""

    name: str
    """What it is called; no default."""

    url: Annotated[str, AfterValidator(web_address)] | None = None
    """Its page; default: none."""

    phone: str | None = None
    """Its telephone number as people should dial it; default: none."""

    text: str | None = None
    """A sentence on when and how to turn to it, shown as it is; default: none."""


class Limits(Table):
    """Limits beyond those per person, for addresses that many people share."""

    lookups_per_hour_per_address: int | None = Field(default=None, ge=1)
    """Wrong references or codes an hour from one network address;
    default: 10 × `OMBUD_LOOKUPS_PER_HOUR`."""

    lookups_per_hour_in_all: int | None = Field(default=None, ge=1)
    """Wrong references or codes an hour from everybody together;
    default: 100 × `OMBUD_LOOKUPS_PER_HOUR`."""


def _patterns(values: tuple[str, ...]) -> tuple[str, ...]:
    for number, value in enumerate(values, start=1):
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"entry {number} is no regular expression: {error}") from None
    return values


class References(Table):
    """What the organisation's own numbers look like."""

    patterns: Annotated[tuple[str, ...], AfterValidator(_patterns)] = ()
    """Regular expressions of order, account and contract numbers;
    default: none, only what Ombud knows by itself."""


Staff = Annotated[tuple[str, ...], BeforeValidator(as_items), AfterValidator(staff_ids)]
Words = Annotated[tuple[str, ...], BeforeValidator(as_items)]


class Roles(Table):
    """Who may do what at the desk: people (`U…`) and user groups (`S…`); while all are empty
    everybody who works there may do everything."""

    intake: Staff = ()
    """Who may log and take complaints, and judge how grave they are; default: empty."""

    caseworker: Staff = ()
    """Who may ask and answer complainants; default: empty."""

    reviewer: Staff = ()
    """Who may decide about a review; default: empty."""

    manager: Staff = ()
    """Who may hand over, extend and do all of the above; default: empty."""

    auditor: Staff = ()
    """Who may read everything and change nothing; default: empty."""

    custodian: Staff = ()
    """Who may see who complains; default: empty."""


def _place(value: str) -> str:
    if not re.fullmatch(r"[CG][A-Z0-9]{5,}", value):
        raise ValueError("must be a channel's id such as C012AB3CD (in its details, at the end)")
    return value


def _group(value: str) -> str:
    if not re.fullmatch(r"[SU][A-Z0-9]{5,}", value):
        raise ValueError("must be the id of a user group S012AB3CD or of a person U012AB3CD")
    return value


class Route(Table):
    """Where complaints of a kind are shown, and who is called. Of each thing the first route in
    the file that fits and tells it counts; one without conditions fits always."""

    category: Words = ()
    """Of these categories; default: of any."""

    severity: Annotated[tuple[Severity, ...], BeforeValidator(as_items)] = ()
    """Of these severities (`low`, `medium`, `high`, `critical`); default: of any."""

    language: Words = ()
    """In these languages; default: in any."""

    site: Words = ()
    """From these sites, as a code on a counter tells; default: from any."""

    channel: Annotated[str, AfterValidator(_place)] | None = None
    """Channel that shows them; default: the triage channel."""

    group: Annotated[str, AfterValidator(_group)] | None = None
    """Who is called when one arrives; default: nobody."""

    escalation: Annotated[str, AfterValidator(_group)] | None = None
    """Who is called when one is escalated or urgent; default: whoever `group` names."""


class DeskTable(Table):
    """The caseworkers' desk."""

    roles: Roles = Roles()
    """Who may do what; default: everybody everything."""

    routes: dict[str, Route] = Field(default_factory=dict)
    """Where complaints are shown, by whatever name; default: all in the triage channel."""

    second_person_above: Decimal | None = Field(default=None, ge=0)
    """Amount, in any currency, above which an answer given in Slack waits for a second person;
    default: none, one person is enough."""
