"""What is due when, and since when it is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.answers import Contact, ContactKind
from bot.domain.assessment import InitialAssessment
from bot.domain.clocks import Pause
from bot.domain.complaint import Complaint, lodged
from bot.domain.events import (
    AcknowledgedByPerson,
    ComplainantAdded,
    ComplaintAcknowledged,
    ComplaintReceived,
    ComplaintWithdrawn,
    DeadlineExtended,
    ExternalBodySignposted,
    Finding,
    MessageSent,
    Privacy,
    QuestionAsked,
    ResponseGiven,
    ReviewRequested,
)
from bot.domain.form import Details
from bot.domain.identity import joined, parted
from bot.domain.reference import Reference
from bot.domain.regimes import (
    Deadline,
    Regime,
    deadlines,
    last_dates,
    next_promise,
)
from bot.errors import ConfigurationError
from bot.rules import load_rules

RULES = load_rules("iso10002")
REGIME = RULES.in_force(date(2026, 3, 28))
STOCKHOLM = ZoneInfo("Europe/Stockholm")
LATE = datetime(2026, 3, 27, 23, 30, tzinfo=UTC)  # already the 28th in Stockholm


def _regime(id_: str) -> Regime:
    return replace(RULES, default=id_).in_force(LATE.date())


def _complaint(regime: Regime = REGIME) -> Complaint:
    received = ComplaintReceived(
        at=LATE, by="complainant", details=Details("It broke."), attachments=(),
        privacy=Privacy.NAMED, assessment=InitialAssessment(), points=(), language="en",
        channel="web", regime=regime.label,
    )  # fmt: skip
    complaint = lodged(Reference("CMP-4F7K-9Q2X-V"), "c", received)
    return complaint.after(ComplaintAcknowledged(at=LATE, by="ombud"))


def _answered(complaint: Complaint, after_days: int) -> Complaint:
    at = LATE + timedelta(days=after_days)
    answer = ResponseGiven(at=at, by="Mina", text="a", finding=Finding.UPHELD, reasons="r")
    return complaint.after(answer)


def test_days_count_from_the_day_in_the_organisations_zone_to_its_last_second() -> None:
    """Across the change to summer time, too: a day is a day of the calendar."""
    (due,) = [d for d in deadlines(_complaint(), REGIME, STOCKHOLM) if d.name == "respond"]
    assert datetime(2026, 4, 11, 23, 59, 59, tzinfo=STOCKHOLM) == due.due_at


def test_the_automatic_acknowledgement_meets_the_first_clock() -> None:
    """It is met at the moment it was issued, and the answer is promised next."""
    acknowledge = deadlines(_complaint(), REGIME, STOCKHOLM)[0]
    promise = next_promise(_complaint(), REGIME, STOCKHOLM)
    assert ("acknowledge", LATE) == (acknowledge.name, acknowledge.met_at)
    assert promise is not None
    assert "respond" == promise.name


def test_an_extension_moves_the_answer() -> None:
    """What was promised later is due later."""
    extended = _complaint().after(
        DeadlineExtended(at=LATE, by="Mina", until=date(2026, 5, 1), reason="parts")
    )
    promise = next_promise(extended, REGIME, STOCKHOLM)
    assert promise is not None
    assert date(2026, 5, 1) == promise.due_at.date()


def test_a_review_has_a_clock_of_its_own() -> None:
    """The first answer does not meet it."""
    answered = _answered(_complaint(), 3)
    reviewed = answered.after(ReviewRequested(at=LATE + timedelta(days=5), by="complainant"))
    promise = next_promise(reviewed, REGIME, STOCKHOLM)
    assert promise is not None
    assert ("review_respond", date(2026, 4, 16)) == (promise.name, promise.due_at.date())
    assert next_promise(_answered(reviewed, 6), REGIME, STOCKHOLM) is None


def test_nothing_is_promised_after_the_end() -> None:
    """A withdrawn complaint waits for nobody."""
    withdrawn = _complaint().after(ComplaintWithdrawn(at=LATE, by="complainant"))
    assert next_promise(withdrawn, REGIME, STOCKHOLM) is None


def _named(complaint: Complaint, regime: Regime) -> dict[str, Deadline]:
    return {due.name: due for due in deadlines(complaint, regime, STOCKHOLM)}


def _days(days: int) -> datetime:
    return LATE + timedelta(days=days)


def test_a_complaint_keeps_the_rules_that_it_came_under() -> None:
    """Two versions of one regime hold side by side, whatever the default is."""
    ofcom = _regime("uk-ofcom")
    old = _complaint(ofcom)

    assert ofcom == RULES.of(old)
    assert ofcom.label == "uk-ofcom 1"


def test_rules_that_are_gone_are_an_error_and_no_other_date() -> None:
    """The error names the complaint, the rules and what to do."""
    orphan = replace(_complaint(), regime="city 7")

    with pytest.raises(ConfigurationError, match=r"CMP-4F7K-9Q2X-V .*'city 7'.*put it back"):
        RULES.of(orphan)
    with pytest.raises(ConfigurationError, match="no regime city; take one of au-rg271"):
        replace(RULES, default="city").in_force(LATE.date())


def test_the_regime_says_which_acknowledgement_counts() -> None:
    """In housing a person must acknowledge, and the answer is due from that day."""
    housing = _regime("uk-housing")
    automatic = _complaint(housing)
    by_person = automatic.after(AcknowledgedByPerson(at=_days(5), by="Mina"))

    assert {"acknowledge"} == set(_named(automatic, housing))
    assert _days(5) == _named(by_person, housing)["acknowledge"].met_at
    assert date(2026, 4, 20) == _named(by_person, housing)["respond"].due_at.date()


def test_a_review_is_acknowledged_by_what_is_said_after_it_was_asked_for() -> None:
    """Words of the first stage do not count for the second."""
    housing = _regime("uk-housing")
    first = _complaint(housing).after(AcknowledgedByPerson(at=_days(1), by="Mina"))
    asked = _answered(first, 3).after(ReviewRequested(at=_days(5), by="complainant"))
    told = asked.after(MessageSent(at=_days(6), by="Tom", text="I look at it anew."))

    assert _named(asked, housing)["review_acknowledge"].met_at is None
    assert "review_respond" not in _named(asked, housing)
    assert _days(6) == _named(told, housing)["review_acknowledge"].met_at
    assert "review_respond" in _named(told, housing)


def test_an_extension_goes_no_further_than_the_rules_allow() -> None:
    """What was told beyond that does not move the deadline, and the reason says so."""
    payments = _regime("uk-fca-payments")
    told = DeadlineExtended(at=LATE, by="Mina", until=date(2026, 12, 1), reason="parts")
    respond = _named(_complaint(payments).after(told), payments)["respond"]

    assert date(2026, 5, 20) == respond.due_at.date()
    assert "extended as far as the rules allow" in respond.basis


def test_no_extension_moves_what_can_not_be_extended() -> None:
    """The letter on dispute resolution is due all the same, and goes out on time."""
    ofcom = _regime("uk-ofcom")
    told = DeadlineExtended(at=LATE, by="Mina", until=date(2026, 12, 1), reason="parts")
    signpost = _named(_complaint(ofcom).after(told), ofcom)["signpost"]
    sent = _answered(_complaint(ofcom), 3).after(ExternalBodySignposted(at=_days(4), by="Mina"))

    assert date(2026, 5, 23) == signpost.due_at.date()
    assert _days(4) == _named(sent, ofcom)["signpost"].met_at


def test_an_extended_answer_does_not_extend_its_review() -> None:
    """Each stage has its own."""
    told = DeadlineExtended(at=LATE, by="Mina", until=date(2026, 12, 1), reason="parts")
    asked = _answered(_complaint().after(told), 3).after(
        ReviewRequested(at=_days(5), by="complainant")
    )
    dues = _named(asked, REGIME)

    assert date(2026, 12, 1) == dues["respond"].due_at.date()
    assert date(2026, 4, 16) == dues["review_respond"].due_at.date()


def test_last_dates_are_no_promises() -> None:
    """The last day to turn to an external body is told after the answer, and never overdue."""
    fca = _regime("uk-fca")
    answered = _answered(_complaint(fca), 3)
    told = {due.name: due.due_at.date() for due in last_dates(answered, fca, STOCKHOLM)}

    assert {"summary_resolution": date(2026, 4, 1), "apply_externally": date(2026, 9, 30)} == told
    assert {"acknowledge", "respond"} == set(_named(answered, fca))
    assert next_promise(answered, fca, STOCKHOLM) is None


def test_a_question_pauses_a_clock_that_the_rules_let_pause() -> None:
    """Till the answer comes, and no longer than allowed; other clocks run on."""
    respond = replace(REGIME.answer_within(1), pause=Pause(at_most_days=10))
    clocks = tuple(respond if clock.name == "respond" else clock for clock in REGIME.clocks)
    pausing = replace(REGIME, clocks=clocks)
    asked = _complaint().after(QuestionAsked(at=_days(2), by="Mina", text="Which one?"))
    answered = asked.after(ComplainantAdded(at=_days(5), by="complainant", text="The red one."))
    late = asked.after(ComplainantAdded(at=_days(30), by="complainant", text="The red one."))

    assert date(2026, 4, 11) == _named(answered, REGIME)["respond"].due_at.date()
    assert date(2026, 4, 21) == _named(late, pausing)["respond"].due_at.date()
    assert date(2026, 4, 21) == _named(asked, pausing)["respond"].due_at.date()
    assert date(2026, 4, 14) == _named(answered, pausing)["respond"].due_at.date()
    assert "3 days not counted while we waited" in _named(answered, pausing)["respond"].basis


def test_a_clock_that_jumps_back_meets_what_was_done() -> None:
    """What follows in the history happened later, whatever its time says."""
    asked = _answered(_complaint(), 3).after(ReviewRequested(at=_days(5), by="complainant"))
    answered = _answered(asked, 4)

    assert _days(4) == _named(answered, REGIME)["review_respond"].met_at
    assert next_promise(answered, REGIME, STOCKHOLM) is None


def test_warnings_lie_between_the_beginning_and_the_end() -> None:
    """Half of the time is over in the middle of it."""
    fca = _regime("uk-fca")
    (last,) = last_dates(_complaint(fca), fca, STOCKHOLM)

    assert last.since < last.at_percent(50) < last.due_at == last.at_percent(100)
    assert last.at_percent(50) - last.since == last.due_at - last.at_percent(50)


def test_who_complains_is_parted_from_what_happened_and_joined_again() -> None:
    """The details that events hold name nobody; with the identity everything is there again."""
    contact = Contact(ContactKind.EMAIL, "kim@example.org")
    told = Details("It broke.", name="Kim", contact=contact, acting_for="my mother")

    bare, identity = parted(told)

    assert (None, None, None) == (bare.name, bare.contact, bare.acting_for)
    assert told == joined(bare, identity)
