"""What can't be delivered is seen by caseworkers, and another way is tried."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.dialogue.messages import Address
from bot.domain.complaint import Complaint
from bot.errors import PermanentDeliveryError
from bot.ports import Delivery
from bot.undelivered import Undelivered
from tests.talking import House, Talk

BLOCKED = PermanentDeliveryError("the bot was blocked", is_unreachable=True)


async def _lodged(contact: str | None = None) -> tuple[House, Talk, str]:
    house = House()
    talk = Talk.at(house, "telegram", knows_sender=True, sender_name="Alice")
    await talk.say("Order 48213 came smashed yesterday. I want a refund")
    while talk.ask != "contact":
        await talk.press("skip")
    if contact:
        await talk.say(contact)
    return house, talk, await talk.finish()


async def _waiting(house: House) -> Delivery:
    """The last line that waits to be carried."""
    lines: list[Delivery] = []
    while claimed := await house.storage.claim(house.now, 60, 100, ("telegram", "mail")):
        lines += claimed
        await house.storage.delivered([one.id for one in claimed])
    return lines[-1]


async def _note(house: House, error: PermanentDeliveryError, *, has_mail: bool) -> None:
    undelivered = Undelivered(house.storage, lambda: house.now, has_mail=has_mail)
    await undelivered.note(await _waiting(house), error)


def _last(complaint: Complaint) -> dict[str, object]:
    return {"event": type(complaint.history[-1]).__name__, **vars(complaint.history[-1])}


@pytest.mark.parametrize(
    ("contact", "has_mail", "instead"),
    [
        (None, True, None),
        ("alice@example.org", True, "email"),
        ("alice@example.org", False, None),
        ("07700 900123", True, "phone"),
    ],
)
async def test_a_blocked_channel_is_marked_with_the_way_that_is_left(
    contact: str | None, has_mail: bool, instead: str | None
) -> None:
    """Somebody can act on it: an e-mail goes by itself, a telephone has to be picked up."""
    house, _, reference = await _lodged(contact)

    await _note(house, BLOCKED, has_mail=has_mail)

    complaint = await house.complaint(reference)
    assert "telegram" == complaint.unreachable
    assert ("ChannelUnreachable", instead) == (
        _last(complaint)["event"],
        _last(complaint)["instead"],
    )


async def test_it_is_recorded_once_and_not_for_every_line() -> None:
    """A blocked chat with ten lines is one fact."""
    house, _, reference = await _lodged()
    undelivered = Undelivered(house.storage, lambda: house.now, has_mail=False)
    line = await _waiting(house)

    await undelivered.note(line, BLOCKED)
    before = await house.complaint(reference)
    await undelivered.note(line, BLOCKED)

    assert before == await house.complaint(reference)


async def test_whoever_writes_again_is_reachable_again() -> None:
    """The mark goes by itself."""
    house, talk, reference = await _lodged()
    await _note(house, BLOCKED, has_mail=False)

    house.now += timedelta(days=1)
    await talk.say("hello?")

    assert (await house.complaint(reference)).unreachable is None


async def test_one_line_that_is_refused_leaves_the_channel_usable() -> None:
    """It is shown, and nothing else is concluded from it."""
    house, _, reference = await _lodged()

    await _note(house, PermanentDeliveryError("refused"), has_mail=False)

    complaint = await house.complaint(reference)
    assert ("MessageUndelivered", None) == (_last(complaint)["event"], complaint.unreachable)


async def test_whoever_wants_e_mail_gets_the_acknowledgement_there_too() -> None:
    """The outbox holds it for both addresses (contract §7, OMBUD_SMTP_URL)."""
    settings = House().settings.model_copy(update={"smtp_url": "smtp://mail.example"})
    house = House(settings=settings)
    talk = Talk.at(house, "telegram", knows_sender=True, sender_name="Alice")
    await talk.say("Order 48213 came smashed yesterday. I want a refund")
    while talk.ask != "contact":
        await talk.press("skip")
    await talk.say("alice@example.org")
    reference = await talk.finish()

    (mail,) = await house.storage.claim(house.now, 60, 100, ("mail",))

    assert (Address("mail", "alice@example.org"), reference) == (
        mail.address,
        mail.message.reference,
    )
