"""The summary before sending: every line can be changed, by button or in words."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue import answering, asking, intake, lodging
from bot.dialogue.conversation import Open
from bot.dialogue.interpretation import Intent
from bot.dialogue.noticing import Noticed, anonymous, notice
from bot.dialogue.replies import Text
from bot.dialogue.scene import Scene, Turn
from bot.domain.events import Privacy
from bot.domain.form import Question

_SENDING = frozenset({Intent.SEND, Intent.AFFIRM})


def answer(turn: Turn, scene: Scene) -> Turn:
    """What is written while the summary is open: send it, change a line, add to the story."""
    heard = scene.heard
    if heard.command in _SENDING:
        return lodging.lodge(turn, scene)
    if heard.command is Intent.DENY:
        return turn.say("check.what_to_change")
    if any(date.is_future for date in heard.dates) and _names_the_day(scene):
        return turn.say("date.future")
    noticed = notice(turn.draft, heard, None)
    if heard.has(Intent.NONSENSE):
        return answering.miss(turn)
    if noticed.learned or noticed.changed:
        return _changed(turn, scene, noticed)
    if len(heard.questions_named) == 1 and not heard.is_story:
        question = Question(heard.questions_named[0])
        noticed = notice(turn.draft, heard, question)  # "the number is 77777" answers it, too
        if noticed.learned or noticed.changed:
            return _changed(turn, scene, noticed)
        return change(turn, scene, question)
    return intake.tell(turn, scene, scene.text, heard).say("added_to_story")


def fill_in(turn: Turn, scene: Scene) -> Turn:
    """Takes the lines of a form that were changed: all of them, or none and what is wrong."""
    draft, errors = turn.draft, dict[Question, tuple[Text, ...]]()
    changed: list[Question] = []
    for question, words in scene.message.form:
        answered = answering.reread(draft, question, words, scene.filled_in[question])
        if answered.stays_open or answered.is_miss:
            errors[question] = answered.texts or (Text("not_understood"),)
            continue
        draft = answered.draft
        if question is not Question.NARRATIVE:
            changed.append(question)
    if errors:
        return replace(turn, errors=errors)
    told = asking.noted(draft, tuple(changed), "changed") or (Text("kept"),)
    return intake.proceed(turn.with_draft(draft), scene, *told)


def _names_the_day(scene: Scene) -> bool:
    return Question.OCCURRED_ON in scene.heard.questions_named or scene.heard.has(Intent.CORRECT)


def _changed(turn: Turn, scene: Scene, noticed: Noticed) -> Turn:
    heard = scene.heard
    draft = noticed.draft
    if heard.is_story and heard.command is not Intent.CORRECT:
        draft = intake.add_to_story(draft, scene.text, heard)
    return intake.proceed(turn.with_draft(draft), scene, *intake.remarks(noticed))


def change(turn: Turn, scene: Scene, question: Question) -> Turn:
    """Opens one line of the summary again; what stands in it stays until something new is said."""
    return turn.open(Open(question, purpose="change"))


def set_privacy(turn: Turn, scene: Scene, privacy: Privacy) -> Turn:
    """Who may see who complains, chosen before sending."""
    if privacy is Privacy.ANONYMOUS:
        draft = anonymous(turn.draft)
    else:
        was_anonymous = turn.draft.privacy is Privacy.ANONYMOUS
        draft = replace(turn.draft, privacy=privacy)
        if was_anonymous and not scene.channel_tells_name:
            reopened = {Question.NAME, Question.CONTACT}
            draft = replace(draft, settled=draft.settled - reopened)
    return intake.proceed(turn.with_draft(draft), scene, Text(f"privacy.set.{privacy}"))
