"""How each question is put, which buttons it offers, and what comes next in a draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.dialogue.conversation import Draft, Open
from bot.dialogue.messages import Kind
from bot.dialogue.replies import Reply, Several, Text, Value, Words
from bot.dialogue.scene import Scene, Turn
from bot.domain.answers import Contact, ContactKind, Remedy
from bot.domain.events import Privacy
from bot.domain.form import FORM, FORM_QUESTIONS, Entry, Question

_REMEDIES = tuple(kind.value for kind in Remedy if kind is not Remedy.OTHER)
_CHOICES: Mapping[Question, tuple[str, ...]] = {
    Question.NARRATIVE: (),
    Question.EVIDENCE: ("no", "skip"),
    Question.REMEDY_SOUGHT: (*_REMEDIES, "skip"),
    Question.CONTACT: (*(kind.value for kind in ContactKind), "skip"),
    Question.RATING_HANDLING: ("1", "2", "3", "4", "5", "skip"),
    Question.RATING_OUTCOME: ("yes", "partly", "no", "skip"),
}
CONFIRM_CHOICES: Mapping[str, tuple[str, ...]] = {
    "delete": ("delete", "keep"),
    "restart": ("yes", "no"),
    "withdraw": ("withdraw", "keep"),
    "review": ("yes", "no"),
    "resume": ("resume", "complain", "delete"),
    "bind": ("add", "complain"),
    "insist": ("yes", "no"),
    "more": ("yes", "no"),
    "response": ("accept", "not_satisfied"),
    "renew": ("yes", "no"),
}
GREETING_CHOICES = ("complain", "status", "person")


def question(open_: Open, scene: Scene, turn: Turn) -> Reply:
    """The open question in its own message."""
    return _PUT.get(open_.ask, _plain)(open_, scene, turn)


def _plain(open_: Open, scene: Scene, turn: Turn) -> Reply:
    key = f"ask.{open_.ask}"
    if open_.purpose and scene.language.has(f"{key}.{open_.purpose}"):
        key = f"{key}.{open_.purpose}"
    choices = _CHOICES.get(open_.ask, ("skip",))
    wants_phone = open_.ask is Question.CONTACT and open_.purpose == ContactKind.PHONE
    return Reply((Text(key),), ask=open_.ask, choices=choices, wants_phone=wants_phone)


def _evidence(open_: Open, scene: Scene, turn: Turn) -> Reply:
    megabytes = max(1, scene.organisation.max_attachment_bytes // 2**20)
    texts = (Text("ask.evidence"), Text("evidence.limit", {"megabytes": megabytes}))
    return Reply(texts, ask=open_.ask, choices=_CHOICES[Question.EVIDENCE])


def _narrative(open_: Open, scene: Scene, turn: Turn) -> Reply:
    if open_.purpose is None:
        return Reply((Text("ask.narrative"),), ask=open_.ask)
    texts = (Text(f"ask.narrative.{open_.purpose}"),)
    return Reply(texts, ask=open_.ask, choices=("skip",))


def _confirm(open_: Open, scene: Scene, turn: Turn) -> Reply:
    purpose = open_.purpose or "more"
    values: dict[str, Value] = {"reference": open_.about} if open_.about else {}
    return Reply(
        (Text(f"confirm.{purpose}", values),),
        ask=Question.CONFIRM,
        choices=CONFIRM_CHOICES[purpose],
        reference=open_.about,
    )


def _rating(open_: Open, scene: Scene, turn: Turn) -> Reply:
    texts = (Text(f"ask.{open_.ask}"),)
    return Reply(texts, Kind.RATING, open_.ask, _CHOICES[open_.ask], open_.about)


def _which_complaint(open_: Open, scene: Scene, turn: Turn) -> Reply:
    known = turn.conversation.known
    choices = tuple(f"reference:{reference}" for reference in known) or ("skip",)
    key = "ask.reference.which" if known else "ask.reference"
    return Reply((Text(key),), ask=Question.REFERENCE, choices=choices)


def _check(open_: Open, scene: Scene, turn: Turn) -> Reply:
    draft = turn.draft
    others = tuple(privacy.value for privacy in Privacy if privacy is not draft.privacy)
    changes = tuple(f"change:{entry.question}" for entry in FORM if _is_shown(entry, draft))
    return Reply(
        (Text("check", _summary(draft)), Text(f"privacy.{draft.privacy}")),
        Kind.CHECK,
        Question.CHECK,
        ("send", *changes, *others, "delete"),
    )


def _is_shown(entry: Entry, draft: Draft) -> bool:
    if draft.privacy is Privacy.ANONYMOUS and entry.question in (Question.NAME, Question.CONTACT):
        return False
    return not entry.only_if_told or draft.speaks_for_another


_PUT: Mapping[Question, Callable[[Open, Scene, Turn], Reply]] = {
    Question.NARRATIVE: _narrative,
    Question.EVIDENCE: _evidence,
    Question.CHECK: _check,
    Question.CONFIRM: _confirm,
    Question.RATING_HANDLING: _rating,
    Question.RATING_OUTCOME: _rating,
    Question.REFERENCE: _which_complaint,
}


def sheet(draft: Draft) -> tuple[tuple[Question, Value], ...]:
    """The lines of the summary that a form can change, with what is noted ("" for nothing)."""
    noted_down = _noted_down(draft)
    lines = (entry.question for entry in FORM if _is_shown(entry, draft))
    return tuple((q, noted_down[q] or "") for q in lines if q is not Question.EVIDENCE)


def _summary(draft: Draft) -> dict[str, Value]:
    """Every line of the check, what is missing as "not provided"."""
    shown = _noted_down(draft)
    return {name: Text("not_provided") if value is None else value for name, value in shown.items()}


def _noted_down(draft: Draft) -> dict[str, Value | None]:
    details, files = draft.details, Several(tuple(file.name for file in draft.attachments))
    return {
        "narrative": Words(draft.narrative),
        "subject": _told(details.subject),
        "occurred_on": details.occurred_on,
        "order_or_account": _told(details.order_or_account),
        "effect": _told(details.effect),
        "remedy_sought": details.remedy_sought,
        "evidence": files if draft.attachments else None,
        "acting_for": _told(details.acting_for),
        "name": _told(details.name),
        "contact": details.contact or Contact(ContactKind.CHAT),
        "adjustments": _told(details.adjustments),
    }


def _told(words: str | None) -> Words | None:
    return None if words is None else Words(words)


def noted(draft: Draft, questions: tuple[Question, ...], key: str) -> tuple[Text, ...]:
    """Reads back what was just understood: `key` is "noted" or "changed"."""
    facts = [
        Text(f"fact.{question}", {"value": _shown(value)})
        for question in dict.fromkeys(questions)
        if (value := draft.details.answer(question)) is not None
    ]
    return (Text(key, {"facts": Several(tuple(facts))}),) if facts else ()


def _shown(value: object) -> Value:
    return Words(value) if isinstance(value, str) else value  # type: ignore[return-value]  # answers are values


def left(draft: Draft, scene: Scene) -> tuple[Text, ...]:
    """How many questions are left, told whenever a new one is put."""
    count = len(draft.missing)
    if count == 0:
        return ()
    return (Text("left", {"count": count}),) if count > 1 else (Text("left.last"),)


def is_form_question(open_: Open | None) -> bool:
    """Whether the open question is one of the form's."""
    return open_ is not None and open_.ask in FORM_QUESTIONS and open_.about is None
