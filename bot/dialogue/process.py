"""How complaints work here: the facts that ISO 10002:2018, 7.1 wants known, from one source.

The chat says them, and `/rights` shows them.
"""

from __future__ import annotations

from datetime import date

from bot.dialogue.replies import Text, Value
from bot.dialogue.scene import Organisation
from bot.domain.clocks import Clock

FACTS = ("where", "what", "steps", "times", "remedies", "external", "status")
"""Where and how to complain, what is needed, the steps, the times, the remedies, who else decides,
and how to hear where a complaint stands."""


def facts(organisation: Organisation, today: date) -> tuple[Text, ...]:
    """The seven facts, in the order in which somebody needs them, by the rules in force."""
    return tuple(Text(f"process.{fact}", _values(fact, organisation, today)) for fact in FACTS)


def rights(organisation: Organisation, today: date = date.max) -> tuple[tuple[str, Text], ...]:
    """The same facts for a page of their own, each with its id, and what is kept of people.

    Without a day they are by the newest rules.
    """
    told = zip(FACTS, facts(organisation, today), strict=True)
    kept = Text("rights.privacy", {"hours": organisation.draft_hours})
    return (*told, ("privacy", kept))


def period(clock: Clock) -> Text:
    """How long a clock runs, in words."""
    one = ".one" if clock.count == 1 else ""
    return Text(f"period.{clock.unit}{one}", {"count": clock.count})


def _values(fact: str, organisation: Organisation, today: date) -> dict[str, Value]:
    match fact:
        case "where":
            return {"organisation": organisation.name, "url": organisation.public_url}
        case "times":
            regime = organisation.rules.in_force(today)
            return {
                "respond": period(regime.answer_within(1)),
                "review": period(regime.answer_within(2)),
            }
        case "external":
            body = organisation.external_body
            named = Text("external", {"body": body.name, "url": body.url}) if body else None
            return {"body": named or Text("external.unnamed")}
    return {}
