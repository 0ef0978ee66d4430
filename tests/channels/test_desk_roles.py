"""Who may not act is told so privately, and nothing happens, whatever a payload says."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.dialogue.messages import Address
from bot.domain.complaint import Complaint
from bot.domain.events import IdentityRevealed
from tests.channels.desk_house import MODES, DeskHouse, desk_house
from tests.channels.desk_people import Caseworker, counter_of, kinds, last, lines, shown
from tests.platforms import HAS_FAKES, needs_fakes

if HAS_FAKES or TYPE_CHECKING:
    from platform_fakes import FakeSlack

pytestmark = needs_fakes

REFUSED = "⟦desk.refused⟧"
RESPONSE = {"text": "Sorry.", "finding": "upheld", "reasons": "It broke."}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[DeskHouse]:
    """Over Socket Mode."""
    async with desk_house(tmp_path) as desk:
        yield desk


async def carded(desk: DeskHouse, name: str = "web-1") -> str:
    """A complaint that is shown."""
    reference = await desk.lodge(name=name)
    await desk.shown(reference)
    return reference


async def state(desk: DeskHouse) -> list[tuple[Any, ...]]:
    """All that could have changed."""
    return [(one.reference, one.history) for one in await desk.house.ombud.complaints()]


def outsider(desk: DeskHouse, *, is_inside: bool = True, **flags: Any) -> Caseworker:
    """Somebody who does not work here, though perhaps they see the channel."""
    user = desk.slack.user("eve", **flags)
    if is_inside:
        desk.slack.workspace.channels[desk.triage].members.append(user)
    return Caseworker(desk, user)


async def everything(desk: DeskHouse, who: Caseworker, reference: str) -> None:
    """Presses, chooses and calls whatever there is."""
    for action in ("ombud_take", "ombud_reply", "ombud_change"):
        assert (await who.presses(reference, action)).acknowledged
    for value in ("2h", "tomorrow", "pick"):
        assert (await who.presses(reference, "ombud_snooze", value)).acknowledged
    for value in ("ask", "escalate", "merge", "close", "more"):
        assert (await who.presses(reference, "ombud_more", value)).acknowledged
    card = desk.card(reference)
    for shortcut in ("ombud_make", "ombud_send"):
        await desk.slack.shortcut(who.user, shortcut, desk.triage, card["ts"])
    await desk.slack.shortcut(who.user, "ombud_log")
    answer = (await desk.slack.command(who.user, "/complaint", reference)).answer
    assert REFUSED == answer["text"]


@pytest.mark.parametrize(
    "flags",
    [
        {"is_restricted": True},
        {"is_ultra_restricted": True},
        {"is_bot": True},
        {"deleted": True},
        {"is_stranger": True},
        {"team_id": "T99999999"},
    ],
    ids=lambda flags: next(iter(flags)),
)
async def test_guests_and_strangers_in_the_channel(desk: DeskHouse, flags: dict[str, Any]) -> None:
    """They see the card, and that is all."""
    reference = await carded(desk)
    eve, before = outsider(desk, **flags), await state(desk)

    await everything(desk, eve, reference)

    assert before == await state(desk)
    assert 0 == eve.views
    assert {REFUSED} == {*eve.told, *eve.written}
    assert {} == {k: v for k, v in (await desk.shown(reference)).state.items() if "snooz" in k}


async def test_somebody_who_is_not_in_the_channel(desk: DeskHouse) -> None:
    """They are told directly, since they can't be told there."""
    reference = await carded(desk)
    eve, before = outsider(desk, is_inside=False), await state(desk)

    await everything(desk, eve, reference)

    assert before == await state(desk)
    assert 0 == eve.views
    assert {REFUSED} == set(eve.written)


async def test_somebody_who_was_taken_out_a_minute_ago(desk: DeskHouse) -> None:
    """What was known of them is forgotten by then, and a form they still have open is refused."""
    reference = await carded(desk)
    mina, before = Caseworker(desk, desk.mina), await state(desk)
    await mina.opens(reference, "ombud_reply")
    desk.slack.workspace.channels[desk.triage].members.remove(desk.mina)
    later = counter_of(desk).around.now() + timedelta(seconds=61)
    counter_of(desk).roles.members.now = lambda: later

    errors = await mina.submits(text="Still here.")
    await mina.presses(reference, "ombud_take")

    assert {"text": REFUSED} == errors
    assert before == await state(desk)
    assert {REFUSED} == {*mina.told, *mina.written}


async def test_only_those_who_are_named(tmp_path: Path) -> None:
    """People and groups of OMBUD_SLACK_STAFF, not whoever reads along."""
    async with FakeSlack() as slack:
        group = slack.user_group("desk", [slack.user("omar")])
        async with desk_house(tmp_path, slack, slack_staff=(group,)) as desk:
            reference = await carded(desk)
            before = await state(desk)
            mina, omar = Caseworker(desk, desk.mina), Caseworker(desk, desk.omar)

            await mina.presses(reference, "ombud_take")
            assert before == await state(desk)
            assert [REFUSED] == mina.told
            await omar.presses(reference, "ombud_take")
            assert "omar" == (await desk.complaint(reference)).owner


# What payloads say ------------------------------------------------------------------------------


def forged(desk: DeskHouse, **changes: Any) -> dict[str, Any]:
    """The last interaction, rewritten."""
    pressed = [one for one in desk.slack.deliveries if one.kind == "interactive"]
    payload = copy.deepcopy(pressed[-1].payload)
    payload["trigger_id"] = desk.slack.payloads.workspace.new_trigger(payload["user"]["id"])
    return {**payload, **changes}


async def test_a_value_of_another_complaint(desk: DeskHouse) -> None:
    """A card's buttons are about its complaint, whatever value came with them."""
    one, other = await carded(desk), await carded(desk, "web-2")
    mina = Caseworker(desk, desk.mina)
    await mina.presses(one, "ombud_reply")
    before, views = await state(desk), mina.views

    for action in ("ombud_take", "ombud_reply", "ombud_change"):
        payload = forged(desk)
        payload["actions"][0] |= {"action_id": action, "value": other}
        await desk.slack._interact("interactive", payload)

    assert before == await state(desk)
    assert views == mina.views
    assert [REFUSED] * 3 == mina.told


async def test_a_message_that_is_no_card(desk: DeskHouse) -> None:
    """Whatever it looks like, nothing is done about the complaint that it names."""
    reference = await carded(desk)
    mina = Caseworker(desk, desk.mina)
    await mina.presses(reference, "ombud_reply")
    before = await state(desk)
    message = desk.slack.say(desk.mina, "look", desk.triage)

    payload = forged(desk)
    payload["container"]["message_ts"] = message["ts"]
    payload["actions"][0] |= {"action_id": "ombud_take", "value": reference}
    await desk.slack._interact("interactive", payload)

    assert before == await state(desk)
    assert [REFUSED] == mina.told


@pytest.mark.parametrize("mode", MODES)
async def test_a_form_about_another_complaint(tmp_path: Path, mode: str) -> None:
    """What it is about is sealed for whoever opened it; the words stay in the form."""
    async with desk_house(tmp_path, mode=mode) as desk:
        one, other = await carded(desk), await carded(desk, "web-2")
        mina, before = Caseworker(desk, desk.mina), await state(desk)
        view = await mina.opens(one, "ombud_reply")
        told = view["private_metadata"]

        view["private_metadata"] = told.replace(one, other)
        assert {"text": REFUSED} == await mina.submits(text="For somebody else.")
        view["private_metadata"] = other
        assert {"text": REFUSED} == await mina.submits(text="For somebody else.")

        assert before == await state(desk)
        assert [REFUSED] * 2 == mina.told
        assert [] == [line for line in await lines(desk, "web-2") if "somebody else" in line]
        view["private_metadata"] = told
        assert {} == await mina.submits(text="For you.")
        assert "⟦answer text=For you.⟧" == (await lines(desk))[-1]


async def test_a_form_of_somebody_else(desk: DeskHouse) -> None:
    """A view is for the person it was opened for, and for nothing but what it asks."""
    reference = await carded(desk)
    mina, omar, before = Caseworker(desk, desk.mina), Caseworker(desk, desk.omar), await state(desk)
    view = await mina.opens(reference, "ombud_more", "ask")

    await desk.slack.submit(omar.user, view["id"], {"text": "Hello?"})
    view["callback_id"] = "ombud_reply"
    await mina.submits(text="Hello?")

    assert before == await state(desk)
    assert [REFUSED] == omar.told
    assert [REFUSED] == mina.told


async def test_another_team(desk: DeskHouse) -> None:
    """Neither a payload of another workspace nor a person of one."""
    reference = await carded(desk)
    mina = Caseworker(desk, desk.mina)
    await mina.presses(reference, "ombud_reply")
    before, views = await state(desk), mina.views

    for payload in (
        forged(desk, team={"id": "T99999999", "domain": "x"}),
        forged(desk, user={"id": desk.mina, "team_id": "T99999999", "name": "mina"}),
    ):
        payload["actions"][0] |= {"action_id": "ombud_take", "value": reference}
        delivery = await desk.slack._interact("interactive", payload)
        assert delivery.acknowledged

    assert before == await state(desk)
    assert views == mina.views
    assert [REFUSED] * 2 == mina.told


# Roles ------------------------------------------------------------------------------------------


ROLES = ("intake", "caseworker", "reviewer", "manager", "auditor", "custodian")
MAY: dict[str, set[str]] = {
    "ombud_take": {"intake", "caseworker", "reviewer", "manager"},
    "ombud_reply": {"caseworker", "reviewer", "manager"},
    "ombud_change": {"intake", "caseworker", "reviewer", "manager"},
    "ombud_snooze 2h": {"intake", "caseworker", "reviewer", "manager"},
    "ombud_more ask": {"caseworker", "reviewer", "manager"},
    "ombud_more escalate": {"intake", "caseworker", "reviewer", "manager"},
    "ombud_more close": {"caseworker", "manager"},
    "ombud_more merge": {"caseworker", "reviewer", "manager"},
    "ombud_more more": set(ROLES),
    "more ombud_extend": {"manager"},
    "more ombud_handover": {"manager"},
    "more ombud_identity": {"custodian"},
    "more ombud_history": set(ROLES),
    "more ombud_hold": {"manager"},
}


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_may_what_it_is_for(tmp_path: Path, role: str) -> None:
    """What nobody of that role may do is refused privately, and changes nothing."""
    async with FakeSlack() as slack:
        roles: dict[str, Any] = {name: ["U00000999"] for name in ROLES}
        roles[role] = [slack.user_group(role, [slack.user("mina")])]
        async with desk_house(tmp_path, slack, desk={"roles": roles}) as desk:
            for what, allowed in MAY.items():
                reference = await carded(desk, f"web-{what}")
                mina, before = Caseworker(desk, desk.mina), await state(desk)
                told, views = len(mina.told), mina.views

                await _does(desk, mina, reference, what)

                is_refused = mina.told[told:] == [REFUSED]
                assert (role not in allowed) == is_refused, what
                if is_refused:
                    assert before == await state(desk), what
                    assert mina.views - views == what.startswith("more "), what


async def _does(desk: DeskHouse, mina: Caseworker, reference: str, what: str) -> None:
    first, _, second = what.partition(" ")
    if first != "more":
        await mina.presses(reference, first, second or None)
        return
    view = await mina.opens(reference, "ombud_more", "more")
    await desk.slack.press(mina.user, second, view_id=view["id"])


async def test_an_answer_needs_more_than_a_message(tmp_path: Path) -> None:
    """A reviewer may write, and decides nothing until a review was asked for."""
    async with FakeSlack() as slack:
        roles = {"reviewer": [slack.user("mina")], "caseworker": [slack.user("omar")]}
        async with desk_house(tmp_path, slack, desk={"roles": roles}) as desk:
            reference = await carded(desk)
            mina, omar = Caseworker(desk, desk.mina), Caseworker(desk, desk.omar)
            await mina.opens(reference, "ombud_reply")
            before = await state(desk)

            assert {"text": REFUSED} == await mina.submits(**RESPONSE)
            assert before == await state(desk)
            assert {} == await mina.submits(text="We look at it.")

            await omar.opens(reference, "ombud_reply")
            assert {} == await omar.submits(**RESPONSE)
            await asks_for_review(desk)
            await omar.opens(reference, "ombud_reply")
            assert {"text": REFUSED} == await omar.submits(**RESPONSE)
            await mina.opens(reference, "ombud_reply")
            assert {} == await mina.submits(**RESPONSE)
            assert "mina" == answer_by(await desk.complaint(reference))


async def asks_for_review(desk: DeskHouse, name: str = "web-1") -> None:
    """The complainant does not accept the answer."""
    await desk._say(Address("web", name), action="not_satisfied")
    await desk._say(Address("web", name), action="yes")


def answer_by(complaint: Complaint) -> str:
    """Who gave the answer that stands."""
    assert complaint.response is not None
    return complaint.response.by


async def test_a_review_is_somebody_elses(tmp_path: Path) -> None:
    """Whoever answered first is told so beside the form or privately; another one can. That there
    is another is known from Slack alone."""
    async with desk_house(tmp_path, api_tokens="") as desk:
        reference = await carded(desk)
        mina, omar = Caseworker(desk, desk.mina), Caseworker(desk, desk.omar)
        await mina.presses(reference, "ombud_take")
        await mina.opens(reference, "ombud_reply")
        assert {} == await mina.submits(**RESPONSE)
        await asks_for_review(desk)
        before = await state(desk)

        await mina.opens(reference, "ombud_reply")
        assert {"text": "⟦desk.error.independent⟧"} == await mina.submits(**RESPONSE)

        assert before == await state(desk)
        await omar.opens(reference, "ombud_reply")
        assert {} == await omar.submits(**RESPONSE)
        assert "omar" == answer_by(await desk.complaint(reference))


# Who complains ----------------------------------------------------------------------------------


async def test_who_complains_is_shown_to_whoever_asks_and_recorded(desk: DeskHouse) -> None:
    """With a reason, to that person alone, also where the complainant hides nothing."""
    mina = Caseworker(desk, desk.mina)
    await desk.slack.shortcut(mina.user, "ombud_log")
    await mina.submits(story="My kettle broke.", name="Astrid Ek", contact="astrid@example.org")
    (complaint,) = await desk.house.ombud.complaints()
    reference = str(complaint.reference)
    await desk.shown(reference)

    await mina.more(reference, "ombud_identity")
    assert "Astrid" not in str(desk.slack.messages(desk.triage)) + str(mina.view)
    assert {} == await mina.submits(reason="To ring her.")

    assert "Astrid Ek" in shown(mina.view)
    assert "astrid@example.org" in shown(mina.view)
    revealed = last(await desk.complaint(reference))
    assert isinstance(revealed, IdentityRevealed)
    assert ("mina", "To ring her.") == (revealed.by, revealed.reason)
    await desk.shown(reference)
    assert "Astrid" not in str(desk.slack.messages(desk.triage))
    assert kinds(await desk.complaint(reference)) == ["IdentityRevealed"]


@pytest.mark.parametrize("name", ["ombud", "Complainant"])
async def test_nobody_is_called_as_the_machine_is(desk: DeskHouse, name: str) -> None:
    """Else their acts would look like its own, or like the complainant's."""
    reference = await carded(desk)
    eve = outsider(desk, profile={"display_name": name})

    await eve.presses(reference, "ombud_take")

    assert f"{name} ({eve.user})" == (await desk.complaint(reference)).owner
