"""An outcome is given point by point, much of it by two people, and closes what it may close."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.events import NoteWritten, ResponseGiven
from channels.slack.desk import ids
from channels.slack.desk.amounts import highest
from channels.slack.desk.filled import Step, filled
from channels.slack.desk.sealing import About, Seal
from channels.slack.settings import Settings
from tests.channels.desk_house import DeskHouse, desk_house
from tests.channels.desk_people import Caseworker, inputs, kinds, last, lines
from tests.platforms import needs_fakes

pytestmark = needs_fakes

ONE = "My parcel 48213 came smashed on 18 November."
TWO = "My parcel 48213 came smashed on 18 November. Also your driver shouted at me."
RESPONSE = {"text": "We are sorry.", "finding": "upheld", "reasons": "The box was torn."}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[DeskHouse]:
    """Over Socket Mode."""
    async with desk_house(tmp_path) as desk:
        yield desk


async def carded(desk: DeskHouse, name: str = "web-1", **told: str) -> tuple[str, Caseworker]:
    """A complaint that is shown, and who works on it."""
    reference = await desk.lodge(name=name, **told)
    await desk.shown(reference)
    return reference, Caseworker(desk, desk.mina)


async def test_closing_with_an_outcome(desk: DeskHouse) -> None:
    """Without an answer, only for a reason that the rules know; both at once where they fit."""
    reference, mina = await carded(desk, story=ONE)
    view = await mina.opens(reference, "ombud_more", "close")
    assert "ombud_close" == view["callback_id"]
    asked = list(inputs(view))
    assert ["text", "finding", "reasons", "remedy", "prevention", "reason", "where"] == asked

    assert {"reason": "⟦desk.error.close⟧"} == await mina.submits()
    assert {"reason": "⟦desk.error.not_accepted⟧"} == await mina.submits(reason="accepted")
    where = await mina.submits(reason="unreachable", where="The city")
    assert {"where": "⟦desk.error.where⟧"} == where
    assert [] == kinds(await desk.complaint(reference))
    assert {} == await mina.submits(reason="unreachable", **RESPONSE)

    complaint = await desk.complaint(reference)
    assert ["ResponseGiven", "ComplaintClosed"] == kinds(complaint)
    assert ("closed", "unreachable") == (complaint.status, complaint.close_reason)


async def test_an_answer_goes_out_also_where_it_can_not_be_closed_yet(desk: DeskHouse) -> None:
    """Closing follows once they accept; that is told privately, since the answer is out."""
    reference, mina = await carded(desk, story=ONE)
    await mina.opens(reference, "ombud_more", "close")

    assert {} == await mina.submits(reason="accepted", **RESPONSE)

    assert ["ResponseGiven"] == kinds(await desk.complaint(reference))
    assert ["⟦desk.error.not_accepted⟧"] == mina.told
    assert 0 == mina.views


async def test_each_point_has_its_answer(desk: DeskHouse) -> None:
    """Finding, reasons, remedy and prevention of its own; what lacks is told at its point."""
    reference, mina = await carded(desk, story=TWO)
    points = (await desk.complaint(reference)).points
    assert 2 == len(points)
    view = await mina.opens(reference, "ombud_more", "close")
    held = [one["element"]["action_id"] for one in inputs(view).values()]
    each = ["finding", "reasons", "remedy", "prevention"]
    assert ["text", *each, *each, "reason", "where"] == held

    first = {"text": "Sorry.", "finding_1": "upheld", "reasons_1": "Torn.", "remedy_1": "refund"}
    needed = "⟦desk.error.needed⟧"
    assert {"finding_2": needed, "reasons_2": needed} == await mina.submits(**first)
    second = {"finding_2": "not_upheld", "reasons_2": "He did not.", "prevention_2": "none"}
    assert {} == await mina.submits(**first, **second)

    given = last(await desk.complaint(reference))
    assert isinstance(given, ResponseGiven)
    assert ("partly", "1. Torn.\n2. He did not.") == (given.finding, given.reasons)
    assert [
        (points[0], "upheld", "Torn.", ("refund",), None),
        (points[1], "not_upheld", "He did not.", (), "none"),
    ] == [(one.point, one.finding, one.reasons, one.remedy, one.prevention) for one in given.points]


# Two people -------------------------------------------------------------------------------------


async def test_much_is_promised_by_two(tmp_path: Path) -> None:
    """The answer waits in the thread; its author can't confirm it, somebody else can, once."""
    async with desk_house(tmp_path, desk={"second_person_above": 500}) as desk:
        reference, mina = await carded(desk)
        omar, before = Caseworker(desk, desk.omar), await lines(desk)
        await mina.opens(reference, "ombud_reply")
        assert {} == await mina.submits(**RESPONSE, remedy="Refund of £500.01")

        assert before == await lines(desk)
        assert [] == kinds(await desk.complaint(reference))
        assert ["⟦desk.second.waits⟧"] == mina.told
        proposed = desk.thread(reference)[-1]
        assert "We are sorry." in str(proposed["blocks"])
        place = {"channel": desk.triage, "ts": proposed["ts"]}
        await desk.slack.press(mina.user, ids.CONFIRM, **place)
        assert "⟦desk.second.self⟧" == mina.told[-1]
        assert [] == kinds(await desk.complaint(reference))

        await asyncio.gather(*(desk.slack.press(omar.user, ids.CONFIRM, **place) for _ in range(2)))

        complaint = await desk.complaint(reference)
        assert ["NoteWritten", "ResponseGiven"] == kinds(complaint)
        assert ("omar", "mina") == (
            next(one.by for one in complaint.history if isinstance(one, NoteWritten)),
            complaint.response and complaint.response.by,
        )
        assert 1 == (await lines(desk)).count("⟦answer text=We are sorry.⟧")
        settled = desk.slack.workspace.channels[desk.triage].messages[proposed["ts"]]
        assert ids.CONFIRM not in str(settled["blocks"])
        assert ids.PROPOSED not in (await desk.shown(reference)).state


async def test_what_is_declined_is_not_sent(tmp_path: Path) -> None:
    """Another proposal can follow; of an old one nothing can be confirmed any more."""
    async with desk_house(tmp_path, desk={"second_person_above": 500}) as desk:
        reference, mina = await carded(desk)
        omar, before = Caseworker(desk, desk.omar), await lines(desk)
        places = []
        for amount in (900, 800):
            await mina.opens(reference, "ombud_reply")
            assert {} == await mina.submits(**RESPONSE, remedy=f"{amount} EUR")
            proposed = desk.thread(reference)[-1]
            places.append({"channel": desk.triage, "ts": proposed["ts"]})

        await desk.slack.press(omar.user, ids.CONFIRM, **places[0])
        assert ["⟦desk.second.gone⟧"] == omar.told
        await desk.slack.press(omar.user, ids.DECLINE, **places[1])

        assert before == await lines(desk)
        assert ["NoteWritten"] == kinds(await desk.complaint(reference))


async def test_less_is_promised_by_one(tmp_path: Path) -> None:
    """At the limit one person is enough, and without a limit always."""
    async with desk_house(tmp_path, desk={"second_person_above": 500}) as desk:
        reference, mina = await carded(desk)
        await mina.opens(reference, "ombud_reply")

        assert {} == await mina.submits(**RESPONSE, remedy="Refund of £500.00")

        assert ["ResponseGiven"] == kinds(await desk.complaint(reference))


# In parts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("£1,250.50", "1250.50"),
        ("1.250,50 €", "1250.50"),
        ("1 250 kr", "1250"),
        ("1\u202f250 kr", "1250"),
        ("CHF 1’250", "1250"),
        ("EUR600", "600"),
        ("1.250 kr", "1250"),
        ("2 vouchers of 100", "100"),
        ("2 k", "2000"),
        ("order #48213", None),
        ("an apology", None),
    ],
)
def test_the_highest_amount(text: str, amount: str | None) -> None:
    """However it is written; what could be read as more counts as more."""
    assert (None if amount is None else Decimal(amount)) == highest(
        ["20", text] if amount else [text]
    )


def test_a_seal_holds_for_its_person_and_its_complaint() -> None:
    """Nothing in it can be rewritten."""
    seal, about = Seal.of(Settings("xoxb")), About("k", "U1", "CMP-1", "C1", "p")
    told = seal.sealed(about)

    def opened(metadata: str, user: str = "U1") -> About | None:
        return seal.opened({"view": {"private_metadata": metadata}, "user": {"id": user}})

    assert about == opened(told)
    assert opened(told, "U2") is None
    assert {None} == {opened(told.replace(old, "x")) for old in ("CMP-1", "C1", '"k"', '"p"')}
    assert {None} == {opened(odd) for odd in ("", "[]", "{}", "[1,2,3,4,5]", "null", '"CMP-1"')}
    assert (
        Seal.of(Settings("other")).opened(
            {"view": {"private_metadata": told}, "user": {"id": "U1"}}
        )
        is None
    )


def test_one_point_is_answered_as_a_whole() -> None:
    """Nothing is asked twice where there is one."""
    told = {"text": "Sorry.", "finding": "upheld", "reasons": "It broke."}

    read = filled(ids.CLOSE, told, {"points": ["It broke."], "history": []})

    assert (Step("respond", told),) == read.steps
    assert {} == dict(read.errors)
