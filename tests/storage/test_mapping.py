"""Values survive being stored, whatever they hold and however old their rows are."""

from __future__ import annotations

from dataclasses import MISSING, fields, replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bot.dialogue.conversation import Conversation, Draft
from bot.dialogue.messages import InboundMessage, OutboundMessage
from bot.domain.events import EVENTS, ComplaintReceived, Event
from bot.domain.identity import Identity
from bot.errors import SchemaMismatch
from storage import mapping
from storage.tables import Moment, moment
from tests.storage.building import NOW, conversation, line, received
from tests.storage.filling import filled

MOMENTS = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001  # the zone is the next argument
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))]),
)
# Text is cleaned before it reaches storage: halves of surrogate pairs are no characters.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)

st.register_type_strategy(datetime, MOMENTS)
st.register_type_strategy(str, TEXTS)
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(float, st.floats(-1000, 1000))
st.register_type_strategy(int, st.integers(-(2**53), 2**53))
st.register_type_strategy(Decimal, st.decimals(-(10**9), 10**9, places=2))


@pytest.mark.parametrize("kind", EVENTS)
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_an_event_of_each_kind_comes_back(kind: str, data: st.DataObject) -> None:
    """Every kind of event equals what was stored of it."""
    event: Event = data.draw(st.from_type(EVENTS[kind]))
    columns = mapping.event_columns(event)
    at = Moment().process_result_value(moment(columns["at"]), None)  # type: ignore[arg-type]  # every dialect alike
    assert at is not None

    assert event == mapping.event_from(columns["kind"], at, columns["by"], columns["body"])


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.from_type(Conversation))
def test_a_conversation_comes_back(stored: Conversation) -> None:
    """A conversation equals what was stored of it, its draft included."""
    assert stored == mapping.conversation_from(mapping.conversation_state(stored))


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.from_type(OutboundMessage))
def test_a_line_comes_back_without_its_private_code(stored: OutboundMessage) -> None:
    """A line equals what was stored of it; a private code is in no row."""
    expected = mapping.storable(stored)

    assert expected == mapping.message_from(mapping.message_body(stored))
    assert expected.private_code is None


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.from_type(Identity))
def test_an_identity_comes_back(stored: Identity) -> None:
    """An identity equals what was stored of it."""
    assert stored == mapping.identity_from(**mapping.identity_columns(stored))


def test_a_row_that_lacks_newer_fields_takes_their_defaults() -> None:
    """Rows stored before a field existed are read all the same."""
    old = {
        "id": "c", "address": {"channel": "web", "key": "k"}, "language": "en",
        "begun_at": "2026-01-01T00:00:00Z", "touched_at": "2026-01-01T00:00:00Z",
        "draft": {"started_at": "2026-01-01T00:00:00Z", "first_seq": 2},
    }  # fmt: skip
    began = datetime(2026, 1, 1, tzinfo=UTC)

    found = mapping.conversation_from(orjson.dumps(old))

    assert Draft(began, 2) == found.draft
    assert () == found.complaints


def without(held: dict[str, Any], kind: type[Any], *names: str) -> dict[str, Any]:
    """A stored value as it was before those fields existed."""
    assert set(names) <= {one.name for one in fields(kind)}
    return {name: value for name, value in held.items() if name not in names}


def optional(kind: type[Any]) -> dict[str, Any]:
    """The fields of a value that have a default, with it."""
    return {
        one.name: one.default if one.default is not MISSING else one.default_factory()  # type: ignore[operator]  # it has one of the two
        for one in fields(kind)
        if one.default is not MISSING or one.default_factory is not MISSING
    }


@pytest.mark.parametrize("name", optional(Conversation))
def test_a_conversation_may_lack_any_field_that_has_a_default(name: str) -> None:
    """A state from before the field reads as if nothing was ever put there."""
    full = filled(Conversation)
    old = without(orjson.loads(mapping.conversation_state(full)), Conversation, name)

    expected = replace(full, **{name: optional(Conversation)[name]})
    assert expected == mapping.conversation_from(orjson.dumps(old))


@pytest.mark.parametrize("name", optional(OutboundMessage))
def test_a_line_may_lack_any_field_that_has_a_default(name: str) -> None:
    """A body from before the field reads as if nothing was ever put there."""
    full = mapping.storable(filled(OutboundMessage))
    old = without(orjson.loads(mapping.message_body(full)), OutboundMessage, name)

    expected = replace(full, **{name: optional(OutboundMessage)[name]})
    assert expected == mapping.message_from(orjson.dumps(old))


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind in EVENTS for name in optional(EVENTS[kind])]
)
def test_an_event_may_lack_any_field_that_has_a_default(kind: str, name: str) -> None:
    """A fact from before the field reads as if nothing was ever put there."""
    full = filled(EVENTS[kind])
    columns = mapping.event_columns(full)
    old = without(orjson.loads(columns["body"]), EVENTS[kind], name)

    expected = replace(full, **{name: optional(EVENTS[kind])[name]})
    assert expected == mapping.event_from(kind, full.at, full.by, orjson.dumps(old))


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.from_type(InboundMessage))
def test_any_message_can_be_set_aside(message: InboundMessage) -> None:
    """Whatever a message is made of: what the quarantine holds is all of it."""
    assert message == TypeAdapter(InboundMessage).validate_json(mapping.inbound_body(message))


def test_a_row_may_hold_fields_that_are_no_more() -> None:
    """What this version does not know of a value is passed over."""
    held = orjson.loads(mapping.message_body(line(1)))

    assert line(1) == mapping.message_from(orjson.dumps({**held, "mood": "cheerful"}))


def test_a_fact_is_stored_in_full() -> None:
    """A default that changes later must not change what happened, so defaults are written, too."""
    body = orjson.loads(mapping.event_columns(received())["body"])

    assert {f for f in ComplaintReceived.__dataclass_fields__ if f not in ("at", "by")} == set(body)
    assert "safety" in body["assessment"]


def test_an_event_of_a_later_version_is_named() -> None:
    """A kind that this version does not know is a mismatch that names it."""
    with pytest.raises(SchemaMismatch, match="'PlanetAligned'"):
        mapping.event_from("PlanetAligned", NOW, "ombud", b"{}")


def test_a_conversation_is_stored_small() -> None:
    """What equals its default takes no room."""
    assert len(mapping.conversation_state(conversation())) < 250


@given(st.lists(MOMENTS, min_size=2, max_size=5))
def test_stored_times_sort_as_time_does(moments: list[datetime]) -> None:
    """The text of a time sorts like the time, in whatever zone it was told."""
    assert sorted(map(moment, moments)) == list(map(moment, sorted(moments)))


def test_a_time_without_zone_is_not_stored() -> None:
    """Nobody could say later which moment it was."""
    with pytest.raises(ValueError, match="zone"):
        moment(datetime(2026, 1, 1))  # noqa: DTZ001
