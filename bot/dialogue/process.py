"""How complaints work here: the facts that ISO 10002:2018, 7.1 wants known, from one source.

The chat says them, and `/rights` shows them.
"""

from __future__ import annotations

from bot.dialogue.replies import Text, Value
from bot.dialogue.scene import Organisation

FACTS = ("where", "what", "steps", "times", "remedies", "external", "status")
"""Where and how to complain, what is needed, the steps, the times, the remedies, who else decides,
and how to hear where a complaint stands."""


def facts(organisation: Organisation) -> tuple[Text, ...]:
    """The seven facts, in the order in which somebody needs them."""
    return tuple(Text(f"process.{fact}", _values(fact, organisation)) for fact in FACTS)


def rights(organisation: Organisation) -> tuple[tuple[str, Text], ...]:
    """The same facts for a page of their own, each with its id, and what is kept of people."""
    told = zip(FACTS, facts(organisation), strict=True)
    kept = Text("rights.privacy", {"hours": organisation.draft_hours})
    return (*told, ("privacy", kept))


def _values(fact: str, organisation: Organisation) -> dict[str, Value]:
    match fact:
        case "where":
            return {"organisation": organisation.name, "url": organisation.public_url}
        case "times":
            clocks = {clock.name: clock.days for clock in organisation.regime.clocks}
            return {"respond": clocks["respond"], "review": clocks["review_respond"]}
        case "external":
            body = organisation.external_body
            named = Text("external", {"body": body.name, "url": body.url}) if body else None
            return {"body": named or Text("external.unnamed")}
    return {}
