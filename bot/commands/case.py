"""`ombud case`: what the staff API does, from a shell and through the same code."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from bot.commands.installation import Ombud, run
from bot.commands.sheet import listed, sheet
from bot.domain.assessment import Level, Severity
from bot.domain.events import CloseReason, Finding
from bot.domain.status import Status
from bot.errors import InvalidRequest
from bot.ports import ComplaintFilter

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    help="Read complaints and act on them, as the staff API does.",
)

Reference = Annotated[str, typer.Argument(metavar="REFERENCE", help="CMP-XXXX-XXXX-C.")]
AsJson = Annotated[bool, typer.Option("--json", help="The complaint as the staff API gives it.")]
By = Annotated[
    str, typer.Option("--by", default_factory=getpass.getuser, help="Who acts; recorded.")
]
Reason = Annotated[str, typer.Option(help="Why; recorded.")]
Words = Annotated[str, typer.Option(help="The words; `-` reads them from standard input.")]


class Flag(StrEnum):
    """A judgement that can also be left as it stands."""

    YES = "yes"
    NO = "no"


def _act(reference: str, action: str, by: str, as_json: bool, **told: object) -> None:
    fields = {name: value for name, value in told.items() if value is not None}

    async def task(ombud: Ombud) -> Mapping[str, object]:
        return await ombud.desk.act(reference, action, fields, by)

    _print(run(task), as_json=as_json)


def _print(complaint: Mapping[str, object], *, as_json: bool) -> None:
    typer.echo(json.dumps(complaint, ensure_ascii=False, indent=2) if as_json else sheet(complaint))


def _words(text: str) -> str:
    return sys.stdin.read().strip() if text == "-" else text


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError as error:
        raise InvalidRequest(f"--points must be JSON: {error}") from None


def _truth(flag: Flag | None) -> bool | None:
    return None if flag is None else flag is Flag.YES


@app.command("list")
def list_(
    status: Annotated[Status | None, typer.Option(help="Only these.")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="ISO", help="Received at this time or later.")
    ] = None,
    category: Annotated[str | None, typer.Option(help="Only this kind.")] = None,
    cursor: Annotated[str | None, typer.Option(help="Where the last page ended.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many.")] = 50,
    *,
    by: By,
    as_json: AsJson = False,
) -> None:
    """List complaints, newest first."""
    wanted = ComplaintFilter(status, _moment(since), category, cursor, limit)

    async def task(ombud: Ombud) -> Mapping[str, object]:
        return await ombud.desk.find(wanted, by)

    page = run(task)
    typer.echo(json.dumps(page, ensure_ascii=False, indent=2) if as_json else listed(page))


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidRequest("--since must be a date or time in ISO 8601: 2026-11-23.") from None
    return told if told.tzinfo else told.replace(tzinfo=UTC)


@app.command()
def show(reference: Reference, *, by: By, as_json: AsJson = False) -> None:
    """Show one complaint with its history."""

    async def task(ombud: Ombud) -> Mapping[str, object]:
        return await ombud.desk.show(reference, by)

    _print(run(task), as_json=as_json)


@app.command()
def take(reference: Reference, *, by: By, as_json: AsJson = False) -> None:
    """Become the owner of a complaint."""
    _act(reference, "take", by, as_json)


@app.command()
def handover(
    reference: Reference,
    *,
    owner: Annotated[str, typer.Option(help="Who is accountable from now on.")],
    by: By,
    as_json: AsJson = False,
) -> None:
    """Make somebody else the owner."""
    _act(reference, "handover", by, as_json, owner=owner)


@app.command()
def assess(
    reference: Reference,
    *,
    reason: Reason,
    category: Annotated[str | None, typer.Option(help="Which kind of complaint.")] = None,
    severity: Annotated[Severity | None, typer.Option(help="How grave.")] = None,
    safety: Annotated[Flag | None, typer.Option(help="Danger to people.")] = None,
    complexity: Annotated[Level | None, typer.Option(help="How complex.")] = None,
    impact: Annotated[Level | None, typer.Option(help="How far it reaches.")] = None,
    immediate_action: Annotated[Flag | None, typer.Option(help="Something to do at once.")] = None,
    by: By,
    as_json: AsJson = False,
) -> None:
    """Judge a complaint; what is not given stays as it stands."""
    _act(
        reference, "assess", by, as_json,
        category=category, severity=severity, safety=_truth(safety), complexity=complexity,
        impact=impact, immediate_action=_truth(immediate_action), reason=reason,
    )  # fmt: skip


@app.command()
def ask(reference: Reference, *, text: Words, by: By, as_json: AsJson = False) -> None:
    """Ask the complainant something."""
    _act(reference, "ask", by, as_json, text=_words(text))


@app.command()
def note(reference: Reference, *, text: Words, by: By, as_json: AsJson = False) -> None:
    """Write a note that never leaves the desk."""
    _act(reference, "note", by, as_json, text=_words(text))


@app.command()
def reply(reference: Reference, *, text: Words, by: By, as_json: AsJson = False) -> None:
    """Write to the complainant; the status stays."""
    _act(reference, "reply", by, as_json, text=_words(text))


@app.command()
def respond(
    reference: Reference,
    *,
    text: Words,
    finding: Annotated[Finding, typer.Option(help="What was found.")],
    reasons: Annotated[str, typer.Option(help="Why it was found so.")],
    remedy: Annotated[
        list[str] | None, typer.Option(help="What puts it right; may be given several times.")
    ] = None,
    prevention: Annotated[
        str | None, typer.Option(help="What keeps it from happening again, or why nothing does.")
    ] = None,
    points: Annotated[
        str | None,
        typer.Option(
            metavar="JSON",
            help='Points that get an answer of their own: [{"point": "1", "finding": "upheld",'
            ' "reasons": "…"}]; the others get the whole answer.',
        ),
    ] = None,
    by: By,
    as_json: AsJson = False,
) -> None:
    """Give the organisation's answer."""
    _act(
        reference, "respond", by, as_json,
        text=_words(text), finding=finding, reasons=reasons, remedy=remedy, prevention=prevention,
        points=None if points is None else _json(points),
    )  # fmt: skip


@app.command()
def fulfil(
    reference: Reference,
    *,
    proof: Annotated[str, typer.Option(help="How one can see that it was done; recorded.")],
    by: By,
    as_json: AsJson = False,
) -> None:
    """Record that the promised remedy was carried out."""
    _act(reference, "fulfil", by, as_json, proof=proof)


@app.command()
def verify(reference: Reference, *, by: By, as_json: AsJson = False) -> None:
    """Confirm that the remedy has arrived, and close the complaint."""
    _act(reference, "verify", by, as_json)


@app.command()
def external(
    reference: Reference,
    *,
    finding: Annotated[Finding, typer.Option(help="What the outside body found.")],
    text: Words,
    by: By,
    as_json: AsJson = False,
) -> None:
    """Record what an outside body decided."""
    _act(reference, "external", by, as_json, finding=finding, text=_words(text))


@app.command()
def extend(
    reference: Reference,
    *,
    until: Annotated[str, typer.Option(metavar="DATE", help="The new last day.")],
    reason: Reason,
    by: By,
    as_json: AsJson = False,
) -> None:
    """Say that the answer will come later, and why."""
    _act(reference, "extend", by, as_json, until=until, reason=reason)


@app.command()
def escalate(reference: Reference, *, reason: Reason, by: By, as_json: AsJson = False) -> None:
    """Have somebody higher up look."""
    _act(reference, "escalate", by, as_json, reason=reason)


@app.command()
def merge(
    reference: Reference,
    *,
    into: Annotated[str, typer.Option(metavar="REFERENCE", help="Which complaint goes on.")],
    by: By,
    as_json: AsJson = False,
) -> None:
    """Go on with this complaint as part of another."""
    _act(reference, "merge", by, as_json, into=into)


@app.command()
def split(
    reference: Reference,
    *,
    point: Annotated[str, typer.Option(help="Which point: its words as raised, or its number.")],
    by: By,
    as_json: AsJson = False,
) -> None:
    """Make a complaint of its own of one point."""
    _act(reference, "split", by, as_json, point=point)


@app.command()
def close(
    reference: Reference,
    *,
    reason: Annotated[CloseReason, typer.Option(help="Why nothing more is to be done.")],
    where: Annotated[
        str | None, typer.Option(help="Where it goes on, if it was referred; told.")
    ] = None,
    by: By,
    as_json: AsJson = False,
) -> None:
    """Close a complaint for one of the reasons that its rules know."""
    _act(reference, "close", by, as_json, reason=reason, where=where)


@app.command()
def reopen(reference: Reference, *, reason: Reason, by: By, as_json: AsJson = False) -> None:
    """Go on working on a closed or withdrawn complaint."""
    _act(reference, "reopen", by, as_json, reason=reason)


@app.command()
def done(
    reference: Reference,
    *,
    task: Annotated[str, typer.Option(help="Which one, as `show` names it.")],
    note: Annotated[str | None, typer.Option(help="What came of it; recorded.")] = None,
    by: By,
    as_json: AsJson = False,
) -> None:
    """Tick off a task."""
    _act(reference, "done", by, as_json, task=task, note=note)


@app.command()
def hold(reference: Reference, *, reason: Reason, by: By, as_json: AsJson = False) -> None:
    """Keep everything of a complaint, whatever its time."""
    _act(reference, "hold", by, as_json, reason=reason)


@app.command()
def release(reference: Reference, *, reason: Reason, by: By, as_json: AsJson = False) -> None:
    """End a hold."""
    _act(reference, "release", by, as_json, reason=reason)


@app.command()
def reveal(reference: Reference, *, reason: Reason, by: By, as_json: AsJson = False) -> None:
    """Show who complains; the reason is recorded."""
    _act(reference, "reveal", by, as_json, reason=reason)
