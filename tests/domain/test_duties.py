"""What must happen by itself and when: a table of lives, seen at moments of a virtual clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain.assessment import InitialAssessment, Severity
from bot.domain.clocks import Weekday
from bot.domain.complaint import Complaint, lodged
from bot.domain.duties import (
    AT_ONCE,
    Kind,
    Timing,
    duties,
    heard_next_at,
    next_duty_at,
    next_word,
    recorded,
    timing,
)
from bot.domain.events import (
    OMBUD,
    CloseReason,
    ComplainantAdded,
    ComplaintAcknowledged,
    ComplaintClosed,
    ComplaintReopened,
    ComplaintWithdrawn,
    DeadlineExtended,
    DeadlineMissed,
    Event,
    ExternalBodySignposted,
    Finding,
    MessageSent,
    OwnerAssigned,
    OwnerReminded,
    QuestionAsked,
    RemedyCarriedOut,
    ResponseAccepted,
    ResponseGiven,
    ReviewRequested,
    UpdatePromised,
    UpdateSent,
)
from bot.domain.policy import Opening, Policy
from bot.domain.regimes import Rules
from bot.rules import load_rules
from tests.storage.building import complaint, conversation, received, reference

ZONE = ZoneInfo("Europe/London")
START = datetime(2026, 3, 2, 10, tzinfo=UTC)  # a Monday
RULES = load_rules("iso10002")
REGIME = RULES.in_force(START.date())
POLICY = Policy(contact="Boss")
HOURS = Policy(contact="Boss", opening=Opening())
ANNA: dict[str, Any] = {"by": "anna"}


def day(count: float) -> datetime:
    """So many days after the start."""
    return START + timedelta(days=count)


def life(*events: Event, regime: str = "iso10002 1", urgent: bool = False) -> Complaint:
    """A complaint that was received and acknowledged at the start, and what happened then."""
    judged = InitialAssessment(severity=Severity.CRITICAL if urgent else Severity.LOW)
    first = replace(received(at=START), regime=regime, assessment=judged)
    one = lodged(reference(1), conversation().id, first)
    for event in (ComplaintAcknowledged(at=START, by=OMBUD), *events):
        one = one.after(event)
    return one


def answer(when: float, *remedy: str) -> ResponseGiven:
    """An answer, so many days after the start."""
    return ResponseGiven(
        at=day(when), **ANNA, text="So.", finding=Finding.UPHELD, reasons="It was.", remedy=remedy
    )


def taken(when: float = 0) -> OwnerAssigned:
    """Anna takes it."""
    return OwnerAssigned(at=day(when), **ANNA, owner="anna")


def due(one: Complaint, when: float, policy: Policy = POLICY) -> list[tuple[Kind, str, int, str]]:
    """What is due so many days after the start."""
    regime = RULES.of(one)
    return [
        (duty.kind, duty.name, duty.percent, duty.to)
        for duty in duties(one, regime, ZONE, day(when), policy)
    ]


def done(one: Complaint, when: float, policy: Policy = POLICY) -> tuple[Complaint, Sequence[Event]]:
    """The complaint after what is due then was done."""
    regime, now = RULES.of(one), day(when)
    word = next_word(one, regime, ZONE, now, policy)
    events = recorded(duties(one, regime, ZONE, now, policy), now, word)
    for event in events:
        one = one.after(event)
    return one, events


def test_nothing_is_due_before_its_time() -> None:
    """Half of the fourteen days must have passed; the next duty says so."""
    one = life(taken())

    assert [] == due(one, 7)
    assert [(Kind.REMIND, "respond", 50, "anna")] == due(one, 7.3)
    at = next_duty_at(one, REGIME, ZONE, POLICY)
    assert at is not None
    assert day(7.29) - at < timedelta(hours=1)


@pytest.mark.parametrize(
    ("when", "percent"), [(7.5, 50), (12, 80), (14.4, 80)], ids=["50", "80", "not yet 100"]
)
def test_of_several_reminders_only_the_latest_comes(when: float, percent: int) -> None:
    """Who did not run for days reminds once."""
    assert [(Kind.REMIND, "respond", percent, "anna")] == due(life(taken()), when)


def test_the_last_reminder_reaches_who_stands_above() -> None:
    """At a hundred percent the owner and the contact hear of it, and no reminder comes again."""
    one, events = done(life(taken()), 15)

    told = [(event.percent, event.to) for event in events if isinstance(event, OwnerReminded)]
    assert [(100, "anna"), (100, "Boss")] == told
    assert [] == due(one, 15)


def test_nobody_named_is_reminded_as_the_desk() -> None:
    """Without owner and contact it stands there for whoever looks."""
    assert [(Kind.REMIND, "respond", 50, "caseworkers")] == due(life(), 8, Policy())


def test_percents_can_be_chosen() -> None:
    """They replace those of the regime."""
    assert [(Kind.REMIND, "respond", 25, "anna")] == due(life(taken()), 4, Policy(percents=(25,)))


def test_an_extension_reminds_anew() -> None:
    """The new time has its own half."""
    one, _ = done(life(taken()), 12)
    one = one.after(DeadlineExtended(at=day(12), **ANNA, until=date(2026, 4, 13), reason="Far."))

    assert [] == due(one, 15)
    assert [(Kind.REMIND, "respond", 50, "anna")] == due(one, 22)


def test_a_missed_deadline_is_recorded_once_with_its_time() -> None:
    """The complainant hears so and gets another day; the true time is kept, however late it is."""
    one, events = done(life(taken()), 17)

    missed = [event for event in events if isinstance(event, DeadlineMissed)]
    assert [("respond", datetime(2026, 3, 16, 23, 59, 59, tzinfo=ZONE))] == [
        (event.name, event.due_at) for event in missed
    ]
    assert isinstance(events[-2], UpdateSent)
    assert events[-1] == UpdatePromised(
        at=day(17), by=OMBUD, due_at=datetime(2026, 3, 26, 23, 59, 59, tzinfo=ZONE)
    )
    assert [] == due(one, 17)


def test_a_deadline_kept_too_late_is_recorded_without_a_word() -> None:
    """The answer came a day late while nobody looked: nobody is told what they know."""
    one, events = done(life(taken(), answer(15)), 20)

    assert [DeadlineMissed] == [type(event) for event in events]
    assert [] == due(one, 20)


def test_what_was_withdrawn_late_was_missed_all_the_same() -> None:
    """A complaint that ended after its deadline keeps that, and nothing more is due."""
    closed = ComplaintClosed(at=day(20), **ANNA, reason=CloseReason.REFERRED)
    one, events = done(life(taken(), closed), 21)

    assert [DeadlineMissed] == [type(event) for event in events]
    assert None is next_duty_at(one, REGIME, ZONE, POLICY)
    assert None is next_duty_at(life(taken(), replace(closed, at=day(3))), REGIME, ZONE, POLICY)


def test_what_is_withdrawn_in_time_and_filed_later_was_not_missed() -> None:
    """The day on which the complainant took it back counts, not that of the paperwork."""
    back = ComplaintWithdrawn(at=day(3), by="complainant")
    filed = ComplaintClosed(at=day(30), **ANNA, reason=CloseReason.WITHDRAWN)

    assert None is next_duty_at(life(taken(), back, filed), REGIME, ZONE, POLICY)


def test_a_day_told_before_its_clock_began_is_missed_once() -> None:
    """Housing counts from the acknowledgement: an answer may be due on a day before that."""
    told = DeadlineExtended(at=day(1), **ANNA, until=date(2026, 3, 6), reason="Far.")
    one = life(taken(), told, answer(20), regime="uk-housing 1")
    for when in (21, 22, 23):
        one, _ = done(one, when)

    missed = [event.name for event in one.history if isinstance(event, DeadlineMissed)]
    assert len(missed) == len(set(missed))
    assert "respond" in missed


def test_an_extension_after_a_miss_can_be_missed_again() -> None:
    """A second promise that is not kept is a second breach; the first is not recorded twice."""
    one, _ = done(life(taken()), 15)
    one = one.after(DeadlineExtended(at=day(15), **ANNA, until=date(2026, 3, 25), reason="Far."))
    assert [] == [kind for kind, *_ in due(one, 16) if kind is Kind.MISSED]

    _, events = done(one, 24)

    missed = [event.due_at.day for event in events if isinstance(event, DeadlineMissed)]
    assert [25] == missed


def test_after_a_miss_they_hear_regularly_on_the_promised_day() -> None:
    """Each week, in the morning of the day, whether or not anything is new; never twice."""
    one, _ = done(life(taken()), 15)
    assert [] == due(one, 21.9)

    for week in (22, 29, 36):
        assert [Kind.UPDATE] == [kind for kind, *_ in due(one, week)]
        one, events = done(one, week)
        assert [UpdateSent, UpdatePromised] == [type(event) for event in events]
        assert [] == due(one, week)


def test_a_promised_update_that_came_too_late_is_a_breach() -> None:
    """Everything was down on that day: it is recorded, and said."""
    one, _ = done(life(taken()), 15)

    _, events = done(one, 25)

    assert [DeadlineMissed, UpdateSent, UpdatePromised] == [type(event) for event in events]
    assert isinstance(events[0], DeadlineMissed)
    assert ("update", 24) == (events[0].name, events[0].due_at.day)


def test_words_of_a_caseworker_are_an_update() -> None:
    """Who just heard is not told the same by a program; the next week counts from there."""
    one, _ = done(life(taken()), 15)
    one = one.after(MessageSent(at=day(20), **ANNA, text="We are at it."))

    assert [] == due(one, 23)
    assert [Kind.UPDATE] == [kind for kind, *_ in due(one, 27)]


def test_what_was_opened_again_does_not_fall_asleep() -> None:
    """No deadline of the regime runs any more, so the weekly word does."""
    reopened = ComplaintReopened(at=day(5), **ANNA, reason="New facts.")
    one = life(taken(), answer(4), reopened)

    assert [Kind.UPDATE] == [kind for kind, *_ in due(one, 12)]


def test_a_review_has_its_own_reminders() -> None:
    """The second stage counts from the request."""
    one = life(taken(), answer(4), ReviewRequested(at=day(6), by="complainant"))

    assert [(Kind.REMIND, "review_respond", 50, "anna")] == due(one, 14)


def test_an_update_of_the_regime_goes_out_on_its_day() -> None:
    """Swedish finance: within fourteen days the customer hears how it is handled."""
    one = life(taken(), regime="se-finance 1")
    assert [] == [kind for kind, *_ in due(one, 13.5) if kind is Kind.UPDATE]

    one, events = done(one, 14)

    assert [UpdateSent] == [type(event) for event in events if not isinstance(event, OwnerReminded)]
    assert [] == due(one, 15)


def test_a_question_is_put_once_more_and_never_again() -> None:
    """After three days; an answer makes it needless; a new question is another."""
    asked = QuestionAsked(at=day(1), **ANNA, text="Which parcel?")
    one = life(taken(), asked)
    assert [] == due(one, 3.9)
    assert [Kind.NUDGE] == [kind for kind, *_ in due(one, 4)]

    nudged, _ = done(one, 4)
    assert [] == due(nudged, 6)
    told = one.after(ComplainantAdded(at=day(2), by="complainant", text="The blue one."))
    assert [] == due(told, 6)
    again = nudged.after(replace(asked, at=day(5), text="Which blue one?"))
    assert Kind.NUDGE in [kind for kind, *_ in due(again, 8.1)]


def test_what_is_urgent_is_alerted_until_somebody_takes_it() -> None:
    """At once, at night, and each quarter of an hour; once it is taken no more."""
    one = life(urgent=True)
    assert [(Kind.ALERT, "", 100, "Boss")] == due(one, 0, HOURS)

    one, _ = done(one, 0)
    assert [] == due(one, 14 / 1440)
    assert [Kind.ALERT] == [kind for kind, *_ in due(one, 15 / 1440)]
    assert [] == due(one.after(taken(0.01)), 0.5)


def test_a_week_without_alerts_is_one_alert() -> None:
    """The desk is not flooded when everything runs again."""
    assert 1 == [kind for kind, *_ in due(life(urgent=True), 6)].count(Kind.ALERT)


def test_a_remedy_that_is_not_carried_out_opens_the_complaint_again() -> None:
    """The owner is reminded, then the promise is broken, and work goes on."""
    one = life(taken(), answer(4, "refund"), ResponseAccepted(at=day(5), by="complainant"))
    assert [(Kind.REMIND, "remedy", 50, "anna")] == due(one, 20)

    after, events = done(one, 34)

    assert {DeadlineMissed, ComplaintReopened, UpdateSent, UpdatePromised} <= {
        type(event) for event in events
    }
    assert ("under_investigation", None) == (after.status, after.accepted_at)
    assert [] == due(after, 34)


def test_a_remedy_that_is_carried_out_leaves_closing_to_the_owner() -> None:
    """Nobody closes by themselves: it is suggested, once a week."""
    one = life(
        taken(),
        answer(4, "refund"),
        ResponseAccepted(at=day(5), by="complainant"),
        RemedyCarriedOut(at=day(6), **ANNA, proof="Receipt."),
    )

    assert [] == due(one, 12.9)
    assert [(Kind.SUGGEST, "close", 100, "anna")] == due(one, 13)
    after, _ = done(one, 13)
    assert [] == due(after, 19)
    assert [(Kind.SUGGEST, "close", 100, "anna")] == due(after, 20)


def test_an_answer_without_reaction_is_recalled_once() -> None:
    """Then closing is suggested to the owner, and never done."""
    one = life(taken(), answer(4))
    assert [] == due(one, 17)
    assert [Kind.REACTION] == [kind for kind, *_ in due(one, 18)]

    one, _ = done(one, 18)
    assert [] == due(one, 45)
    assert [(Kind.SUGGEST, "unreachable", 100, "anna")] == due(one, 46)
    one, _ = done(one, 46)
    assert "responded" == one.status


def test_what_is_outside_is_looked_at_when_its_time_is_over() -> None:
    """After the last day to turn there, the owner is told."""
    out = ExternalBodySignposted(at=day(8), by=OMBUD, until=date(2026, 9, 8))
    one = life(taken(), answer(4), replace(out))

    assert [] == due(one, 180)
    assert [(Kind.SUGGEST, "external", 100, "anna")] == due(one, 192)


def test_outside_the_hours_only_the_urgent_is_told() -> None:
    """What falls on a weekend waits until Monday morning; its true time is kept."""
    one = life(taken(), DeadlineExtended(at=day(1), **ANNA, until=date(2026, 3, 20), reason="Far."))
    assert [Kind.MISSED] == [kind for kind, *_ in due(one, 19) if kind is Kind.MISSED]
    assert [] == [kind for kind, *_ in due(one, 19, HOURS) if kind is Kind.MISSED]

    _, events = done(one, 21, HOURS)

    missed = [event.due_at.date() for event in events if isinstance(event, DeadlineMissed)]
    assert [date(2026, 3, 20)] == missed


def test_a_new_day_is_promised_on_a_day_with_people() -> None:
    """With Mondays alone, the week after is rolled to the next Monday, and kept that morning."""
    policy = Policy(opening=Opening(frozenset({Weekday.MONDAY}), time(8), time(12)))
    one, events = done(life(taken()), 21, policy)
    assert isinstance(events[-1], UpdatePromised)
    assert date(2026, 3, 30) == events[-1].due_at.date()
    at = next_duty_at(one, REGIME, ZONE, policy)
    assert datetime(2026, 3, 30, 8, tzinfo=ZONE) == at


def test_a_clock_that_jumps_back_only_makes_things_wait() -> None:
    """Nothing comes twice, and nothing is told of the past."""
    one, _ = done(life(taken()), 15)

    assert [] == due(one, 3)
    assert [] == due(one, -4000)


def test_timing_names_what_is_late_and_what_is_due() -> None:
    """The earliest duty, and the earliest promise that is not kept; nothing once it is over."""
    one = life(taken())
    kept = timing(one, RULES, ZONE, POLICY)
    assert next_duty_at(one, REGIME, ZONE, POLICY) == kept.next_due_at
    assert datetime(2026, 3, 16, 23, 59, 59, tzinfo=ZONE) == kept.late_at

    over = one.after(ComplaintClosed(at=day(1), **ANNA, reason=CloseReason.REFERRED))
    assert Timing() == timing(over, RULES, ZONE, POLICY)


def test_without_its_rules_a_complaint_is_due_and_late_at_once() -> None:
    """Nobody can say when it is due, so it is never lost from sight."""
    assert Timing(AT_ONCE, AT_ONCE) == timing(life(), Rules("iso10002", ()), ZONE, POLICY)


def test_what_is_promised_next_is_never_a_day_that_has_passed() -> None:
    """After a broken promise the standing one counts."""
    assert datetime(2026, 3, 16, 23, 59, 59, tzinfo=ZONE) == heard_next_at(
        life(taken()), REGIME, ZONE, POLICY
    )
    one, _ = done(life(taken()), 15)
    assert datetime(2026, 3, 24, 23, 59, 59, tzinfo=ZONE) == heard_next_at(
        one, REGIME, ZONE, POLICY
    )
    assert None is heard_next_at(life(answer(4)), REGIME, ZONE, POLICY)
    reopened = life(answer(4), ComplaintReopened(at=day(5), **ANNA, reason="New facts."))
    assert datetime(2026, 3, 14, 23, 59, 59, tzinfo=ZONE) == heard_next_at(
        reopened, REGIME, ZONE, POLICY
    )


@pytest.mark.parametrize("label", [regime.label for regime in RULES.regimes])
def test_every_open_life_has_a_next_duty(label: str) -> None:
    """Whatever the rules, no status that is open is without something that happens by itself."""
    lives = (
        complaint(1, at=START),
        life(regime=label),
        life(taken(), regime=label),
        life(taken(), answer(2), regime=label),
        life(taken(), answer(2, "refund"), ResponseAccepted(at=day(3), by="c"), regime=label),
        life(taken(), answer(2), ReviewRequested(at=day(3), by="c"), regime=label),
        life(taken(), answer(2), ExternalBodySignposted(at=day(3), by=OMBUD), regime=label),
        life(taken(), answer(2), ComplaintReopened(at=day(3), by="anna", reason="r"), regime=label),
    )

    for one in lives:
        assert next_duty_at(one, RULES.of(one), ZONE, POLICY) is not None, one.status
