"""Which kind of complaint a text is, by the words of each kind."""

from __future__ import annotations

from bot.dialogue.interpretation import Category
from nlu.reading import Reading

# A few words of these say more than many of the others.
_WEIGHTS = {
    "discrimination": 3.0, "fraud": 2.5, "health_safety": 2.0, "data_protection": 2.5,
    "complaints_process": 2.0, "accessibility": 1.2, "waiting": 1.2, "staff": 1.2, "billing": 1.1,
}  # fmt: skip
_OTHER = Category("other", 0.2)
_DAMPED = 0.5  # the second and later words of a kind count less


def categorise(reading: Reading) -> Category:
    """The likeliest kind, `other` where no word tells."""
    scores: dict[str, float] = {}
    for name, marks in reading.labels("category."):
        words = {reading.norms[mark.start : mark.end] for mark in marks}
        longest = sum(1.0 + 0.5 * (len(word) > 1) for word in words)
        scores[name] = _WEIGHTS.get(name, 1.0) * (1 + _DAMPED * (longest - 1))
    if not scores:
        return _OTHER
    name, best = max(scores.items(), key=lambda one: one[1])
    return Category(name, round(best / (sum(scores.values()) + 1), 2))
