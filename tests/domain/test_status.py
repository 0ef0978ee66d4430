"""The status table: every way out, no way round (ISO 10002:2018, clause 7)."""

from __future__ import annotations

import pytest

from bot.domain.status import MOVES, Move, Status, diagram, moved
from bot.errors import IllegalMove

LEADS_TO_CLOSED = {
    Move.CLOSE_ACCEPTED, Move.CLOSE_EXHAUSTED, Move.CLOSE_WITHDRAWN, Move.CLOSE_UNREACHABLE,
    Move.CLOSE_REFERRED, Move.MERGE,
}  # fmt: skip


@pytest.mark.parametrize("status", Status)
def test_every_status_has_a_row_and_a_way_out(status: Status) -> None:
    """Nothing gets stuck: each status leads to another."""
    assert {target for target in MOVES[status].values() if target is not status}


@pytest.mark.parametrize("status", [s for s in Status if not s.is_final])
def test_every_open_status_can_reach_the_end(status: Status) -> None:
    """From everywhere there is a way to `closed`."""
    reached, ahead = {status}, [status]
    while ahead:
        further = set(MOVES[ahead.pop()].values()) - reached
        reached |= further
        ahead += further
    assert Status.CLOSED in reached


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("move", Move)
def test_a_move_outside_the_table_is_refused(status: Status, move: Move) -> None:
    """A move that has no row raises and names both."""
    if move in MOVES[status]:
        assert MOVES[status][move] is moved(status, move)
    else:
        with pytest.raises(IllegalMove, match=f"{move}.*{status}"):
            moved(status, move)


def test_an_answered_complaint_is_closed_only_for_a_reason_of_the_standard() -> None:
    """R21: acceptance, or a complainant who can't be reached; exhausting leads through outside."""
    closing = {move for move, to in MOVES[Status.RESPONDED].items() if to is Status.CLOSED}
    assert {Move.CLOSE_ACCEPTED, Move.CLOSE_UNREACHABLE, Move.MERGE} == closing


def test_closed_is_reached_by_closing_moves_alone() -> None:
    """No other move ends a complaint."""
    ending = {
        move
        for status, row in MOVES.items()
        for move, to in row.items()
        if to is Status.CLOSED and status is not Status.CLOSED
    }
    assert LEADS_TO_CLOSED == ending


def test_the_diagram_shows_every_row_that_moves() -> None:
    """The picture is drawn from the table."""
    drawn = diagram()
    for status, row in MOVES.items():
        for target in {to for to in row.values() if to is not status}:
            assert f"{status} --> {target}: " in drawn
