"""The API's description is true: generated requests get only the answers that it announces."""

from __future__ import annotations

import asyncio
from typing import Any

import schemathesis
from hypothesis import HealthCheck, seed
from hypothesis import settings as examples

from channels.web.tokens import address_of
from tests.channels.conftest import STAFF, Web, settings

TOKEN = "a-token-that-was-given-out"
PERSON = {"Authorization": f"Bearer {TOKEN}"}


def described() -> Any:
    """The description, and behind it an application where one conversation has begun."""
    web = Web(settings(messages_per_minute=1_000_000))
    asyncio.run(web.twin.begin(address_of(TOKEN), "en"))
    # Whose token it is is told below, so there is no use in generating others.
    config = schemathesis.Config.from_dict({"generation": {"with-security-parameters": False}})
    found = schemathesis.openapi.from_asgi("/openapi.json", web.app, config=config)
    return found.exclude(path="/chat/events")  # never ends; test_web_events listens to it


schema = described()


@schema.parametrize()  # type: ignore[untyped-decorator]  # `described` gives Any
@seed(20_261_123)
@examples(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), database=None)
def test_answers_are_those_described(case: Any) -> None:
    """Status, media type and shape are documented, right requests are taken, wrong ones are not."""
    is_staff = case.path.startswith("/api/")
    case.call_and_validate(headers=STAFF if is_staff else PERSON)
