"""Runs axe-core on a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import Page

_AXE = Path(__file__).parent / "vendor/axe-core/axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


async def violations(page: Page) -> list[str]:
    """Each rule that the page breaks, with the elements that do."""
    session = await page.context.new_cdp_session(page)
    # Through the debugger: the page's own security policy lets no foreign script in.
    await session.send("Runtime.evaluate", {"expression": _AXE.read_text("utf-8")})
    found: dict[str, Any] = await page.evaluate("rules => axe.run({ runOnly: rules })", _RULES)
    return [
        f"{violation['id']}: {[node['target'] for node in violation['nodes']]}"
        for violation in found["violations"]
    ]
