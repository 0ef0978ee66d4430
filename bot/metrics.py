"""What operators watch, as Prometheus counts it; no label ever comes from people (contract §8)."""

from __future__ import annotations

from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_TURN_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class Metrics:
    """Implements `bot.ports.Observer`."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._turns = Counter(
            "ombud_turns", "Turns taken", ("channel", "outcome"), registry=registry
        )
        self._seconds = Histogram(
            "ombud_turn_seconds", "Seconds a turn took", buckets=_TURN_SECONDS, registry=registry
        )
        self._pending = Gauge("ombud_outbox_pending", "Deliveries that wait", registry=registry)
        self._oldest = Gauge(
            "ombud_outbox_oldest_seconds", "Age of the oldest delivery", registry=registry
        )
        self._deliveries = Counter(
            "ombud_deliveries", "Deliveries tried", ("channel", "outcome"), registry=registry
        )
        self._complaints = Counter(
            "ombud_complaints", "Complaints lodged", ("channel",), registry=registry
        )
        self._overdue = Gauge("ombud_overdue", "Complaints past a deadline", registry=registry)
        self._quarantined = Counter(
            "ombud_quarantined", "Messages set aside", ("channel",), registry=registry
        )
        self._refused = Counter("ombud_refused", "Requests refused", ("reason",), registry=registry)

    def turn(self, channel: str, outcome: str, began: float) -> None:
        """A turn ended."""
        self._turns.labels(channel, outcome).inc()
        self._seconds.observe(perf_counter() - began)

    def complaint(self, channel: str) -> None:
        """A complaint was lodged."""
        self._complaints.labels(channel).inc()

    def quarantined(self, channel: str) -> None:
        """A message was set aside."""
        self._quarantined.labels(channel).inc()

    def refused(self, reason: str) -> None:
        """A request was turned away."""
        self._refused.labels(reason).inc()

    def delivered(self, channel: str, outcome: str) -> None:
        """A delivery was tried."""
        self._deliveries.labels(channel, outcome).inc()

    def outbox(self, pending: int, oldest_seconds: float) -> None:
        """How much waits to be delivered."""
        self._pending.set(pending)
        self._oldest.set(oldest_seconds)

    def overdue(self, count: int) -> None:
        """How many complaints are past a deadline."""
        self._overdue.set(count)

    def text(self) -> bytes:
        """Everything in Prometheus's text form."""
        return generate_latest(self._registry)
