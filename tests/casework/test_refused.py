"""What caseworkers can't do, or not at the same moment: nothing is changed by it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from bot.acts import ACTS
from bot.domain.events import (
    COMPLAINANT,
    ComplaintWithdrawn,
    ExternalBodySignposted,
    ResponseAccepted,
    ReviewRequested,
)
from bot.domain.reference import new_reference
from bot.domain.status import MOVES
from bot.errors import Conflict, IllegalMove, InvalidRequest, NotFound, OmbudError
from bot.ports import Work
from storage.memory import MemoryStorage
from tests.casework.desk import HOME, ONE, OTHER, RESPONSE, Desk

TWO = new_reference("00000002")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("CMP-4F7K-9Q2X-W", "One character"),
        ("hello", "CMP-XXXX-XXXX-C"),
        ("", "CMP-XXXX-XXXX-C"),
        (str(OTHER), OTHER),
    ],
)
async def test_what_is_not_there_is_told_apart(desk: Desk, written: str, told: str) -> None:
    """A mistyped sign, no reference at all, and a complaint that is not there."""
    with pytest.raises(NotFound, match=told):
        await desk.casework.show(written, "Kim")
    with pytest.raises(NotFound, match=told):
        await desk.act("take", written)


FOUND = {"point": "It broke.", "finding": "upheld", "reasons": "x"}


@pytest.mark.parametrize(
    ("action", "fields", "told"),
    [
        ("eat", {}, "action"),
        ("take", {"owner": "x"}, "owner"),
        ("handover", {}, "owner"),
        ("handover", {"owner": None}, "owner"),
        ("handover", {"owner": "\x00 "}, "owner"),
        ("assess", {"severity": "dire", "reason": "x"}, "severity.*low, medium, high, critical"),
        ("assess", {"safety": "yes", "reason": "x"}, "safety"),
        ("assess", {"severity": "low"}, "reason"),
        ("note", {"text": 7}, "text"),
        ("note", {"text": "x" * 20_001}, "text"),
        ("respond", {"text": "x", "finding": "upheld"}, "reasons"),
        ("respond", {"text": "x", "finding": "x", "reasons": "x"}, "finding"),
        ("respond", {**RESPONSE, "remedy": 7}, "remedy"),
        ("respond", {**RESPONSE, "remedy": [{}]}, "remedy"),
        ("extend", {"until": "soon", "reason": "x"}, "until"),
        ("extend", {"until": 7, "reason": "x"}, "until"),
        ("close", {"reason": "tired"}, "reason"),
        ("close", {"reason": "unreachable", "where": "elsewhere"}, "where"),
        ("respond", {**RESPONSE, "points": "It broke."}, "points.*list"),
        ("respond", {**RESPONSE, "points": ["It broke."]}, "points: 1: it must have"),
        ("respond", {**RESPONSE, "points": [{"point": "1"}]}, "points: 1: finding: is missing"),
        ("respond", {**RESPONSE, "points": [{**FOUND, "x": 1}]}, "points: 1: x: is not a field"),
        ("respond", {**RESPONSE, "points": [{**FOUND, "finding": "x"}]}, "points: 1: finding"),
        ("respond", {**RESPONSE, "points": [FOUND] * 101}, "points.*100"),
        ("external", {"finding": "upheld"}, "text"),
        ("external", {"finding": "x", "text": "x"}, "finding"),
        ("fulfil", {}, "proof"),
        ("split", {"point": "Nothing like it."}, "point.*raised were 1: It broke."),
        ("split", {"point": "1"}, "point.*only one"),
        ("done", {"task": "tell-1"}, "task.*none"),
        ("hold", {}, "reason"),
    ],
)
async def test_what_means_nothing_is_told(
    desk: Desk, action: str, fields: dict[str, Any], told: str
) -> None:
    """The field that is wrong is named, and nothing happens."""
    before = await desk.complaint()
    with pytest.raises(InvalidRequest, match=told):
        await desk.act(action, **fields)

    assert before == await desk.complaint()


ILLEGAL = [
    ("take", {}),
    ("assess", {"reason": "x"}),
    ("ask", {"text": "x"}),
    ("respond", RESPONSE),
    ("extend", {"until": "2027-01-01", "reason": "x"}),
    ("escalate", {"reason": "x"}),
    ("close", {"reason": "exhausted"}),
    ("merge", {"into": str(OTHER)}),
    ("handover", {"owner": "x"}),
    ("split", {"point": "1"}),
    ("fulfil", {"proof": "x"}),
    ("verify", {}),
    ("external", {"finding": "upheld", "text": "x"}),
    ("release", {"reason": "x"}),
]


@pytest.mark.parametrize(("action", "fields"), ILLEGAL, ids=lambda told: str(told)[:10])
async def test_a_closed_complaint_stays_as_it_is(
    desk: Desk, action: str, fields: dict[str, Any]
) -> None:
    """A move that is not in the table stores and says nothing."""
    await desk.lodge(OTHER)
    await desk.lodge(TWO, points=("It broke.", "Nobody answered."))
    await desk.act("close", reason="unreachable")
    await desk.act("close", TWO, reason="unreachable")
    before = (await desk.complaint(), await desk.conversation(), await desk.lines())
    with pytest.raises(IllegalMove):
        await desk.act(action, TWO if action == "split" else ONE, **fields)

    assert before == (await desk.complaint(), await desk.conversation(), await desk.lines())


async def test_a_collision_is_decided_anew(desk: Desk) -> None:
    """While somebody decides the complainant may write; both are kept."""
    storage, collisions = desk.storage, [True, True]

    class Colliding(MemoryStorage):
        """Lets somebody else be faster, twice."""

        async def commit(self, work: Work) -> None:
            """Commits second."""
            if collisions:
                collisions.pop()
                await desk.say()
            await storage.commit(work)

    colliding = Colliding()
    vars(colliding).update(vars(storage))
    desk.casework = replace(desk.casework, storage=colliding)
    await desk.act("reply", text="x")

    assert [("caseworker", "⟦answer text=x⟧")] == await desk.lines()
    assert 4 == (await desk.conversation()).version


async def test_endless_collisions_end(desk: Desk) -> None:
    """At last the caseworker is asked to try again."""

    class Hopeless(MemoryStorage):
        """Never lets anybody be first."""

        async def commit(self, work: Work) -> None:
            """Is always too late."""
            raise Conflict

    hopeless = Hopeless()
    vars(hopeless).update(vars(desk.storage))
    desk.casework = replace(desk.casework, storage=hopeless)
    with pytest.raises(Conflict):
        await desk.act("note", text="x")


WORDS = st.sampled_from(["x", "Å\u202e", " ", "", "\x00", 7, None, ["x"], "refund\nx"])
FIELDS = {
    "owner": st.sampled_from(["Kim", "Åsa", ""]),
    "severity": st.sampled_from(["high", "dire", 7]),
    "safety": st.sampled_from([True, "yes"]),
    "until": st.sampled_from(["2027-01-01", "1999-01-01", "9999-12-31", date(2027, 2, 3), "x"]),
    "into": st.sampled_from([str(ONE), str(OTHER), "x"]),
    "point": st.sampled_from(["It broke.", "1", "2", "x"]),
    "points": st.sampled_from([[], [FOUND], [FOUND, FOUND], [{**FOUND, "point": "2"}], "x"]),
    "task": st.sampled_from(["tell-3", "say_prevention-4", "look_into_rejection-5", "x"]),
    "finding": st.sampled_from(["upheld", "partly", "x"]),
    "reason": st.sampled_from(
        ["accepted", "exhausted", "withdrawn", "unreachable", "referred", "x", ""]
    ),
}
NEEDED = {
    name: st.fixed_dictionaries(
        {key: FIELDS.get(key, WORDS) for key in act.needs},
        optional={key: FIELDS.get(key, WORDS) for key in (*act.may_have, "surprise")},
    )
    for name, act in ACTS.items()
}
PEOPLE = [ResponseAccepted, ReviewRequested, ExternalBodySignposted, ComplaintWithdrawn]
STEP = st.one_of(
    st.sampled_from(sorted(ACTS)).flatmap(
        lambda name: st.tuples(
            st.just(name),
            NEEDED[name],
            st.sampled_from([ONE, OTHER]),
            st.sampled_from(["Kim", "Åsa"]),
        )
    ),
    st.sampled_from(PEOPLE),
)


@given(st.lists(STEP, max_size=25))
@examples(max_examples=100, deadline=None, derandomize=True)
def test_whatever_people_do_the_table_holds(steps: list[Any]) -> None:
    """No act fails in an unexpected way, and no status is reached but by a row of the table."""

    async def play() -> None:
        desk = Desk(staff=frozenset({"Kim", "Åsa"}))
        await desk.open()
        await desk.lodge(OTHER, points=("It broke.", "Nobody answered."))
        for step in steps:
            before = {one: await desk.complaint(one) for one in (ONE, OTHER)}
            try:
                if isinstance(step, tuple):
                    action, fields, reference, by = step
                    await desk.casework.act(reference, action, fields, by)
                else:
                    await desk.happens(step(at=desk.now, by=COMPLAINANT))
            except OmbudError:
                assert before == {one: await desk.complaint(one) for one in (ONE, OTHER)}
            for reference, old in before.items():
                new = await desk.complaint(reference)
                reachable = {old.status, *MOVES[old.status].values()}
                assert new.status in reachable
                assert new.history[: old.version] == old.history
                assert new.owner if old.owner else True  # accountable once, accountable always
            desk.now += timedelta(minutes=1)
        lines = await desk.storage.messages(HOME)
        assert [line.seq for line in lines] == list(range(1, len(lines) + 1))

    asyncio.run(play())
