"""Server-sent events: who listens to which conversation, and the stream that each is sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from typing import Any

import orjson
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from bot.dialogue.messages import ConversationId

Lines = Callable[[int], Awaitable[Sequence[dict[str, Any]]]]
"""The lines after a number, in their JSON shape."""

HEADERS = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would hold the events back
}
_SIGN_OF_LIFE = b":\n\n"
_TYPING = b"event: typing\ndata: {}\n\n"


class Listener:
    """One window. It is only woken, never handed lines, so a slow one costs no memory."""

    def __init__(self) -> None:
        self.is_closed = False
        self._woken = asyncio.Event()
        self._is_typing = False

    def wake(self) -> None:
        """There may be something new."""
        self._woken.set()

    def tell_typing(self) -> None:
        """An answer is being made."""
        self._is_typing = True
        self.wake()

    def close(self) -> None:
        """Ends the stream."""
        self.is_closed = True
        self.wake()

    async def is_woken_within(self, seconds: float) -> bool:
        """Waits to be woken."""
        try:
            await asyncio.wait_for(self._woken.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def take(self) -> bool:
        """Begins a round: from here on a wake-up counts anew. Tells whether to show typing."""
        self._woken.clear()
        is_typing, self._is_typing = self._is_typing, False
        return is_typing


class Listeners:
    """Who listens to which conversation on this server."""

    def __init__(self, most_per_conversation: int) -> None:
        self._most = most_per_conversation
        self._by_conversation: dict[ConversationId, list[Listener]] = {}

    @contextmanager
    def joined(self, conversation: ConversationId) -> Iterator[Listener]:
        """Listens; if too many do, the oldest has to go."""
        listener = Listener()
        listening = self._by_conversation.setdefault(conversation, [])
        listening.append(listener)
        if len(listening) > self._most:
            listening.pop(0).close()
        try:
            yield listener
        finally:
            self._leave(conversation, listener)

    def wake(self, conversation: ConversationId) -> None:
        """There may be new lines."""
        for listener in self._by_conversation.get(conversation, ()):
            listener.wake()

    def tell_typing(self, conversation: ConversationId) -> None:
        """An answer is being made."""
        for listener in self._by_conversation.get(conversation, ()):
            listener.tell_typing()

    def close(self) -> None:
        """Ends every stream, so that the server can stop."""
        for listening in self._by_conversation.values():
            for listener in listening:
                listener.close()

    def __len__(self) -> int:
        return sum(map(len, self._by_conversation.values()))

    def _leave(self, conversation: ConversationId, listener: Listener) -> None:
        listening = self._by_conversation[conversation]
        if listener in listening:
            listening.remove(listener)
        if not listening:
            del self._by_conversation[conversation]


async def told(
    listeners: Listeners, conversation: ConversationId, lines: Lines, after: int, heartbeat: float
) -> AsyncGenerator[bytes]:
    """Every line after `after`, in order, as it comes.

    Each round reads from the store, also after a silence: another server may have written there.
    """
    with listeners.joined(conversation) as listener:
        yield _SIGN_OF_LIFE
        while not listener.is_closed:
            if listener.take():
                yield _TYPING
            for line in await lines(after):
                after = line["seq"]
                yield _event(line)
            if not await listener.is_woken_within(heartbeat):
                yield _SIGN_OF_LIFE


def _event(line: dict[str, Any]) -> bytes:
    return b"event: message\nid: %d\ndata: %b\n\n" % (line["seq"], orjson.dumps(line))


class EventStream(StreamingResponse):
    """A stream that lets go of a reader who does not read."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[bytes], patience: float) -> None:
        super().__init__(events, headers=HEADERS)
        self._events = events
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def patient(message: Message) -> None:
            async with asyncio.timeout(self._patience):
                await send(message)

        try:
            async with aclosing(self._events):
                await super().__call__(scope, receive, patient)
        except TimeoutError:
            return  # the server closes a connection whose answer has no end
