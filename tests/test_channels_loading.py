"""What a channel stands on is loaded when the channel is switched on, and not before."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.assembly import CHANNELS, Parts
from bot.settings import Settings
from tests.serving import ROOT

_LARGE = ("aiogram", "slack_bolt", "slack_sdk", "aiohttp")
_SCRIPT = f"""
import sys
from bot.background import Platforms
from bot.assembly import Parts
from bot.settings import Settings
import bot.serving
Platforms.opened(Parts(Settings()))
print([name for name in {_LARGE!r} if name in sys.modules])
"""


def test_the_web_alone_loads_no_platform() -> None:
    """Aiogram takes seconds and 165 MB (experience.md, 6c): the web chat does not pay for it."""
    run = subprocess.run(
        [sys.executable, "-c", _SCRIPT], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("name", CHANNELS)
def test_a_channel_is_a_folder_and_a_line(name: str) -> None:
    """Its module offers what the assembly asks for, and gets its own settings and no others."""
    told = {
        "telegram_token": "123456789:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "slack_bot_token": "xoxb-1",
        "slack_app_token": "xapp-1",
        "smtp_url": "smtp://mail.example",
        "secret_key": "k" * 40,
    }
    parts = Parts(Settings.model_validate(told))

    module, settings = parts.channel_settings(name)

    assert name in parts.channel_names
    assert callable(module.open_channel)
    assert callable(module.checkup)
    assert "k" * 40 not in repr(vars(settings))
