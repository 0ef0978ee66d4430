"""The outbox: every line leaves once, in order for each address, whoever carries it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.dialogue.messages import Address, OutboundMessage, Sender
from bot.ports import Delivery, Storage, Work
from tests.storage.building import NOW, conversation, later, line, reference

LEASE = 10.0
MAIL = Address("mail", "anna@example.org")


def about(seq: int) -> OutboundMessage:
    """A line about a complaint."""
    return replace(line(seq), reference=reference(1))


ABOUT = about(1)


async def _say(storage: Storage, name: str, count: int, channel: str = "web") -> None:
    talk = replace(conversation(name, last_seq=count), address=Address(channel, name))
    await storage.commit(Work(talk, said=tuple(line(seq) for seq in range(1, count + 1))))


async def _claim(storage: Storage, seconds: float = 0, limit: int = 50) -> tuple[Delivery, ...]:
    return await storage.claim(later(seconds), LEASE, limit, ["web"])


def _which(deliveries: tuple[Delivery, ...]) -> list[tuple[str, int]]:
    return [(one.address.key, one.message.seq) for one in deliveries]


class TestOrder:
    async def test_one_line_of_each_address_at_a_time(self, storage: Storage) -> None:
        """The second line of an address waits for the first; other addresses don't."""
        await _say(storage, "anna", 3)
        await _say(storage, "bo", 2)
        told: dict[str, list[int]] = {"anna": [], "bo": []}
        while claimed := await _claim(storage):
            assert len({one.address for one in claimed}) == len(claimed)
            for one in claimed:
                told[one.address.key].append(one.message.seq)
            await storage.delivered([one.id for one in claimed])
        assert told == {"anna": [1, 2, 3], "bo": [1, 2]}

    async def test_the_complainants_own_lines_are_not_carried(self, storage: Storage) -> None:
        """Only what the bot or a caseworker says goes out."""
        said = (line(1, Sender.COMPLAINANT), line(2), line(3, Sender.CASEWORKER))
        await storage.commit(Work(conversation(last_seq=3), said=said))
        assert (await storage.outbox_size())[0] == 2

    async def test_longest_due_first_and_no_more_than_wanted(self, storage: Storage) -> None:
        """A limit takes those that came first."""
        for number in range(5):
            await _say(storage, f"n{number}", 1)
        assert _which(await _claim(storage, limit=2)) == [("n0", 1), ("n1", 1)]
        assert _which(await _claim(storage)) == [("n2", 1), ("n3", 1), ("n4", 1)]

    async def test_only_the_channels_that_are_there(self, storage: Storage) -> None:
        """A line for a channel that this process has not got is left to others."""
        await _say(storage, "anna", 1, "slack")
        assert await _claim(storage) == ()
        assert await storage.claim(NOW, LEASE, 9, []) == ()
        assert _which(await storage.claim(NOW, LEASE, 9, ["web", "slack"])) == [("anna", 1)]


class TestLeases:
    async def test_nobody_else_gets_it_until_the_lease_ends(self, storage: Storage) -> None:
        """A claimed line is nobody else's; if its carrier dies, the next one gets it."""
        await _say(storage, "anna", 2)
        first = await _claim(storage)
        assert await _claim(storage, LEASE - 1) == ()
        assert await _claim(storage, LEASE) == first

    async def test_a_lease_can_be_renewed(self, storage: Storage) -> None:
        """A slow channel keeps what it carries."""
        await _say(storage, "anna", 1)
        (mine,) = await _claim(storage)
        await storage.renew([mine.id], later(2 * LEASE))
        assert await _claim(storage, LEASE + 1) == ()
        assert await _claim(storage, 2 * LEASE) == (mine,)

    async def test_ten_at_once_share_without_overlap(self, storage: Storage) -> None:
        """Ten who claim at once get every line once."""
        for number in range(30):
            await _say(storage, f"n{number}", 1)
        shares = await asyncio.gather(*(_claim(storage, limit=5) for _ in range(10)))
        claimed = [one.id for share in shares for one in share]
        assert len(claimed) == len(set(claimed)) == 30

    async def test_a_clock_that_was_set_back_holds_up_nothing(self, storage: Storage) -> None:
        """A lease from the future, made before the clock was mended, does not count."""
        await _say(storage, "anna", 1)
        await _claim(storage, 86_400)
        assert _which(await _claim(storage)) == [("anna", 1)]


class TestOutcomes:
    async def test_delivered_lines_leave(self, storage: Storage) -> None:
        """What was delivered is never handed out again; saying so twice does no harm."""
        await _say(storage, "anna", 1)
        (one,) = await _claim(storage)
        await storage.delivered([one.id])
        await storage.delivered([one.id])
        assert await storage.outbox_size() == (0, None)
        assert await _claim(storage, 99) == ()

    async def test_postponed_lines_hold_up_their_address_alone(self, storage: Storage) -> None:
        """Nothing overtakes a postponed line; it comes back when due, one attempt older."""
        await _say(storage, "anna", 2)
        (one,) = await _claim(storage)
        await storage.postpone(one.id, later(30))
        await _say(storage, "bo", 1)
        assert _which(await _claim(storage, 29)) == [("bo", 1)]
        assert await _claim(storage, 30) == (replace(one, attempts=1),)

    async def test_after_a_postponed_line_comes_the_next(self, storage: Storage) -> None:
        """Once the postponed line is delivered, what waited behind it is due."""
        await _say(storage, "anna", 2)
        (one,) = await _claim(storage)
        await storage.postpone(one.id, later(30))
        (one,) = await _claim(storage, 30)
        await storage.delivered([one.id])
        assert _which(await _claim(storage, 30)) == [("anna", 2)]

    async def test_an_undeliverable_line_is_set_aside(self, storage: Storage) -> None:
        """It waits for nobody any more, and the next line of its address may go."""
        await _say(storage, "anna", 2)
        (one,) = await _claim(storage)
        await storage.undeliverable(one.id, "blocked by the user")
        assert (await storage.outbox_size())[0] == 1
        assert _which(await _claim(storage, 99)) == [("anna", 2)]

    async def test_outcomes_of_what_is_gone_are_ignored(self, storage: Storage) -> None:
        """A line that was forgotten meanwhile may still be reported on."""
        await storage.renew([77], later(1))
        await storage.postpone(77, later(1))
        await storage.undeliverable(77, "gone")
        await storage.delivered([77])
        assert await storage.outbox_size() == (0, None)

    async def test_the_oldest_tells_how_long_people_wait(self, storage: Storage) -> None:
        """The size counts what waits, and names when the oldest was said."""
        talk = conversation(last_seq=2)
        said = (line(1), replace(line(2), at=later(60)))
        await storage.commit(Work(talk, said=said))
        assert await storage.outbox_size() == (2, line(1).at)


class TestCopies:
    async def test_lines_about_a_complaint_are_carried_to_a_second_address(
        self, storage: Storage
    ) -> None:
        """Such a line goes to both, in order at each; the others only to the conversation's own."""
        said = (replace(ABOUT, sender=Sender.COMPLAINANT), line(2), about(3), about(4))
        await storage.commit(Work(conversation(last_seq=4), said=said, copy_to=MAIL))
        told: dict[Address, list[int]] = {}
        while claimed := await storage.claim(NOW, LEASE, 9, ["web", "mail"]):
            for one in claimed:
                told.setdefault(one.address, []).append(one.message.seq)
            await storage.delivered([one.id for one in claimed])
        assert told == {conversation().address: [2, 3, 4], MAIL: [3, 4]}

    async def test_a_copy_is_a_delivery_of_its_own(self, storage: Storage) -> None:
        """That one of the two can't be delivered does not stop the other."""
        await storage.commit(Work(conversation(), said=(ABOUT,), copy_to=MAIL))
        own, copy = await storage.claim(NOW, LEASE, 9, ["web", "mail"])
        await storage.undeliverable(own.id, "gone")
        await storage.postpone(copy.id, later(30))
        (again,) = await storage.claim(later(30), LEASE, 9, ["web", "mail"])
        assert again == replace(copy, attempts=1)
        assert await storage.messages(conversation().id) == (ABOUT,)

    async def test_a_copy_to_the_same_address_is_none(self, storage: Storage) -> None:
        """Nobody gets a line twice."""
        own = conversation().address
        await storage.commit(Work(conversation(), said=(ABOUT,), copy_to=own))
        assert (await storage.outbox_size())[0] == 1

    async def test_without_lines_there_is_nothing_to_copy(self, storage: Storage) -> None:
        """An address to copy to is no line."""
        await storage.commit(Work(conversation(), copy_to=MAIL))
        await storage.commit(Work(copy_to=MAIL))
        assert await storage.outbox_size() == (0, None)


class TestForgetting:
    async def test_a_line_and_its_delivery_go(self, storage: Storage) -> None:
        """Only that line goes, from the conversation and from the outbox, its copy included."""
        said = (about(1), about(2))
        await storage.commit(Work(conversation(last_seq=2), said=said, copy_to=MAIL))
        await storage.forget(conversation().id, 1)
        assert await storage.messages(conversation().id) == (about(2),)
        claimed = await storage.claim(NOW, LEASE, 9, ["web", "mail"])
        assert [one.message for one in claimed] == [about(2), about(2)]

    async def test_a_line_that_was_delivered_goes(self, storage: Storage) -> None:
        """A fleeting line is forgotten once its delivery is done."""
        await _say(storage, "anna", 2)
        (one,) = await _claim(storage)
        await storage.delivered([one.id])
        await storage.forget(one.conversation, one.message.seq)
        assert await storage.messages(one.conversation) == (line(2),)
        assert _which(await _claim(storage)) == [("anna", 2)]

    async def test_what_is_not_there_is_forgotten_already(self, storage: Storage) -> None:
        """Neither a conversation nor a line need be there."""
        await _say(storage, "anna", 1)
        await storage.forget(conversation("nobody").id, 1)
        await storage.forget(conversation("anna").id, 9)
        assert len(await storage.messages(conversation("anna").id)) == 1
