"""Where complaints are shown: what is behind, and that of two who keep a card one wins."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from bot.carding import Card
from bot.domain.events import OMBUD, ComplaintAcknowledged, ComplaintWithdrawn
from bot.ports import Storage
from storage import cards
from tests.storage.building import (
    NOW,
    complaint,
    following,
    later,
    lodging,
    minutes,
    reference,
    turn,
)
from tests.storage.test_plans import connection, plan, slow

__all__ = ["connection"]

CARD = Card("C1", "1.5", shown=1, state={"said": 1, "by": "Åsa"})


async def behind(storage: Storage, limit: int = 100) -> list[str]:
    """What is behind, in order."""
    return [one.reference for _, one, _ in await storage.cards_behind(later(3600), limit)]


async def lodge(storage: Storage, *numbers: int) -> None:
    """Complaints, received at as many minutes after NOW."""
    await storage.commit(turn())
    for number in numbers:
        await storage.commit(lodging(complaint(number)))


async def test_what_has_no_card_is_behind_oldest_first(storage: Storage) -> None:
    """As many as asked for, and a page goes on behind the last."""
    await lodge(storage, 2, 1, 3)
    assert [reference(1), reference(2), reference(3)] == await behind(storage)
    assert [reference(1), reference(2)] == await behind(storage, 2)

    page = await storage.cards_behind(later(3600), 2)
    rest = await storage.cards_behind(later(3600), 2, page[-1][0])
    assert [reference(3)] == [one.reference for _, one, _ in rest]


async def test_what_is_shown_is_not_behind_until_something_happens(storage: Storage) -> None:
    """A card that shows all events leaves the list, and comes again with the next event."""
    await lodge(storage, 1)
    assert await storage.keep_card(reference(1), CARD)
    assert [] == await behind(storage)

    _, work = following(complaint(1), ComplaintAcknowledged(at=NOW, by=OMBUD))
    await storage.commit(work)
    ((_, one, card),) = await storage.cards_behind(later(3600))
    assert 2 == one.version
    assert replace(CARD, version=1) == card


async def test_what_ended_without_a_card_stays_without(storage: Storage) -> None:
    """Nobody is shown what is over; what was shown before is shown to its end."""
    await lodge(storage, 1, 2)
    await storage.keep_card(reference(2), CARD)
    for number in (1, 2):
        events = (
            ComplaintAcknowledged(at=NOW, by=OMBUD),
            ComplaintWithdrawn(at=NOW, by="complainant"),
        )
        _, work = following(complaint(number), *events)
        await storage.commit(work)

    assert [reference(2)] == await behind(storage)


async def test_a_card_is_looked_at_again_at_its_time(storage: Storage) -> None:
    """Though nothing happened."""
    await lodge(storage, 1)
    await storage.keep_card(reference(1), replace(CARD, look_at=NOW + minutes(5)))

    assert () == await storage.cards_behind(NOW + minutes(4))
    assert 1 == len(await storage.cards_behind(NOW + minutes(5)))


async def test_of_two_who_keep_a_card_one_wins(storage: Storage) -> None:
    """Whoever read an older version keeps nothing."""
    await lodge(storage, 1)
    assert await storage.keep_card(reference(1), CARD)
    assert not await storage.keep_card(reference(1), replace(CARD, ts="9.9"))
    assert await storage.keep_card(reference(1), replace(CARD, ts="2.5", version=1))

    assert replace(CARD, ts="2.5", version=2) == await storage.card(reference(1))


async def test_a_complaint_is_found_by_its_message(storage: Storage) -> None:
    """By channel and time; what is not posted yet has none."""
    await lodge(storage, 1, 2)
    await storage.keep_card(reference(1), CARD)
    await storage.keep_card(reference(2), replace(CARD, ts=""))

    assert reference(1) == await storage.card_at("C1", "1.5")
    assert await storage.card_at("C2", "1.5") is None
    assert await storage.card_at("C1", "") is None


async def test_a_card_need_not_belong_to_a_complaint(storage: Storage) -> None:
    """What is about all of them is kept the same way."""
    assert await storage.keep_card("digest", CARD)

    assert replace(CARD, version=1) == await storage.card("digest")
    assert () == await storage.cards_behind(later(3600))


async def test_complaints_of_a_category_are_counted(storage: Storage) -> None:
    """Those that came since."""
    await lodge(storage, 1, 2)
    await storage.commit(lodging(complaint(3, category="staff")))

    assert 2 == await storage.received_like("delivery", NOW)
    assert 1 == await storage.received_like("delivery", NOW + minutes(1.5))
    assert 0 == await storage.received_like("delivery", NOW + timedelta(days=1))


@pytest.mark.parametrize(
    "name", ["_BEHIND", "_DUE", "_CARDS", "_AT", "_VERSION", "_LIKE", "_CHANGE", "_NOTE"]
)
def test_cards_are_found_by_an_index(connection: Connection, name: str) -> None:  # a fixture
    """What is asked after every commit takes as long with millions of complaints."""
    assert [] == slow(plan(connection, getattr(cards, name)))
