"""Tasks are ticked off, complaints held, and what is erased leaves only what is counted."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.events import (
    COMPLAINANT,
    HandlingRated,
    PersonalDataErased,
    Privacy,
    ResponseAccepted,
)
from bot.domain.identity import NOBODY
from bot.errors import IllegalMove, InvalidRequest
from tests.casework.desk import NOW, ONE, RESPONSE, STORY, Desk


def _open(complaint: Any) -> dict[str, str]:
    return {task["kind"]: task["task"] for task in complaint["tasks"]}


async def test_words_for_who_has_no_mail_are_a_task(desk: Desk) -> None:
    """Astrid wants e-mail and none goes out by itself: the words lie there until they are sent."""
    after = await desk.act("reply", text="We are on it.")
    (task,) = after["tasks"]
    ticked = await desk.act("done", task=task["task"], note="Sent at noon.")

    assert ("tell", "email", "We are on it.", desk.now.isoformat()) == (
        task["kind"], task["way"], task["words"], task["since"],
    )  # fmt: skip
    assert [] == ticked["tasks"]
    assert ("TaskDone", task["task"], "Sent at noon.") == tuple(
        ticked["history"][-1][name] for name in ("event", "task", "note")
    )
    assert ticked == await desk.act("done", task=task["task"])


async def test_a_task_that_takes_more_than_a_tick_names_its_act(desk: Desk) -> None:
    """A remedy needs a proof, and prevention a sentence; another task is not known."""
    after = await desk.act("respond", **RESPONSE, remedy="refund")
    prevention = _open(after)["say_prevention"]
    with pytest.raises(InvalidRequest, match="note"):
        await desk.act("done", task=prevention)
    after = await desk.act("done", task=prevention, note="None, because it was chance.")
    assert "say_prevention" not in _open(after)
    with pytest.raises(InvalidRequest, match="task: there is no such task; open are: tell-"):
        await desk.act("done", task="tell-1")

    await desk.happens(ResponseAccepted(at=NOW, by=COMPLAINANT))
    accepted = await desk.casework.show(ONE, "Kim")
    with pytest.raises(InvalidRequest, match="`fulfil`"):
        await desk.act("done", task=_open(accepted)["carry_out_remedy"])


async def test_a_low_rating_is_looked_into_after_the_end(desk: Desk) -> None:
    """Closing does not end what is to be learned."""
    await desk.act("close", reason="referred")
    await desk.happens(HandlingRated(at=NOW, by=COMPLAINANT, handling=1))
    shown = await desk.casework.show(ONE, "Kim")
    after = await desk.act("done", task=_open(shown)["look_into_rating"])

    assert "look_into_rating" not in _open(after)


async def test_a_hold_stands_until_it_is_released(desk: Desk) -> None:
    """Also on what is closed; its reason is shown."""
    with pytest.raises(IllegalMove, match="Nothing holds"):
        await desk.act("release", reason="x")
    await desk.act("close", reason="unreachable")
    held = await desk.act("hold", reason="Court case.")

    assert "Court case." == held["legal_hold"]
    assert held == await desk.act("hold", reason="Court case.")
    assert (await desk.act("release", reason="Settled."))["legal_hold"] is None


async def test_erased_is_what_people_wrote_and_nothing_else() -> None:
    """Kinds, actors, times, deadlines and what is counted stay; words and identity are gone."""
    desk = Desk()
    await desk.open(Privacy.NAMED)
    await desk.act("take")
    await desk.act("assess", severity="high", reason="Astrid is burnt.")
    await desk.act("ask", text="Which shop, Astrid?")
    await desk.act(
        "respond", text="Dear Astrid", finding="upheld", reasons="Astrid is right",
        remedy=["refund", "a visit to Astrid"], prevention="Call Astrid",
    )  # fmt: skip
    await desk.act("note", text="Astrid called.")
    before: Any = await desk.casework.show(ONE, "Kim")
    await desk.happens(PersonalDataErased(at=desk.now, by="ombud", reason="retention"))
    complaint, after = await desk.complaint(), await desk.casework.show(ONE, "Kim")
    bare: Any = after

    assert (NOBODY, desk.now) == (complaint.identity, complaint.erased_at)
    assert "astrid" not in str(complaint).lower()
    assert STORY not in str(complaint)
    assert "kettle" not in str(complaint)
    for name in ("status", "owner", "received_at", "acknowledged_at"):
        assert before[name] == bare[name]
    assert [(due["name"], due["due_at"], due["met_at"]) for due in before["deadlines"]] == [
        (due["name"], due["due_at"], due["met_at"]) for due in bare["deadlines"]
    ]
    assert [(one["event"], one["at"], one["by"]) for one in before["history"]] == [
        (one["event"], one["at"], one["by"]) for one in bare["history"][:-1]
    ]
    assert ("high", "upheld", ["refund", "other"]) == (
        bare["assessment"]["severity"], bare["response"]["finding"], bare["response"]["remedy"],
    )  # fmt: skip
    assert [] == bare["tasks"]
