"""Whatever caseworkers may do can be done over the staff API and from a shell."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from typer.main import get_command

from bot.acts import ACTS
from bot.commands.case import app
from channels.staff.acts import Act, AnyAct

BODIES: dict[str, type[Act]] = {
    get_args(body.model_fields["action"].annotation)[0]: body
    for body in get_args(get_args(AnyAct)[0])
}
COMMANDS: dict[str, Any] = getattr(get_command(app), "commands", {})


def test_the_api_has_every_act() -> None:
    """And no other."""
    assert set(ACTS) == set(BODIES)


@pytest.mark.parametrize("name", ACTS)
def test_a_body_has_the_fields_of_its_act(name: str) -> None:
    """Those that are needed are required, the others are not."""
    fields = BODIES[name].model_fields
    required = {key for key, field in fields.items() if field.is_required()} - {"action"}

    assert set(ACTS[name].needs) == required
    assert {*ACTS[name].needs, *ACTS[name].may_have} == set(fields) - {"action"}


@pytest.mark.parametrize("name", ACTS)
def test_a_command_has_the_options_of_its_act(name: str) -> None:
    """Those that are needed are required, the others are not."""
    options = {
        one.name: one.required
        for one in COMMANDS[name].params
        if one.name not in ("reference", "by", "as_json")
    }

    assert {*ACTS[name].needs, *ACTS[name].may_have} == set(options)
    assert set(ACTS[name].needs) == {key for key, needed in options.items() if needed}
