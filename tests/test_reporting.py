"""The report's figures, reckoned by hand from small stories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pytest

from bot.domain.assessment import InitialAssessment, Severity
from bot.domain.complaint import Complaint, lodged
from bot.domain.events import (
    AssessmentMade,
    CloseReason,
    ComplaintAcknowledged,
    ComplaintClosed,
    ComplaintReopened,
    ComplaintWithdrawn,
    DeadlineExtended,
    Escalated,
    Event,
    ExternalBodySignposted,
    Finding,
    HandlingRated,
    MergedInto,
    Outcome,
    OutcomeRated,
    OwnerAssigned,
    PersonalDataErased,
    PointFinding,
    ResponseAccepted,
    ResponseGiven,
    ReviewRequested,
    TaskDone,
)
from bot.domain.identity import NOBODY
from bot.domain.keeping import erased
from bot.domain.regimes import Rules
from bot.reporting import Kept, Late, Period, Promise, Report, report
from bot.rules import load_rules
from tests.storage.building import conversation, received, reference

RULES = load_rules("iso10002")
"""Acknowledged by the end of the next day, answered by the end of the 14th; a review, too."""

ZONE = ZoneInfo("UTC")
JUNE = Period(date(2026, 6, 1), date(2026, 6, 30), ZONE)
MIDSUMMER = datetime(2026, 6, 10, 9, tzinfo=UTC)
NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)


def at(days: float) -> datetime:
    """So many days after 10 June, 9 o'clock."""
    return MIDSUMMER + timedelta(days=days)


def story(
    number: int,
    *events: Event,
    on: datetime = MIDSUMMER,
    category: str | None = "delivery",
    severity: Severity = Severity.LOW,
) -> Complaint:
    """A complaint received then, and what happened."""
    first = replace(
        received(number, at=on), assessment=InitialAssessment(category=category, severity=severity)
    )
    one = lodged(reference(number), conversation().id, first, NOBODY)
    for event in events:
        one = one.after(event)
    return one


def acknowledged(days: float = 0) -> ComplaintAcknowledged:
    """The automatic one."""
    return ComplaintAcknowledged(at=at(days), by="ombud")


def answered(days: float, by: str = "anna", **told: object) -> ResponseGiven:
    """An answer so many days after midsummer."""
    fields = {"text": "t", "finding": Finding.UPHELD, "reasons": "r", **told}
    return ResponseGiven(at=at(days), by=by, **fields)  # type: ignore[arg-type]  # its own fields


def owned(days: float, owner: str = "anna") -> OwnerAssigned:
    """Somebody took it."""
    return OwnerAssigned(at=at(days), by=owner, owner=owner)


def accepted(days: float) -> ResponseAccepted:
    """They are content."""
    return ResponseAccepted(at=at(days), by="complainant")


def closed(days: float, reason: CloseReason = CloseReason.ACCEPTED) -> ComplaintClosed:
    """Nothing more is to be done."""
    return ComplaintClosed(at=at(days), by="anna", reason=reason)


def rated(days: float, handling: Literal[1, 2, 3, 4, 5]) -> HandlingRated:
    """How they found the handling."""
    return HandlingRated(at=at(days), by="complainant", handling=handling)


def judged_fair(days: float, outcome: Outcome) -> OutcomeRated:
    """Whether they find the outcome fair."""
    return OutcomeRated(at=at(days), by="complainant", outcome=outcome)


def reviewed(days: float) -> ReviewRequested:
    """They are not content."""
    return ReviewRequested(at=at(days), by="complainant")


def of(*complaints: Complaint, now: datetime = NOW, period: Period = JUNE) -> Report:
    """The report on them."""
    return report(complaints, period, RULES, now)


def figures(found: Report) -> dict[str, int]:
    """The data of annex H by their names."""
    return {figure.name: figure.count for figure in found.annex_h}


def kept(found: Report, name: str) -> dict[str, int]:
    """What became of a promise, without what there was none of."""
    promise = next(one for one in found.promises if one.name == name)
    return {how.value: count for how, count in promise.counts.items() if count}


class TestNothing:
    def test_a_period_without_complaints_has_no_figures(self) -> None:
        """All counts are 0, and nothing is estimated from nothing."""
        found = of()

        assert (0, 0, 0, 0) == (found.received, found.open, found.overdue, found.answered)
        assert (None, None, None) == (
            found.median_days, found.handling.mean, found.handling.non_response,
        )  # fmt: skip
        assert dict.fromkeys(figures(found), 0) == figures(found)
        assert (0, 0) == (len(found.late), len(found.promises))

    def test_annex_h_has_eight_data(self) -> None:
        """By these names, in this order."""
        assert [
            "received", "resolved_at_first_contact", "wrongly_prioritised", "acknowledged_late",
            "resolved_late", "referred_externally", "repeated", "improvements_made",
        ] == list(figures(of()))  # fmt: skip


class TestPeriod:
    @pytest.mark.parametrize(
        ("zone", "on", "counts"),
        [
            pytest.param("UTC", datetime(2026, 6, 1, tzinfo=UTC), True, id="first moment"),
            pytest.param("UTC", datetime(2026, 5, 31, 23, 59, 59, tzinfo=UTC), False, id="before"),
            pytest.param("UTC", datetime(2026, 6, 30, 23, 59, 59, tzinfo=UTC), True, id="last"),
            pytest.param("UTC", datetime(2026, 7, 1, tzinfo=UTC), False, id="after"),
            pytest.param(
                "Europe/Stockholm", datetime(2026, 5, 31, 22, tzinfo=UTC), True, id="there in June"
            ),
            pytest.param(
                "Europe/Stockholm", datetime(2026, 6, 30, 22, tzinfo=UTC), False, id="there in July"
            ),
        ],
    )
    def test_both_days_belong_to_it(self, zone: str, on: datetime, counts: bool) -> None:
        """Days are those of the organisation."""
        period = replace(JUNE, zone=ZoneInfo(zone))

        assert int(counts) == of(story(1, on=on), period=period).received


class TestPromises:
    def test_one_that_is_answered_in_time(self) -> None:
        """Acknowledged at once, answered on the last second of the 14th day."""
        last = datetime(2026, 6, 24, 23, 59, 59, tzinfo=UTC)
        found = of(story(1, acknowledged(), replace(answered(0), at=last)))

        assert {"on_time": 1} == kept(found, "acknowledge") == kept(found, "respond")
        assert () == found.late
        assert (0, 0) == (figures(found)["acknowledged_late"], figures(found)["resolved_late"])

    def test_one_second_later_it_is_late(self) -> None:
        """By one day, since begun days count whole."""
        due = datetime(2026, 6, 24, 23, 59, 59, tzinfo=UTC)
        answer = replace(answered(0), at=due + timedelta(seconds=1))
        found = of(story(1, acknowledged(), answer))

        assert (Late(reference(1), "respond", due, answer.at, 1),) == found.late
        assert {"late": 1} == kept(found, "respond")

    def test_late_is_told_with_name_and_days(self) -> None:
        """Acknowledged on the 13th, due on the 11th; answered on the 30th, due on the 24th."""
        found = of(story(1, acknowledged(3), answered(20)))

        assert [("acknowledge", 2), ("respond", 6)] == [
            (one.deadline, one.days) for one in found.late
        ]
        assert (1, 1) == (figures(found)["acknowledged_late"], figures(found)["resolved_late"])

    def test_what_is_open_runs_or_is_overdue(self) -> None:
        """On the 20th one runs; on the 26th it has been overdue for two days."""
        one = story(1, acknowledged())
        before, after = of(one, now=at(10)), of(one, now=at(16))

        assert {"running": 1} == kept(before, "respond")
        assert (1, 0) == (before.open, before.overdue)
        assert {"overdue": 1} == kept(after, "respond")
        assert (1, 1) == (after.open, after.overdue)
        assert [("respond", None, 2)] == [(o.deadline, o.met_at, o.days) for o in after.late]

    def test_an_end_before_the_day_makes_it_void(self) -> None:
        """One that is withdrawn in time needs no answer; withdrawn too late it was missed."""
        back = ComplaintWithdrawn(at=at(5), by="complainant")
        late = replace(back, at=at(15.5))
        found = of(story(1, acknowledged(), back), story(2, acknowledged(), late))

        assert {"lapsed": 1, "overdue": 1} == kept(found, "respond")
        assert [(reference(2), 1)] == [(one.reference, one.days) for one in found.late]
        assert (0, 0) == (found.open, found.overdue)

    def test_an_extended_answer_is_in_time(self) -> None:
        """The new day counts."""
        later = DeadlineExtended(at=at(10), by="anna", until=date(2026, 7, 10), reason="ill")
        found = of(story(1, acknowledged(), later, answered(25)))

        assert {"on_time": 1} == kept(found, "respond")

    def test_all_of_them_late(self) -> None:
        """None of three was answered in time: no share, from nothing to Wilson's 56 %."""
        found = of(*(story(n, acknowledged(), answered(15 + n)) for n in (1, 2, 3)))
        share = next(one.on_time for one in found.promises if one.name == "respond")

        assert 3 == figures(found)["resolved_late"] == len(found.late)
        assert share is not None
        assert (0, 0, 0.5615) == pytest.approx((share.value, share.low, share.high), abs=1e-4)
        assert [2, 3, 4] == [one.days for one in found.late]

    def test_what_still_runs_says_nothing_about_the_share(self) -> None:
        """It is known of those only whose time is over or that are kept."""
        counts = dict.fromkeys(Kept, 0) | {Kept.RUNNING: 5, Kept.LAPSED: 2}

        assert Promise("respond", counts).on_time is None

    def test_a_review_is_a_promise_of_its_own(self) -> None:
        """Asked for on the 15th it was due on the 29th; it came on 1 July."""
        one = story(1, acknowledged(), answered(3), reviewed(5), answered(21, by="bo"))
        found = of(one)

        assert {"on_time": 1} == kept(found, "respond")
        assert {"late": 1} == kept(found, "review_respond")
        assert 1 == figures(found)["resolved_late"] == found.reviewed

    def test_rules_that_are_gone_are_told(self) -> None:
        """Such a complaint counts, but nobody can say whether it was late."""
        found = report([story(1, acknowledged())], JUNE, Rules("iso10002", ()), NOW)

        assert (1, (reference(1),), ()) == (found.received, found.without_rules, found.late)


class TestLife:
    def test_how_long_an_answer_took(self) -> None:
        """The median of 2, 3 and 10 days is 3; of 2 and 3 it is 2.5; only first answers count."""
        three = [
            story(n, acknowledged(), answered(days)) for n, days in enumerate((2, 10, 3), start=1)
        ]
        again = story(2, acknowledged(), answered(3), reviewed(4), answered(30))
        silent = story(3, acknowledged())

        assert (3.0, 3) == (of(*three).median_days, of(*three).answered)
        assert (2.5, 2) == (of(three[0], again, silent).median_days,
                            of(three[0], again, silent).answered)  # fmt: skip

    def test_what_they_are_about(self) -> None:
        """Counted by category, channel and severity as judged now, most frequent first."""
        graver = AssessmentMade(
            at=at(1), by="anna", category="bill", severity=Severity.HIGH, reason="more"
        )
        found = of(story(1), story(2), story(3, acknowledged(), graver), story(4, category=None))

        assert {"delivery": 2, "bill": 1, "unclassified": 1} == found.by_category
        assert ["delivery", "bill", "unclassified"] == list(found.by_category)
        assert {"low": 3, "high": 1} == found.by_severity
        assert {"web": 4} == found.by_channel
        assert {"received": 3, "under_investigation": 1} == found.by_status

    def test_findings_and_remedies_are_those_of_the_last_answer(self) -> None:
        """A remedy counts once a complaint, also if it is promised for several points."""
        point = PointFinding("The lid", Finding.UPHELD, "It broke", ("refund", "apology"))
        one = story(
            1, acknowledged(), answered(1, finding=Finding.NOT_UPHELD), reviewed(2),
            answered(3, by="bo", finding=Finding.PARTLY, remedy=("refund",), points=(point,)),
        )  # fmt: skip
        other = story(2, acknowledged(), answered(1, remedy=("a cake", "Refund")))
        found = of(one, other)

        assert {"partly": 1, "upheld": 1} == found.findings
        assert {"refund": 2, "apology": 1, "other": 1} == found.remedies

    def test_what_happened_on_the_way(self) -> None:
        """Each complaint counts once, however often it happened."""
        up = Escalated(at=at(1), by="anna", reason="grave")
        open_again = ComplaintReopened(at=at(6), by="anna", reason="news")
        out = ExternalBodySignposted(at=at(4), by="anna")
        found = of(
            story(1, acknowledged(), up, up),
            story(2, acknowledged(), closed(5, CloseReason.REFERRED), open_again),
            story(3, acknowledged(), answered(3), out),
            story(4, acknowledged(), closed(5, CloseReason.REFERRED)),
        )

        assert (1, 1, 1) == (found.escalated, found.reopened, found.external_body)
        assert 2 == figures(found)["referred_externally"]


class TestAnnexH:
    @pytest.mark.parametrize(
        ("events", "is_one"),
        [
            pytest.param([owned(1), answered(2), accepted(3)], True, id="accepted at once"),
            pytest.param([owned(1), answered(2), accepted(3), closed(4)], True, id="and closed"),
            pytest.param([owned(1), answered(2)], False, id="not accepted yet"),
            pytest.param(
                [owned(1), owned(2, "bo"), answered(3), accepted(4)], False, id="handed over"
            ),
            pytest.param(
                [answered(2), reviewed(3), answered(4, "bo"), accepted(5)], False, id="reviewed"
            ),
            pytest.param(
                [Escalated(at=at(1), by="a", reason="r"), answered(2), accepted(3)],
                False,
                id="escalated",
            ),
            pytest.param(
                [
                    answered(2),
                    ComplaintReopened(at=at(3), by="a", reason="r"),
                    answered(4),
                    accepted(5),
                ],
                False,
                id="reopened",
            ),
        ],
    )
    def test_resolved_at_first_contact(self, events: Sequence[Event], is_one: bool) -> None:
        """The first answer of the first person is accepted, and nothing else was needed."""
        found = of(story(1, acknowledged(), *events))

        assert int(is_one) == figures(found)["resolved_at_first_contact"]

    @pytest.mark.parametrize(
        ("judged", "is_one"),
        [
            pytest.param({"severity": Severity.HIGH}, True, id="graver"),
            pytest.param({"safety": True}, True, id="danger"),
            pytest.param({"severity": Severity.LOW, "category": "bill"}, False, id="as it stood"),
        ],
    )
    def test_wrongly_prioritised(self, judged: dict[str, object], is_one: bool) -> None:
        """A person changed how grave it is or whether there is danger; another kind is none."""
        event = AssessmentMade(at=at(1), by="anna", reason="r", **judged)  # type: ignore[arg-type]  # its own fields

        assert int(is_one) == figures(of(story(1, acknowledged(), event)))["wrongly_prioritised"]

    def test_one_of_the_same_kind_within_30_days_is_a_repetition(self) -> None:
        """Exactly 30 days later is, a second more is not; what came before the period counts as
        the first, and what has no category is never one."""
        day, second = timedelta(days=1), timedelta(seconds=1)
        first = story(1, on=at(-10))
        inside, outside = story(2, on=at(20)), story(3, on=at(20) + second)
        may = story(4, on=datetime(2026, 5, 20, tzinfo=UTC), category="bill")
        june = story(5, on=datetime(2026, 6, 2, tzinfo=UTC), category="bill")
        nothing = (story(6, category=None), story(7, on=at(0) + day, category=None))

        assert 1 == figures(of(first, inside))["repeated"]
        assert 0 == figures(of(first, outside))["repeated"]
        found = of(may, june)
        assert (1, 1) == (found.received, found.repeated)
        assert 0 == of(*nothing).repeated

    def test_what_is_looked_back_to(self) -> None:
        """Thirty days before the first day are needed to know that."""
        assert datetime(2026, 5, 2, tzinfo=UTC) == JUNE.looks_back_to

    @pytest.mark.parametrize(
        ("events", "is_one"),
        [
            pytest.param([answered(1, prevention="New lids")], True, id="told"),
            pytest.param([answered(1)], False, id="not told"),
            pytest.param([answered(1, prevention="None, because …")], False, id="none because"),
            pytest.param(
                [
                    answered(
                        1,
                        points=(PointFinding("p", Finding.UPHELD, "r", prevention="New lids"),),
                    )
                ],
                True,
                id="for a point",
            ),
            pytest.param(
                [answered(1), TaskDone(at=at(2), by="a", task="say_prevention-3", note="New lids")],
                True,
                id="told later",
            ),
            pytest.param(
                [answered(1), TaskDone(at=at(2), by="a", task="tell-3", note="Rang them")],
                False,
                id="another task",
            ),
        ],
    )
    def test_improvements_made(self, events: Sequence[Event], is_one: bool) -> None:
        """An answer says what keeps it from happening again; counted of those answered."""
        found = of(story(1, acknowledged(), *events), story(2, acknowledged()))
        figure = found.annex_h[-1]

        assert ("improvements_made", int(is_one), 1) == (figure.name, figure.count, figure.of)

    def test_each_figure_names_its_complaints(self) -> None:
        """So that one can look at them."""
        found = of(story(1, acknowledged(3)), story(2, acknowledged()))
        late = next(one for one in found.annex_h if one.name == "acknowledged_late")

        assert ((reference(1),), 2) == (late.references, late.of)


class TestRatings:
    def test_who_did_not_answer_is_told(self) -> None:
        """Asked are those who accepted, asked for a review, or whose complaint was closed."""
        done = (acknowledged(), answered(1), accepted(2), closed(3))
        found = of(
            story(1, *done, rated(4, 5), judged_fair(4, Outcome.YES)),
            story(2, *done, rated(4, 3)),
            story(3, *done),
            story(4, acknowledged(), answered(1)),
            story(5, acknowledged(), closed(2, CloseReason.UNREACHABLE)),
        )

        assert (3, 2) == (found.handling.asked, found.handling.n)
        assert found.handling.non_response == pytest.approx(1 / 3)
        assert {"1": 0, "2": 0, "3": 1, "4": 0, "5": 1} == found.handling.counts
        assert found.handling.mean is not None
        assert (4.0, 1, 5) == (
            found.handling.mean.value, found.handling.mean.low, found.handling.mean.high,
        )  # fmt: skip
        assert {"yes": 1, "partly": 0, "no": 0} == found.outcome.counts
        assert found.outcome.non_response == pytest.approx(2 / 3)
        assert found.outcome.fair is not None
        assert 1.0 == found.outcome.fair.value

    def test_one_answer_has_no_mean(self) -> None:
        """It is counted, and nothing is made of it."""
        found = of(story(1, acknowledged(), answered(1), accepted(2), rated(3, 5)))

        assert (1, None) == (found.handling.n, found.handling.mean)

    def test_each_stage_has_its_rating(self) -> None:
        """After the first answer and after the review; a second thought replaces the first."""
        one = story(
            1, acknowledged(), answered(1), reviewed(2), rated(2, 1), rated(2, 2),
            answered(5, by="bo"), accepted(6), rated(7, 4),
        )  # fmt: skip
        found = of(one)

        assert (2, 2) == (found.handling.asked, found.handling.n)
        assert {"2": 1, "4": 1} == {
            said: count for said, count in found.handling.counts.items() if count
        }


class TestErased:
    def test_the_figures_are_the_same_without_words(self) -> None:
        """Every figure of a month is the same before and after all words are gone."""
        point = PointFinding("The lid", Finding.UPHELD, "It broke", ("a cake",), "none because")
        stories = (
            story(1, acknowledged(3), owned(4), answered(20, prevention="New lids",
                  remedy=("Refund", "a song")), accepted(21), closed(22), rated(23, 2)),
            story(2, acknowledged(), answered(1, points=(point,)), reviewed(2), rated(2, 1),
                  answered(30, by="bo", finding=Finding.NOT_UPHELD),
                  ExternalBodySignposted(at=at(31), by="bo"),
                  closed(40, CloseReason.EXHAUSTED), judged_fair(41, Outcome.NO)),
            story(3, acknowledged(), MergedInto(at=at(2), by="anna", into=reference(1))),
            story(4, acknowledged(), ComplaintWithdrawn(at=at(16), by="complainant"),
                  category=None, severity=Severity.CRITICAL),
            story(5, acknowledged(), AssessmentMade(at=at(1), by="a", safety=True, reason="fire"),
                  DeadlineExtended(at=at(2), by="a", until=date(2026, 7, 1), reason="ill"),
                  answered(18), TaskDone(at=at(19), by="a", task="say_prevention-5", note="Lids"),
                  accepted(20), closed(21)),
        )  # fmt: skip
        gone = PersonalDataErased(at=NOW, by="ombud", reason="old")
        bare = [erased(one, "nowhere", gone) for one in stories]

        assert of(*stories) == of(*bare)
        assert 5 == of(*bare).received
        assert not any(one.details.narrative for one in bare)
