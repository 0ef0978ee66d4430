"""Builds everything from settings: the one place that knows all packages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from functools import cached_property
from importlib import import_module
from types import ModuleType
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from bot.calendars import working_days
from bot.cards import KeptEvidence, ShownCards
from bot.casework import Casework
from bot.codes import PrivateCodes
from bot.dialogue.manager import Manager
from bot.dialogue.scene import ExternalBody, Organisation
from bot.domain.clocks import Calendar
from bot.domain.complaint import Complaint
from bot.domain.counting import WorkingDays
from bot.domain.duties import Timing, timing
from bot.domain.keeping import Keeping
from bot.domain.policy import Opening, Policy
from bot.inbox import Patience, PlatformInbox
from bot.languages import Language, load_languages, spoken
from bot.limiting import LookUpLimits, LookUps
from bot.metrics import Metrics
from bot.platforms import Batch, Local
from bot.ports import Raw, Storage, Understand
from bot.presenting import presented
from bot.retention import Retention
from bot.rules import emergency_numbers, load_rules
from bot.service import Service, Talk
from bot.settings import Settings, settled_secret_key
from handlers import HANDLERS
from nlu.understand import Understanding
from storage.files import DiskFiles
from storage.migrating import migrate as migrate_database
from storage.migrating import schema_versions
from storage.opening import storage_for

CHANNELS: Final = {"telegram": "telegram_token", "slack": "slack_bot_token", "mail": "smtp_url"}
"""Each is the folder of that name in `channels`, and the setting that switches it on; its module
`channel` is loaded only then, since what it stands on is large."""


def now() -> datetime:
    """The clock that everything but the pure code reads."""
    return datetime.now(UTC)


class Parts:
    """What an installation is made of, each part built when it is first asked for."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @property
    def database_url(self) -> str:
        """Where everything is kept."""
        return self.settings.database_url.get_secret_value()

    def schema_versions(self) -> tuple[str | None, str]:
        """The schema that the database has, and the one that is needed."""
        return schema_versions(self.database_url)

    @cached_property
    def loaded_languages(self) -> Mapping[str, Language]:
        """Every language by its code, and `keys`."""
        return load_languages()

    def languages(self) -> Mapping[str, Language]:
        """The same, for whoever checks them."""
        return self.loaded_languages

    @cached_property
    def _understanding(self) -> Understanding:
        heard = {code: language.hearing for code, language in spoken(self.loaded_languages).items()}
        return Understanding(heard, self.settings.references.patterns)

    def understanding(self) -> Understand:
        """The one way to hear a message."""
        return self._understanding.understand

    @cached_property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone."""
        return ZoneInfo(self.settings.time_zone)

    @cached_property
    def codes(self) -> PrivateCodes:
        """Derives private codes from the secret key."""
        return PrivateCodes(settled_secret_key(self.settings).get_secret_value())

    @cached_property
    def metrics(self) -> Metrics:
        """What is counted."""
        return Metrics()

    @cached_property
    def organisation(self) -> Organisation:
        """Who answers, by which rules and where."""
        told = self.settings
        body = told.external_body
        return Organisation(
            name=told.organisation,
            public_url=told.public_url.rstrip("/"),
            zone=self.zone,
            country=told.country,
            rules=load_rules(told.regime),
            external_body=ExternalBody(body.name, body.url or body.phone or "") if body else None,
            emergency=emergency_numbers(told.country),
            max_attachments=told.max_attachments,
            max_attachment_bytes=told.max_attachment_bytes,
            draft_hours=told.draft_hours,
            has_mail=told.smtp_url is not None,
        )

    @cached_property
    def talk(self) -> Talk:
        """Everything a conversation is held with."""
        return Talk(
            manager=Manager(HANDLERS),
            understand=self.understanding(),
            organisation=self.organisation,
            languages=self.loaded_languages,
            default_language=self.settings.language,
            codes=self.codes,
        )

    @cached_property
    def storage(self) -> Storage:
        """Where everything is kept, still closed."""
        return storage_for(self.database_url, self._timing)

    def _timing(self, complaint: Complaint) -> Timing:
        return timing(complaint, self.organisation.rules, self.zone, self.policy)

    @cached_property
    def policy(self) -> Policy:
        """How Ombud acts by itself."""
        told, hours = self.settings.escalation, self.settings.hours
        return Policy(
            contact=told.contact,
            percents=told.percents,
            alert_minutes=told.minutes,
            opening=Opening(frozenset(hours.days), hours.opens, hours.closes) if hours else None,
        )

    @cached_property
    def files(self) -> DiskFiles:
        """Where evidence is kept."""
        return DiskFiles(self.settings.files_dir, self.settings.max_attachment_bytes)

    @cached_property
    def retention(self) -> Retention:
        """Erases what is kept for no rule any more."""
        keeping = Keeping(self.zone, self.settings.retention_days)
        return Retention(self.storage, self.files, self.organisation.rules, now, keeping)

    @cached_property
    def service(self) -> Service:
        """Takes messages from every channel."""
        return Service(
            self.storage,
            self.files,
            self.talk,
            now,
            LookUps(self.look_up_limits),
            self.metrics,
        )

    @property
    def look_up_limits(self) -> LookUpLimits:
        """How often look-ups may hit nothing."""
        told = self.settings
        return LookUpLimits(
            per_person=told.lookups_per_hour,
            per_network=told.lookups_per_hour_per_address,
            in_all=told.lookups_per_hour_in_all,
        )

    def inbox(
        self,
        channel: str,
        handle: Callable[[Batch], Awaitable[None]],
        joins: Callable[[Raw, Raw], bool],
    ) -> PlatformInbox:
        """The inbox of one channel."""
        patience = Patience(per_minute=self.settings.messages_per_minute)
        return PlatformInbox(channel, self.storage, self.metrics, handle, joins, patience=patience)

    @property
    def channel_names(self) -> tuple[str, ...]:
        """The channels that are switched on."""
        return tuple(name for name, key in CHANNELS.items() if getattr(self.settings, key))

    def channel_settings(self, name: str) -> tuple[ModuleType, Any]:
        """A channel's module and its own settings: of each field `x` the setting `NAME_x`, or `x`
        itself; nothing else of the configuration reaches it."""
        module = import_module(f"channels.{name}.channel")
        told = {field.name: self._told(name, field.name) for field in fields(module.Settings)}
        return module, module.Settings(**told)

    def _told(self, channel: str, name: str) -> object:
        own = f"{channel}_{name}"
        value = getattr(self.settings, own if hasattr(self.settings, own) else name)
        return value.get_secret_value() if isinstance(value, SecretStr) else value

    @cached_property
    def casework(self) -> Casework:
        """What caseworkers do."""
        staff = frozenset(self.settings.names_by_token.values())
        understand = self.talk.understand
        return Casework(self.storage, self.talk, now, staff=staff, understand=understand)

    @cached_property
    def cards(self) -> ShownCards:
        """What caseworkers are shown elsewhere, and how far."""
        return ShownCards(self.storage, self.organisation, now)

    @cached_property
    def evidence(self) -> KeptEvidence:
        """The files of complaints."""
        return KeptEvidence(self.storage, self.files)

    @cached_property
    def local(self) -> Local:
        """How those who work here write and reckon; without a calendar in the rules that of the
        country counts."""

        def is_working_day(day: date) -> bool:
            regime = self.organisation.rules.in_force(day)
            if regime.calendar is not None:
                return regime.days.is_open(day)
            return self._working_days.is_open(day)

        return Local(self.settings.language, self.zone, is_working_day)

    @cached_property
    def _working_days(self) -> WorkingDays:
        try:
            return working_days(Calendar(self.settings.country))
        except ValueError:  # a country whose holidays nobody lists
            return WorkingDays()

    def as_json(self, complaint: Complaint) -> Mapping[str, object]:
        """A complaint in the shape of contract §4, identity kept apart where it must be."""
        regime = self.organisation.rules.of(complaint)
        return presented(complaint, regime, self.zone, has_mail=self.organisation.has_mail)


@dataclass(frozen=True)
class Ombud:
    """An installation that is open."""

    parts: Parts

    @property
    def service(self) -> Service:
        """Takes messages."""
        return self.parts.service

    @property
    def desk(self) -> Casework:
        """What caseworkers do."""
        return self.parts.casework

    @property
    def storage(self) -> Storage:
        """Where everything is kept."""
        return self.parts.storage

    @property
    def retention(self) -> Retention:
        """Erases what is kept for no rule any more."""
        return self.parts.retention

    @property
    def organisation(self) -> Organisation:
        """Who answers, by which rules."""
        return self.parts.organisation

    def as_json(self, complaint: Complaint) -> Mapping[str, object]:
        """A complaint in the shape of contract §4."""
        return self.parts.as_json(complaint)


@asynccontextmanager
async def assembled(settings: Settings) -> AsyncIterator[Ombud]:
    """An installation, its storage open until the block ends; SchemaMismatch where it is old."""
    parts = Parts(settings)
    await parts.storage.open()
    try:
        yield Ombud(parts)
    finally:
        await parts.storage.close()


def migrate(settings: Settings) -> str:
    """Brings the database to this version's schema and tells which that is."""
    parts = Parts(settings)
    migrate_database(parts.database_url)
    return parts.schema_versions()[1]


async def reschedule(settings: Settings) -> int:
    """Reckons anew, from the events, when each complaint is due; how many were kept wrong."""
    async with assembled(settings) as ombud:
        return await ombud.storage.reschedule()


def understanding(settings: Settings) -> Understand:
    """How messages are heard, without an installation around it."""
    return Parts(settings).understanding()
