"""Files of regimes: what they may say, and what is said of a mistake."""

from __future__ import annotations

from importlib.resources import files

import pytest

from bot.domain.clocks import Standing
from bot.errors import ConfigurationError
from bot.rules import load_rules, read_regime

GOOD = """\
id = "town"
title = "Town council"
version = "1"
effective_from = 2026-01-01
calendar = { country = "GB", subdivision = "SCT" }

[[clocks]]
name = "respond"
trigger = "received"
count = 10
unit = "business_days"
met_by = ["ResponseGiven"]
standing = "own"
source = "a bylaw"

[[clocks]]
name = "review_respond"
trigger = "escalated"
stage = 2
count = 1
unit = "months"
met_by = ["ResponseGiven"]
standing = "own"
source = "a bylaw"
"""
IDS = (
    "au-rg271", "eu-dsa", "eu-whistleblower", "in-cpgrams", "iso10002", "se-consumer",
    "se-finance", "uk-fca", "uk-fca-payments", "uk-housing", "uk-ofcom", "us-cfpb",
)  # fmt: skip


def test_a_file_is_all_that_a_regime_needs() -> None:
    """A text is read into a version with its own holidays: 2 January is one in Scotland alone."""
    (regime,) = read_regime("town", GOOD)

    assert "town 1" == regime.label
    assert "New Year Holiday" == regime.days.holiday(regime.effective_from.replace(day=2))


def test_every_regime_is_read() -> None:
    """All that the contract names are there, in order."""
    assert IDS == load_rules("iso10002").ids


@pytest.mark.parametrize("id_", IDS)
def test_every_fact_says_how_sure_it_is(id_: str) -> None:
    """What is confirmed or not names its source."""
    versions = [regime for regime in load_rules(id_).regimes if regime.id == id_]
    sources = [clock.source for one in versions for clock in one.clocks]
    sources += [fact.source for one in versions for fact in one.facts]
    standings = {clock.standing for one in versions for clock in one.clocks}

    assert all(sources)
    assert (standings == {Standing.OWN}) == (id_ in ("iso10002", "eu-dsa"))
    assert all(one.signpost or one.id == "iso10002" for one in versions)


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        pytest.param('version = "1"', "version = 1", "version: 1 is wrong; write a valid string",
                     id="a number for a text"),
        pytest.param("count = 10", 'count = "10"', "clocks[1].count: '10' is wrong",
                     id="a text for a number"),
        pytest.param("count = 10", "count = true", "clocks[1].count: True is wrong",
                     id="a flag for a number"),
        pytest.param("count = 10", "count = 0", "clocks[1]: count must lie between 1 and",
                     id="nothing to count"),
        pytest.param("count = 10\n", "", "clocks[1].count: this key is missing; add it",
                     id="a missing key"),
        pytest.param("count = 10", "count = 10\ncuont = 1", "clocks[1].cuont: there is no such key",
                     id="an unknown key in a clock"),
        pytest.param("version =", 'colour = "red"\nversion =', "colour: there is no such key",
                     id="an unknown key"),
        pytest.param("version =", "days = {}\nversion =", "days: there is no such key",
                     id="a field that is no key"),
        pytest.param('"business_days"', '"fortnights"', "'fortnights' is wrong; write",
                     id="an unknown unit"),
        pytest.param('unit = "business_days"', 'unit = "hours"\nrolls_forward = true',
                     "clocks[1]: hours end at a moment: remove", id="an impossible rule"),
        pytest.param('"ResponseGiven"', '"Answered"', "there is no event Answered",
                     id="an unknown event"),
        pytest.param('met_by = ["ResponseGiven"]\n', "", "clocks[1]: a promise needs met_by",
                     id="a promise that nothing keeps"),
        pytest.param('trigger = "received"', 'trigger = "acknowledged"',
                     "clocks: respond begins after acknowledge; add that clock",
                     id="a trigger that never comes"),
        pytest.param('name = "review_respond"', 'name = "respond"', "respond stands there twice",
                     id="a name twice"),
        pytest.param('name = "review_respond"', 'name = "second"', "is named review_respond",
                     id="a stage without an end"),
        pytest.param('calendar = { country = "GB", subdivision = "SCT" }\n', "",
                     "calendar: respond leaves out holidays; add [calendar]",
                     id="a missing calendar"),
        pytest.param('"GB", subdivision = "SCT"', '"ZZ"', "calendar.country must be",
                     id="an unknown country"),
        pytest.param('"SCT"', '"XYZ"', "calendar.subdivision must be one of ENG",
                     id="an unknown part of it"),
        pytest.param('"SCT"', '"SCT", categories = ["bank"]', "calendar.categories must be some of",
                     id="unknown holidays"),
        pytest.param('"SCT"', '"SCT", weekend = ["monday", "tuesday", "wednesday", "thursday",'
                     ' "friday", "saturday", "sunday"]', "calendar: weekend must leave a day",
                     id="no working day"),
        pytest.param("version =", 'time_zone = "Mars/Base"\nversion =', "time_zone: 'Mars/Base'",
                     id="an unknown time zone"),
        pytest.param("version =", "warnings = [50, 120]\nversion =", "warnings must be percentages",
                     id="more than all the time"),
        pytest.param("version =", 'hours = { opens = "17:00", closes = "09:00" }\nversion =',
                     "hours: opens must be earlier", id="hours that run backwards"),
        pytest.param("2026-01-01", '"soon"', "effective_from: 'soon' is wrong", id="no date"),
        pytest.param('count = 1\n', 'count = 1\nextension = { must_state = [], count = 1 }\n',
                     "extension.count is the whole time", id="an extension that is none"),
        pytest.param('"town"', '"city"', "id must be the file's name; write id = 'town'",
                     id="another name"),
        pytest.param('title = "', 'title = ', "is no TOML", id="no TOML"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_key_and_remedy(wrong: str, right: str, said: str) -> None:
    """One clear line."""
    assert wrong in GOOD

    with pytest.raises(ConfigurationError) as raised:
        read_regime("town", GOOD.replace(wrong, right, 1))

    assert str(raised.value).startswith("bot/regimes/town.toml")
    assert said in str(raised.value)


def test_versions_share_what_stands_above_them() -> None:
    """A later version differs in what it names, and they come in the order of their dates."""
    text = (files("bot.regimes") / "uk-ofcom.toml").read_text(encoding="utf-8")
    older, newer = read_regime("uk-ofcom", text)

    assert ("1", "2") == (older.version, newer.version)
    assert (older.title, older.signpost) == (newer.title, newer.signpost)
    assert older.effective_from < newer.effective_from


@pytest.mark.parametrize(
    ("differs", "same"),
    [("effective_from = 2027-01-01", "version 1"), ('version = "2"', "effective_from 2026-01-01")],
)
def test_two_versions_differ(differs: str, same: str) -> None:
    """Otherwise it could not be told which of them a complaint came under."""
    with pytest.raises(ConfigurationError, match=f"{same} stands there twice; change one"):
        read_regime("town", f"{GOOD}\n[[versions]]\n\n[[versions]]\n{differs}\n")
