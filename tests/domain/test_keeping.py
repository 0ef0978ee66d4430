"""When the words of a complaint go, to the second, by days or by the rules it came under."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.clocks import KeptSince, Retention, Standing
from bot.domain.complaint import Complaint
from bot.domain.events import (
    CloseReason,
    ComplainantAdded,
    ComplaintAcknowledged,
    ComplaintClosed,
    ComplaintReopened,
    ComplaintWithdrawn,
    Event,
    LegalHoldReleased,
    LegalHoldSet,
    MessageSent,
    PersonalDataErased,
)
from bot.domain.identity import NOBODY
from bot.domain.keeping import Keeping, ended_at, erased, is_erased, is_held
from bot.domain.regimes import Regime
from bot.rules import load_rules
from tests.casework.desk import ASTRID
from tests.storage.building import complaint

LONDON, STOCKHOLM = ZoneInfo("Europe/London"), ZoneInfo("Europe/Stockholm")
RECEIVED = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
CLOSED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
RULES = {regime.id: regime for regime in load_rules("iso10002").regimes}


def rules(months: int | None, since: KeptSince = KeptSince.CLOSED) -> Regime:
    """The standard's, with or without an order to keep records."""
    kept = Retention(months, since, Standing.OWN, "here") if months else None
    return replace(RULES["iso10002"], retention=kept)


def story(*events: Event) -> Complaint:
    """A complaint of 31 January, acknowledged, and what happened then."""
    one = complaint(at=RECEIVED, identity=ASTRID)
    for event in (ComplaintAcknowledged(at=RECEIVED, by="ombud"), *events):
        one = one.after(event)
    return one


def closed(at: datetime = CLOSED) -> ComplaintClosed:
    """It was referred elsewhere, which is possible at any time."""
    return ComplaintClosed(at=at, by="anna", reason=CloseReason.REFERRED)


def gone(at: datetime = CLOSED) -> PersonalDataErased:
    """Its words are gone."""
    return PersonalDataErased(at=at, by="ombud", reason="old")


class TestUntil:
    def test_days_count_from_the_end(self) -> None:
        """Thirty days are thirty times 24 hours after it was closed, whatever the rules say."""
        one = story(closed())

        assert Keeping(LONDON, 30).until(one, rules(36)) == CLOSED + timedelta(days=30)

    @pytest.mark.parametrize(
        ("zone", "day"),
        [pytest.param(LONDON, date(2026, 2, 28)), pytest.param(STOCKHOLM, date(2026, 3, 1))],
        ids=["still January", "already February"],
    )
    def test_months_count_from_the_day_it_came(self, zone: ZoneInfo, day: date) -> None:
        """A month after 31 January ends with the last second of 28 February, where that day it
        was; in Stockholm it came on 1 February."""
        one = story(closed(RECEIVED))
        until = Keeping(zone).until(one, rules(1, KeptSince.RECEIVED))

        assert until is not None
        assert day == until.astimezone(zone).date()
        assert "23:59:59" == f"{until.astimezone(zone):%H:%M:%S}"

    def test_months_count_from_the_end(self) -> None:
        """A month after 2 March, to the end of that day."""
        until = Keeping(LONDON).until(story(closed()), rules(1))

        assert datetime(2026, 4, 2, 23, 59, 59, tzinfo=LONDON) == until

    def test_a_long_one_is_kept_until_its_end(self) -> None:
        """One that was open longer than records are kept goes when it is closed, not before."""
        late = RECEIVED + timedelta(days=2000)

        assert late == Keeping(LONDON).until(story(closed(late)), rules(36, KeptSince.RECEIVED))

    def test_the_fca_wants_three_years_from_receipt(self) -> None:
        """DISP 1.9, by the file."""
        until = Keeping(LONDON).until(story(closed()), RULES["uk-fca"])

        assert datetime(2029, 1, 31, 23, 59, 59, tzinfo=LONDON) == until

    @pytest.mark.parametrize("days", [None, 1])
    def test_an_open_one_stays(self, days: int | None) -> None:
        """However old it is."""
        assert Keeping(LONDON, days).until(story(), rules(1)) is None

    def test_without_a_rule_it_stays(self) -> None:
        """Nobody said when it goes."""
        assert Keeping(LONDON).until(story(closed()), rules(None)) is None

    def test_a_reopened_one_counts_from_its_last_end(self) -> None:
        """What counts is when it ended for good."""
        reopened = ComplaintReopened(at=CLOSED, by="anna", reason="new facts")
        again = closed(CLOSED + timedelta(days=9))

        assert ended_at(story(closed(), reopened)) is None
        assert again.at == ended_at(story(closed(), reopened, again))

    def test_words_after_the_end_do_not_move_it(self) -> None:
        """A message about a closed complaint is no new end."""
        told = MessageSent(at=CLOSED + timedelta(days=5), by="anna", text="Thanks.")

        assert ended_at(story(closed(), told)) == CLOSED

    def test_withdrawn_is_an_end(self) -> None:
        """And where it is closed afterwards, that is."""
        back = ComplaintWithdrawn(at=CLOSED, by="complainant")

        assert ended_at(story(back)) == CLOSED

    def test_the_rule_is_told_in_words(self) -> None:
        """So that the record of the erasure says by which rule it was."""
        assert Keeping(LONDON, 1).rule(rules(36)) == "kept 1 day after its end"
        assert "kept 36 months since it was closed (iso10002 1)" == Keeping(LONDON).rule(rules(36))


class TestHold:
    def test_a_hold_lasts_until_it_is_released(self) -> None:
        """And can be set again."""
        hold = LegalHoldSet(at=CLOSED, by="anna", reason="court")
        release = LegalHoldReleased(at=CLOSED, by="anna", reason="settled")

        assert [False, True, False, True] == [
            is_held(story(*events))
            for events in ((), (hold,), (hold, release), (hold, release, hold))
        ]


class TestErased:
    def test_an_erased_one_stands_where_it_stood(self) -> None:
        """Its status, times and rules are as before; words and names are gone."""
        before = story(closed())
        after = erased(before, "nowhere", gone())

        assert (before.status, before.received_at, before.regime) == (
            after.status, after.received_at, after.regime,
        )  # fmt: skip
        assert after.identity == NOBODY
        assert "" == after.details.narrative
        assert "nowhere" == after.conversation
        assert [event.at for event in before.history] == [event.at for event in after.history[:-1]]
        assert is_erased(after)

    def test_one_that_never_was_is_not(self) -> None:
        """A complaint without any erasure holds words."""
        assert not is_erased(story(closed()))

    def test_words_that_come_later_count(self) -> None:
        """After more words it has to be erased again; after what holds none it has not."""
        after = erased(story(closed()), "nowhere", gone())
        more = ComplainantAdded(at=CLOSED, by="complainant", text="One more thing.")
        wordless = ComplaintReopened(at=CLOSED, by="anna", reason="")

        assert not is_erased(after.after(more))
        assert is_erased(after.after(wordless))
