"""Slack's markup: what people typed as they see it, and our words so that none of it is markup.

Slack sends texts with `&`, `<` and `>` escaped and puts what it recognised between angle brackets
(docs.slack.dev, "Formatting message text").
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.cleaning import clean

_MARKED = re.compile(r"<((?:https?://|mailto:|tel:|slack:|[@#!])[^<>|]*)(?:\|([^<>]*))?>")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def escape(text: str) -> str:
    """The text as Slack must be sent it, where it reads markup."""
    return "".join(_pieces(text))


def escaped_to(text: str, limit: int) -> str:
    """The same, cut so that it has at most `limit` characters and no entity is torn."""
    kept, left = [], limit
    for piece in _pieces(text):
        if len(piece) > left:
            break
        kept.append(piece)
        left -= len(piece)
    return "".join(kept)


def _pieces(text: str) -> Iterator[str]:
    return (_ENTITIES.get(sign, sign) for sign in text)


def link(url: str, label: str) -> str:
    """A link in mrkdwn."""
    return f"<{escape(url)}|{escape(label).replace('|', '/')}>"


def typed(text: str) -> str:
    """What somebody typed, as they see it."""
    return clean(_unescape(_MARKED.sub(_shown, text)))


def _unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _shown(found: re.Match[str]) -> str:
    target, label = found[1], found[2] or ""
    if target[0] in "@#":
        return f"{target[0]}{label or target[1:]}"
    if target[0] == "!":
        return _shown_special(target[1:], label)
    address = target.removeprefix("mailto:").removeprefix("tel:")
    if not label or _is_same(target, address, label):
        return label or address
    return f"{label} ({address})"


def _shown_special(target: str, label: str) -> str:
    """`<!here>`, `<!subteam^S123|@team>`, `<!date^…|fallback>`."""
    kind, _, rest = target.partition("^")
    if kind in ("subteam", "date"):
        return label or f"@{rest}"
    return f"@{label or kind}"


def _is_same(target: str, address: str, label: str) -> bool:
    """Whether the label says no less than the address: Slack turned it into a link by itself."""
    if target.startswith("tel:"):
        return True
    shorter = re.sub(r"^https?://", "", address).rstrip("/")
    return label.rstrip("/") in (address.rstrip("/"), shorter)
