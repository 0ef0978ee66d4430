"""What is due when, and since when it is done."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.answers import Contact, ContactKind
from bot.domain.assessment import InitialAssessment
from bot.domain.complaint import Complaint, lodged
from bot.domain.events import (
    ComplaintAcknowledged,
    ComplaintReceived,
    ComplaintWithdrawn,
    DeadlineExtended,
    Finding,
    Privacy,
    ResponseGiven,
    ReviewRequested,
)
from bot.domain.form import Details
from bot.domain.identity import joined, parted
from bot.domain.reference import Reference
from bot.domain.regimes import deadlines, next_promise
from bot.rules import load_regime

REGIME = load_regime("iso10002")
STOCKHOLM = ZoneInfo("Europe/Stockholm")
LATE = datetime(2026, 3, 27, 23, 30, tzinfo=UTC)  # already the 28th in Stockholm


def _complaint() -> Complaint:
    received = ComplaintReceived(
        at=LATE, by="complainant", details=Details("It broke."), attachments=(),
        privacy=Privacy.NAMED, assessment=InitialAssessment(), points=(), language="en",
        channel="web", regime=REGIME.label,
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


def test_who_complains_is_parted_from_what_happened_and_joined_again() -> None:
    """The details that events hold name nobody; with the identity everything is there again."""
    contact = Contact(ContactKind.EMAIL, "kim@example.org")
    told = Details("It broke.", name="Kim", contact=contact, acting_for="my mother")

    bare, identity = parted(told)

    assert (None, None, None) == (bare.name, bare.contact, bare.acting_for)
    assert told == joined(bare, identity)
