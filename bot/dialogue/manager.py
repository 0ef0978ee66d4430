"""Takes one turn: the open question first, then the intent. Pure: a scene in, a turn out.

While a question is open only a message that is *entirely* a command interrupts it ("They cancel
my train every day" is an answer). Whatever interrupts, the question is put again afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.dialogue import (
    answering,
    asking,
    checking,
    confirming,
    editing,
    following,
    intake,
    opening,
    pressing,
    tracking,
)
from bot.dialogue.conversation import Conversation, Open
from bot.dialogue.interpretation import Intent
from bot.dialogue.messages import TEXT_LIMIT, Kind, NotTaken, RefusedFile, Sender
from bot.dialogue.replies import Reply, Text, Words
from bot.dialogue.scene import Handlers, Scene, Turn
from bot.domain.form import FORM_QUESTIONS, Question

_ANSWERS_ONLY = frozenset(
    {
        Intent.AFFIRM, Intent.DENY, Intent.DONT_KNOW, Intent.SKIP, Intent.REFUSE,
        Intent.ALREADY_TOLD, Intent.SEND, Intent.CORRECT, Intent.ADD, Intent.NONSENSE, Intent.OTHER,
        Intent.NEW_COMPLAINT, Intent.OUT_OF_SCOPE, Intent.REQUEST, Intent.RATE, Intent.SATISFIED,
        Intent.NOT_SATISFIED,
    }
)  # fmt: skip
"""What can be an answer: these never interrupt an open question."""

_NAMED = 3
"""So many refused files are named; of more their number is told."""

_STAYS = timedelta(hours=1)
"""Whoever has written nothing for so long is gone."""

_COMMENT_INTERRUPTS = frozenset({Intent.TRACK, Intent.PERSON, Intent.REPEAT, Intent.WHY})
"""A comment may say anything, even thanks or abuse."""


@dataclass(frozen=True)
class Manager:
    """The dialogue manager; `handlers` say what to do about each intent."""

    handlers: Handlers

    def take_turn(self, scene: Scene) -> Turn:
        """What is said, remembered and recorded about one message."""
        conversation = replace(_let_go(scene), touched_at=scene.now)
        turn = self._switch_language(Turn(conversation), scene)
        scene = scene.with_conversation(turn.conversation)
        if scene.message.edits is not None:
            edited = editing.edit(turn, scene)
            return turn if edited is None else finish(edited, scene)
        turn = self._dispatch(turn, scene)
        if turn.errors:
            return turn
        turn = finish(turn, scene)
        return turn if conversation.version else _introduced(turn, scene)

    def greet(self, scene: Scene) -> Turn:
        """The first words: what this is, that people read it, that it is free."""
        reply = greeting(scene)
        turn = Turn(scene.conversation).reply(reply).open(Open(Question.NARRATIVE))
        return turn.remember(offered=reply.choices)

    def _switch_language(self, turn: Turn, scene: Scene) -> Turn:
        wanted = scene.heard.switch_to
        return turn.remember(language=wanted) if wanted else turn

    def _dispatch(self, turn: Turn, scene: Scene) -> Turn:
        if len(scene.text) > TEXT_LIMIT:
            return turn.say("too_long", limit=TEXT_LIMIT)
        if scene.message.form:
            return checking.fill_in(turn, scene) if _is_at_check(scene) else turn.say("stale")
        if scene.message.unreadable:
            return turn.say(f"unreadable.{scene.message.unreadable}")
        if scene.message.command:
            return self._obey(turn, scene, scene.message.command)
        if action := scene.message.action or _typed_label(scene):
            return pressing.press(turn, scene, action)
        if scene.message.attachments or scene.message.refused:
            return self._take_files(turn, scene)
        if not scene.text.strip():
            return turn.say("not_understood")
        return self._hear(turn, scene)

    def _obey(self, turn: Turn, scene: Scene, command: Intent) -> Turn:
        """A command of the platform's menu does what its words would do, whatever is open."""
        if command is Intent.GREET:
            return _start(turn, scene)
        heard = replace(scene.heard, command=command)
        return self.handlers[command](turn, replace(scene, heard=heard))

    def _take_files(self, turn: Turn, scene: Scene) -> Turn:
        scene = _as_many_as_fit(turn, scene)
        files = scene.message.attachments
        turn = turn.reply(Reply(_about_files(scene)))
        if not files:
            return self._hear(turn, scene) if scene.text.strip() else turn
        complaint = following.meant(turn, scene)
        if turn.conversation.active_draft is None and complaint and not complaint.status.is_final:
            turn = following.attach(turn, scene, complaint, files)
            return self._hear(turn, scene) if scene.text.strip() else turn
        was_asked = turn.conversation.open
        turn = intake.attach(turn, scene, files)
        if scene.text.strip():
            scene = scene.with_conversation(turn.conversation)
            return self._hear(turn, scene)
        is_answer = was_asked and was_asked.ask is Question.EVIDENCE
        return intake.proceed(turn, scene) if is_answer or not turn.draft.told else turn

    def _hear(self, turn: Turn, scene: Scene) -> Turn:
        open_, command = turn.conversation.open, scene.heard.command
        if scene.heard.private_codes and turn.conversation.looked_up:
            return tracking.take_code(turn, scene)
        if command and command in self.handlers and _interrupts(command, open_):
            return self.handlers[command](turn, scene)
        taken = _ANSWERING[_kind_of(open_, turn.conversation)](turn, scene)
        if taken is not None:
            return taken
        return opening.hear(turn, scene, self.handlers)


def _let_go(scene: Scene) -> Conversation:
    """What was opened here and must not be tied to this chat goes once its person had left."""
    conversation = scene.conversation
    if scene.now - conversation.touched_at < _STAYS:
        return conversation
    return conversation.without(*conversation.borrowed)


def _as_many_as_fit(turn: Turn, scene: Scene) -> Scene:
    """An album may bring more files than a complaint can hold: the rest is told by name."""
    draft, complaint = turn.conversation.active_draft, following.meant(turn, scene)
    kept = draft.attachments if draft else complaint.attachments if complaint else ()
    room = max(0, scene.organisation.max_attachments - len(kept))
    files = scene.message.attachments
    too_many = (RefusedFile(file.name, NotTaken.TOO_MANY) for file in files[room:])
    refused = (*scene.message.refused, *too_many)
    return replace(scene, message=replace(scene.message, attachments=files[:room], refused=refused))


def _about_files(scene: Scene) -> tuple[Text, ...]:
    """What became of the files that came."""
    message = scene.message
    saved = (Text("file.saved", {"count": len(message.attachments)}),)
    names: dict[NotTaken, list[str]] = {}
    for file in message.refused:
        names.setdefault(file.reason, []).append(file.name)
    spoken = all(file.type.startswith(("audio/", "video/")) for file in message.attachments)
    is_mute = bool(message.attachments) and spoken and not scene.text.strip()
    return (
        *(saved if message.attachments else ()),
        *(_refusal(reason, several) for reason, several in names.items()),
        *((Text("file.spoken"),) if is_mute else ()),
    )


def _refusal(reason: NotTaken, names: list[str]) -> Text:
    named = ", ".join(names[:_NAMED]) + (f" (+{len(names) - _NAMED})" if names[_NAMED:] else "")
    return Text("file.refused", {"reason": Text(f"file.reason.{reason}", {"name": Words(named)})})


def _start(turn: Turn, scene: Scene) -> Turn:
    """Somebody comes in, or comes in again: what is going on goes on."""
    origin = scene.message.origin
    turn = turn.remember(origin=origin) if origin else turn
    if turn.conversation.draft or turn.conversation.open:
        return turn.say("greeting.again")
    reply = greeting(scene)
    if origin and origin.site:
        place = Text("origin", {"place": Words(origin.site)})
        reply = replace(reply, texts=(*reply.texts, place))
    return turn.reply(reply)


def _introduced(turn: Turn, scene: Scene) -> Turn:
    """Whoever comes in with a story hears first who listens, and what becomes of it."""
    if any(_is_greeting(reply) for reply in turn.replies):
        return turn
    who = replace(greeting(scene), ask=None, choices=())
    return replace(turn, replies=(who, *turn.replies))


def _is_greeting(reply: Reply) -> bool:
    return any(isinstance(text, Text) and text.key == "greeting" for text in reply.texts)


def _is_at_check(scene: Scene) -> bool:
    return scene.open is not None and scene.open.ask is Question.CHECK and scene.draft is not None


def _typed_label(scene: Scene) -> str | None:
    """Typing a button's label does the same as pressing it."""
    typed = scene.text.strip().casefold().rstrip(".!")
    if not typed or len(typed) > 80:
        return None
    ask = scene.open.ask if scene.open else None
    offered = scene.conversation.offered
    labels = ((scene.language.label(action, ask), action) for action in offered)
    return next((action for label, action in labels if label.casefold() == typed), None)


def _interrupts(command: Intent | None, open_: Open | None) -> bool:
    if open_ is None:
        return True
    if open_.ask is Question.COMMENT:
        return command in _COMMENT_INTERRUPTS
    return command not in _ANSWERS_ONLY


def _kind_of(open_: Open | None, conversation: Conversation) -> str:
    """Which way of answering the open question calls for."""
    if open_ is None:
        return "nothing"
    if open_.ask in FORM_QUESTIONS:
        if open_.about is not None:
            return "addition"
        draft = conversation.active_draft
        is_form = draft is not None and (draft.told or open_.ask is not Question.NARRATIVE)
        return "form" if is_form else "nothing"
    return open_.ask.value


def _addition(turn: Turn, scene: Scene) -> Turn | None:
    complaint = following.meant(turn, scene)
    if complaint is None or scene.heard.command in answering.DECLINING | {Intent.DENY}:
        return turn.open(None).say("as_you_like")
    return following.add(turn, scene, complaint, scene.text)


_ANSWERING: Mapping[str, Callable[[Turn, Scene], Turn | None]] = {
    "nothing": lambda turn, scene: None,
    "form": answering.answer,
    "addition": _addition,
    "check": checking.answer,
    "confirm": confirming.answer,
    "rating_handling": following.take_rating,
    "rating_outcome": following.take_rating,
    "comment": following.take_rating,
    "reference": tracking.take_reference,
    "private_code": tracking.take_code,
}


def greeting(scene: Scene) -> Reply:
    """Says once that this is a program, that people read every complaint, and that it is free."""
    organisation = scene.organisation
    return Reply(
        (
            Text("greeting", {"organisation": organisation.name}),
            Text("privacy.notice", {"url": f"{organisation.public_url}/rights"}),
        ),
        ask=Question.NARRATIVE,
        choices=asking.GREETING_CHOICES,
    )


def finish(turn: Turn, scene: Scene) -> Turn:
    """Puts the open question into words, new or again, and notes which buttons are offered."""
    turn = _back_to_draft(turn, scene)
    open_ = turn.conversation.open
    if open_ is None:
        offered = turn.replies[-1].choices if turn.replies else ()
        return turn.remember(offered=offered)
    question = asking.question(open_, scene, turn)
    if open_ != scene.open and asking.is_form_question(open_) and turn.conversation.draft:
        counted = asking.left(turn.draft, scene) if open_.purpose != "change" else ()
        question = replace(question, texts=(*counted, *question.texts))
    if not question.choices and not turn.conversation.draft:
        question = replace(question, choices=asking.GREETING_CHOICES)
    turn = replace(turn, replies=_with_question(turn.replies, question))
    return turn.remember(offered=question.choices)


def _back_to_draft(turn: Turn, scene: Scene) -> Turn:
    """Whatever came between, a draft that is being told goes on with its next question."""
    draft = turn.conversation.active_draft
    if draft is None or turn.conversation.open is not None:
        return turn
    return intake.proceed(turn, scene)


def _with_question(replies: tuple[Reply, ...], question: Reply) -> tuple[Reply, ...]:
    """One message rather than two, where the last says nothing that stands for itself."""
    last = replies[-1] if replies else None
    is_plain = (
        last is not None
        and last.kind is Kind.TEXT
        and question.kind is Kind.TEXT
        and not last.choices
        and not last.reference
        and last.sender is Sender.BOT
    )
    if last is None or not is_plain:
        return (*replies, question)
    return (*replies[:-1], replace(question, texts=(*last.texts, *question.texts)))
