"""The modals of the desk: what each asks for, in the organisation's language.

What is in them comes from the complaint as its card knows it: never a name or a contact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from slack_sdk.models.blocks import ActionsBlock

from bot.domain.assessment import Severity
from bot.domain.events import CloseReason, Finding
from channels.slack.blocks import SECTION, Json, cut, plain_text
from channels.slack.desk import ids, inputs, names, pieces
from channels.slack.desk.inputs import Values
from channels.slack.desk.standing import Complaint, headline
from channels.slack.desk.voice import Voice
from channels.slack.splitting import split

_TITLE: Final = 24
_SEEN: Final = 4  # sections of a preview: the form around it counts, too
POINTS: Final = 15
"""Of so many points each can be answered apart in one modal (100 blocks)."""


@dataclass(frozen=True)
class Asked:
    """What a modal is made of; `values` are what it is filled with, `words` how texts sound in
    the complainant's language."""

    complaint: Complaint
    voice: Voice
    words: Callable[[str, Mapping[str, str]], str]
    values: Values

    def text(self, key: str, **values: str) -> str:
        """A text of the desk."""
        return self.voice.text(key, **values)

    def value(self, name: str, otherwise: str = "") -> str:
        """What the input `name` is filled with."""
        return self.values.get(name, otherwise)


def modal(kind: str, metadata: str, asked: Asked) -> Json:
    """The modal with that callback id."""
    return view(kind, metadata, asked.voice, list(_BLOCKS[kind](asked)))


def view(kind: str, metadata: str, voice: Voice, blocks: Sequence[Json]) -> Json:
    """A view; it can be submitted where it asks for something."""
    asks = any(block["type"] == "input" for block in blocks) or kind in _WITHOUT_INPUTS
    shown: Json = {
        "type": "modal",
        "callback_id": kind,
        "private_metadata": metadata,
        "title": _short(voice.text(f"title.{kind.removeprefix('ombud_')}")),
        "close": _short(voice.text("form.close" if asks else "form.shut")),
        "blocks": list(blocks),
    }
    if asks:
        key = f"submit.{kind.removeprefix('ombud_')}"
        has_own = voice.language.has(f"desk.{key}")
        shown["submit"] = _short(voice.text(key if has_own else "form.submit"))
    return shown


_WITHOUT_INPUTS: Final = frozenset({ids.VERIFY})


def _short(text: str) -> Json:
    return dict(plain_text(cut(text, _TITLE)).to_dict())


def _about(asked: Asked) -> Json:
    return pieces.small(asked.complaint["reference"], headline(asked.complaint, asked.voice))


# To the complainant ---------------------------------------------------------------------------


def _reply(asked: Asked) -> Iterator[Json]:
    yield _about(asked)
    yield _read_in(asked)
    yield inputs.text("text", asked.text("form.text"), asked.value("text"))
    yield from _preview(asked)
    yield pieces.small(asked.text("form.reply.response"))
    yield from _found(asked, needed=False)


def _read_in(asked: Asked) -> Json:
    """In which language, and by which way, they read it."""
    complaint = asked.complaint
    return pieces.small(
        asked.text(
            "form.language",
            language=asked.voice.language_named(complaint["language"]),
            channel=asked.voice.named("channel", complaint["channel"]),
        )
    )


def _preview(asked: Asked) -> Iterator[Json]:
    """Exactly what reaches them; it follows the words whenever somebody asks to see it."""
    yield pieces.section(asked.text("form.preview"))
    for piece in list(split(_seen(asked), SECTION))[:_SEEN] or ["…"]:
        yield pieces.section(piece)
    button = pieces.button(asked.text("button.preview"), ids.PREVIEW, "preview")
    yield ActionsBlock(elements=[button]).to_dict()


def _seen(asked: Asked) -> str:
    text = asked.value("text")
    if not text:
        return ""
    told = [asked.words("answer", {"text": text})]
    if asked.value("finding"):
        told.append(asked.words("confirm.response", {}))
    return "\n\n".join(told)


def _found(asked: Asked, *, needed: bool, number: int = 0) -> Iterator[Json]:
    """What is found, why, what puts it right and what prevents it; of one point by its number."""

    def named(name: str) -> str:
        return f"{name}_{number}" if number else name

    findings = {one.value: asked.voice.named("finding", one.value) for one in Finding}
    label, chosen = asked.text("form.finding"), asked.value(named("finding"))
    yield inputs.choice(named("finding"), label, findings, chosen, needed=needed)
    for name in ("reasons", "remedy", "prevention"):
        label, hint = asked.text(f"form.{name}"), ""
        if name == "remedy":
            hint = asked.text("form.remedy.hint")
        value, is_needed = asked.value(named(name)), needed and name == "reasons"
        yield inputs.text(named(name), label, value, hint=hint, needed=is_needed)


def _ask(asked: Asked) -> Iterator[Json]:
    yield _about(asked)
    yield _read_in(asked)
    yield inputs.text("text", asked.text("form.question"), asked.value("text"))


def _extend(asked: Asked) -> Iterator[Json]:
    yield _about(asked)
    yield pieces.small(asked.text("form.extend.told"))
    yield inputs.day("until", asked.text("form.until"), asked.value("until"))
    yield inputs.text("reason", asked.text("form.reason.told"), asked.value("reason"))


def _close(asked: Asked) -> Iterator[Json]:
    """The outcome, point by point where there are several, and why nothing more is to be done."""
    points = asked.complaint.get("points") or ()
    yield _about(asked)
    yield _read_in(asked)
    yield inputs.text("text", asked.text("form.text"), asked.value("text"), needed=False)
    if has_points(asked.complaint):
        for number, point in enumerate(points, start=1):
            yield pieces.section(f"{number}. {point}")
            yield from _found(asked, needed=False, number=number)
    else:
        yield from _found(asked, needed=False)
    reasons = {one.value: asked.voice.named("close_reason", one.value) for one in CloseReason}
    label = asked.text("form.close_reason")
    yield inputs.choice("reason", label, reasons, asked.value("reason"), needed=False)
    yield inputs.text(
        "where", asked.text("form.where"), asked.value("where"), needed=False, is_line=True
    )


def has_points(complaint: Complaint) -> bool:
    """Whether each point is answered apart."""
    return 1 < len(complaint.get("points") or ()) <= POINTS


# Among caseworkers ----------------------------------------------------------------------------


def _change(asked: Asked) -> Iterator[Json]:
    assessment = asked.complaint["assessment"]
    severities = {one.value: asked.voice.named("severity", one.value) for one in Severity}
    yield _about(asked)
    yield inputs.choice(
        "category", asked.text("form.category"), categories(asked), assessment.get("category"),
        needed=False,
    )  # fmt: skip
    severity = str(assessment["severity"])
    yield inputs.choice("severity", asked.text("form.severity"), severities, severity, needed=False)
    yield inputs.person("owner", asked.text("form.owner"), needed=False)
    label, hint = asked.text("form.reason"), asked.text("form.reason.change")
    yield inputs.text("reason", label, asked.value("reason"), needed=False, hint=hint)


def categories(asked: Asked) -> Mapping[str, str]:
    """The kinds that have a name in the organisation's language, and whatever it is now."""
    prefix = "desk.category."
    known = [key.removeprefix(prefix) for key in asked.voice.language.texts if prefix in key]
    now = asked.complaint["assessment"].get("category")
    each = dict.fromkeys([*sorted(known), *([now] if now else [])])
    return {name: asked.voice.named("category", name) for name in each}


def _handover(asked: Asked) -> Iterator[Json]:
    yield _about(asked)
    yield inputs.person("owner", asked.text("form.owner"))


def _merge(asked: Asked) -> Iterator[Json]:
    yield _about(asked)
    yield inputs.text("into", asked.text("form.into"), asked.value("into"), is_line=True)


def _reason(asked: Asked) -> Iterator[Json]:
    yield _about(asked)
    yield inputs.text("reason", asked.text("form.reason"), asked.value("reason"))


def _escalate(asked: Asked) -> Iterator[Json]:
    yield from _reason(asked)
    yield pieces.small(asked.text("form.escalate.told"))


def _identity(asked: Asked) -> Iterator[Json]:
    yield pieces.small(asked.text("form.identity.told"))
    yield from _reason(asked)


def _snooze(asked: Asked) -> Iterator[Json]:
    tomorrow = (asked.voice.today + timedelta(days=1)).isoformat()
    yield _about(asked)
    yield inputs.day("until", asked.text("form.snooze"), asked.value("until", tomorrow))


def _fulfil(asked: Asked) -> Iterator[Json]:
    yield _about(asked)
    yield inputs.text("proof", asked.text("form.proof"), asked.value("proof"))


def _verify(asked: Asked) -> Iterator[Json]:
    yield _about(asked)
    yield pieces.section(asked.text("form.verify"))


def _external(asked: Asked) -> Iterator[Json]:
    findings = {one.value: asked.voice.named("finding", one.value) for one in Finding}
    yield _about(asked)
    chosen = asked.value("finding")
    yield inputs.choice("finding", asked.text("form.external.finding"), findings, chosen)
    yield inputs.text("text", asked.text("form.external"), asked.value("text"))


def _split(asked: Asked) -> Iterator[Json]:
    """Points by their number, since what people wrote may be longer than an option's value."""
    points = asked.complaint.get("points") or ()
    numbered = {str(number): point for number, point in enumerate(points, start=1)}
    yield _about(asked)
    yield inputs.choice("point", asked.text("form.point"), numbered)


def _done(asked: Asked) -> Iterator[Json]:
    tasks = {one["task"]: task_named(one, asked.voice) for one in tickable(asked.complaint)}
    yield _about(asked)
    yield inputs.choice("task", asked.text("form.task"), tasks)
    yield inputs.text("note", asked.text("form.note"), asked.value("note"), needed=False)


def tickable(complaint: Complaint) -> list[Mapping[str, Any]]:
    """The tasks that are ended by a tick."""
    others = ("carry_out_remedy", "verify_remedy")
    return [one for one in complaint.get("tasks") or () if one["kind"] not in others]


def task_named(task: Mapping[str, Any], voice: Voice) -> str:
    """What is to be done."""
    named = voice.named("task", task["kind"])
    words = " ".join(str(task.get("words") or "").split())
    return cut(f"{named}: {words}" if words else named, 75)


# Without a complaint --------------------------------------------------------------------------


def _log(asked: Asked) -> Iterator[Json]:
    voice = asked.voice
    ways = {way: voice.named("channel", way) for way in ("phone", "counter", "letter", "slack")}
    spoken = {
        code: language.endonym for code, language in voice.languages.items() if language.endonym
    }
    spoken.pop("keys", None)
    yield inputs.text("story", asked.text("form.story"), asked.value("story"))
    yield inputs.text(
        "name", asked.text("form.name"), asked.value("name"), needed=False, is_line=True
    )
    hint = asked.text("form.contact.hint")
    yield inputs.text(
        "contact", asked.text("form.contact"), asked.value("contact"), needed=False, is_line=True,
        hint=hint,
    )  # fmt: skip
    yield inputs.choice(
        "channel", asked.text("form.channel"), ways, asked.value("channel", "phone"), needed=False
    )
    yield inputs.choice(
        "language", asked.text("form.spoken"), spoken, asked.value("language"), needed=False
    )


def _find(asked: Asked) -> Iterator[Json]:
    yield inputs.text("reference", asked.text("form.reference"), is_line=True)


_BLOCKS: Final[Mapping[str, Callable[[Asked], Iterator[Json]]]] = {
    names.REPLY: _reply,
    names.CHANGE: _change,
    names.HANDOVER: _handover,
    names.REOPEN: _reason,
    names.SNOOZE: _snooze,
    names.FIND: _find,
    ids.ASK: _ask,
    ids.ESCALATE: _escalate,
    ids.MERGE: _merge,
    ids.CLOSE: _close,
    ids.EXTEND: _extend,
    ids.IDENTITY: _identity,
    ids.FULFIL: _fulfil,
    ids.VERIFY: _verify,
    ids.EXTERNAL: _external,
    ids.SPLIT: _split,
    ids.DONE: _done,
    ids.HOLD: _reason,
    ids.RELEASE: _reason,
    ids.LOG: _log,
}
