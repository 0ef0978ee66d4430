"""Any sequence of messages and buttons: nothing gets stuck, lost, doubled or re-asked."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from bot.dialogue.conversation import Conversation
from bot.dialogue.messages import Sender
from bot.domain.events import ComplaintReceived
from bot.domain.form import FORM_QUESTIONS, Question
from tests.talking import PHOTO, House, Talk

STORIES = (
    "Order 48213 came smashed last tuesday. I want a refund",
    "The heating in our flat has been broken since 3 November",
    "nobody came to fix the lift, third time now",
    "your driver shouted at my son yesterday, I want an apology",
    "the kitchen smells of gas since your fitter left",
)
WORDS = (
    "it ruined my birthday", "13 November", "30 February", "order 7001244", "yes", "no", "skip",
    "I don't know", "sorry, it's 48231", "it was friday not thursday", "also an apology", "cancel",
    "continue", "start over", "delete everything I told you", "is this free?", "why?", "what?",
    "talk to a person", "status", "here in the chat", "email me, kim@example.org", "brzlk fnoo",
    "I want to stay anonymous", "my name is Kim Teale", "a different matter", "send", "5", "",
    "They cancel my train every day", "I want to withdraw my complaint", "☂️", "<script>", "\u202e",
    "please add this to my complaint: the lid was scratched too", "I am not satisfied", "nothing",
)  # fmt: skip
BUTTONS = (
    "skip", "yes", "no", "send", "delete", "add", "keep", "withdraw", "complain", "status",
    "person", "pause", "resume", "copy",
    "named", "confidential", "anonymous", "chat", "email", "none",
    "accept", "not_satisfied", "1", "5", "partly", "refund", "change:effect", "change:nothing",
    "change:order_or_account", "reference:CMP-0000-0000-0", "nonsense", "change:name",
)  # fmt: skip


class Conversations(RuleBasedStateMachine):
    """One person at a keyboard, doing whatever comes to mind."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.house = House()
        self.told: list[str] = []
        self.settled: set[Question] = set()

    @initialize()
    def enter(self) -> None:
        self.talk: Talk = self.loop.run_until_complete(self.house.enter())

    @rule(story=st.sampled_from(STORIES))
    def tell(self, story: str) -> None:
        self._say(story)

    @rule(words=st.sampled_from(WORDS))
    def write(self, words: str) -> None:
        self._say(words)

    @rule(words=st.text(max_size=80))
    def write_anything(self, words: str) -> None:
        self._say(words)

    @rule(button=st.sampled_from(BUTTONS))
    def press_anything(self, button: str) -> None:
        self._turn(self.talk.press(button))

    @rule(which=st.integers(0, 20))
    def press_what_is_offered(self, which: int) -> None:
        if choices := self.talk.choices:
            self._turn(self.talk.press(choices[which % len(choices)]))

    @rule()
    def send_a_photo(self) -> None:
        self._turn(self.talk.say("", PHOTO))

    def _say(self, words: str) -> None:
        self.told.append(words)
        self._turn(self.talk.say(words))

    def _turn(self, turn: Coroutine[Any, Any, object]) -> None:
        before = self._memory()
        self.loop.run_until_complete(turn)
        after = self._memory()
        if before.draft and after.draft and after.draft.first_seq == before.draft.first_seq:
            newly = after.open and after.open != before.open and after.open.purpose is None
            if newly and after.open and after.open.ask in FORM_QUESTIONS and not after.open.about:
                assert after.open.ask not in before.draft.settled & after.draft.settled

    def _memory(self) -> Conversation:
        return self.loop.run_until_complete(self.talk.memory())

    @invariant()
    def something_was_said_and_nothing_failed(self) -> None:
        if hasattr(self, "talk"):
            assert self.talk.text.strip()
            assert "Something went wrong on our side" not in self.talk.text

    @invariant()
    def an_open_question_can_be_answered(self) -> None:
        if hasattr(self, "talk"):
            memory = self._memory()
            asked = self.talk.ask
            assert asked == (memory.open.ask.value if memory.open else None)

    @invariant()
    def every_complaint_is_acknowledged_once(self) -> None:
        if hasattr(self, "talk"):
            references = self._memory().complaints
            assert len(set(references)) == len(references)
            for reference in references:
                history = self.loop.run_until_complete(self.house.complaint(reference)).history
                assert sum(isinstance(event, ComplaintReceived) for event in history) == 1

    @invariant()
    def no_word_of_a_story_is_lost(self) -> None:
        if hasattr(self, "talk"):
            memory = self._memory()
            lines = self.loop.run_until_complete(self.house.service.messages(memory.id, 0))
            own = [line.text for line in lines if line.sender is Sender.COMPLAINANT]
            story = memory.draft.narrative if memory.draft else ""
            assert all(
                part in "\n\n".join(own) or part in self.told for part in story.split("\n\n")
            )

    def teardown(self) -> None:
        self.loop.close()


def _settings(examples: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=25,
        deadline=None,
        derandomize=True,
        phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking takes minutes here
        suppress_health_check=list(HealthCheck),
    )


def test_no_conversation_goes_wrong() -> None:
    """Whatever 15 people do, drawn from a seed, all of the above holds."""
    run_state_machine_as_test(Conversations, settings=_settings(15))


@pytest.mark.long
def test_no_conversation_of_many_goes_wrong() -> None:
    """The same for 400 people."""
    run_state_machine_as_test(Conversations, settings=_settings(400))
