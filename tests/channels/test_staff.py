"""The staff API: who is let in, what is asked of the desk, and what is answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime

import httpx
import pytest

from bot.domain.assessment import Severity
from bot.domain.events import CloseReason, Finding
from bot.domain.status import Status
from bot.errors import NotAllowed
from channels.staff import shapes
from channels.staff.channel import StaffChannel
from channels.web.app import build_app
from tests.channels.conftest import STAFF, Web, is_problem, settings
from tests.channels.test_web_refusals import MALFORMED
from tests.channels.twin import COMPLAINT, REFERENCE, Desk, Disk

LIST = "/api/v1/complaints"
ONE = f"{LIST}/{REFERENCE}"
FILE = f"{ONE}/attachments/{'ab' * 32}"


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer x", "Basic staff-token", "Bearer staff-token2", "\xff"]
)
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", LIST), ("GET", ONE), ("GET", f"{LIST}/x"), ("POST", f"{ONE}/actions"), ("GET", FILE)],
)
async def test_strangers_are_told_nothing(
    client: httpx.AsyncClient, method: str, path: str, authorization: str
) -> None:
    """Without a token of the staff's every path answers alike."""
    headers = [(b"authorization", authorization.encode("latin-1"))]
    response = await client.request(method, path, headers=headers, json={"action": "nonsense"})

    assert is_problem(response, 401)
    assert response.headers["www-authenticate"] == "Bearer"


async def test_without_tokens_the_api_is_off() -> None:
    """Nobody can come in, and the answer says which setting changes that."""
    staff = StaffChannel(Desk(), Disk(), {})
    app = build_app(settings(), version="0", web=(), staff=staff.routers())
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        response = await client.get(LIST, headers={"Authorization": "Bearer "})

    assert is_problem(response, 404)
    assert "OMBUD_API_TOKENS" in response.json()["detail"]


@pytest.mark.parametrize(("token", "name"), [("staff-token", "Kim"), ("other-token", "Åsa")])
async def test_a_token_stands_for_a_name(
    client: httpx.AsyncClient, web: Web, token: str, name: str
) -> None:
    """Who acts is whom the token belongs to."""
    headers = {"Authorization": f"bearer {token}"}
    response = await client.post(f"{ONE}/actions", headers=headers, json={"action": "take"})

    assert response.json() == COMPLAINT
    assert [(REFERENCE, "take", {}, name)] == web.desk.acts


async def test_a_list_is_filtered(client: httpx.AsyncClient, web: Web) -> None:
    """Every filter reaches the desk in its type."""
    query = {
        "status": "responded",
        "since": "2026-11-23T10:42:07+01:00",
        "category": "delivery",
        "cursor": "abc",
        "limit": "200",
    }
    response = await client.get(LIST, params=query, headers=STAFF)

    assert {"complaints": [COMPLAINT], "next": None} == response.json()
    (wanted,) = web.desk.wanted
    assert (Status.RESPONDED, "delivery", "abc", 200) == (
        wanted.status,
        wanted.category,
        wanted.cursor,
        wanted.limit,
    )
    assert datetime(2026, 11, 23, 9, 42, 7, tzinfo=UTC) == wanted.since


@pytest.mark.parametrize(
    "since",
    ["2026-11-23T10:42:07+00:00", "2026-11-23T10:42:07 00:00", "2026-11-23T10:42:07z"],
)
async def test_times_are_read_as_people_paste_them(
    client: httpx.AsyncClient, web: Web, since: str
) -> None:
    """A plus sign that was not escaped is still a plus sign."""
    await client.get(f"{LIST}?since={since}", headers=STAFF)

    assert datetime(2026, 11, 23, 10, 42, 7, tzinfo=UTC) == web.desk.wanted[0].since


@pytest.mark.parametrize(
    "query",
    [
        "status=open",
        "since=yesterday",
        "since=7",
        "since=0001-01-01T00:00:00%2B14:00",
        "since=9999-12-31T23:59:59-14:00",
        "category=%00",
        "cursor=a%00b",
        "limit=0",
        "limit=201",
        "limit=x",
        "limit=1.5",
    ],
)
async def test_a_filter_that_means_nothing_is_told(client: httpx.AsyncClient, query: str) -> None:
    """Nothing is guessed."""
    assert is_problem(await client.get(f"{LIST}?{query}", headers=STAFF), 422)


@pytest.mark.parametrize("reference", ["cmp 4f7k 9q2x v", "4F7K9Q2XV", "CMP-4F7K-9Q2X-V"])
async def test_a_complaint_is_shown(client: httpx.AsyncClient, reference: str) -> None:
    """By its reference, however it is written."""
    response = await client.get(f"{LIST}/{reference}", headers=STAFF)

    assert (200, COMPLAINT) == (response.status_code, response.json())


@pytest.mark.parametrize("reference", ["CMP-0000-0000-0", "x", "%00", "\U0001f600", "a" * 5000])
async def test_what_is_not_there_is_not_found(client: httpx.AsyncClient, reference: str) -> None:
    """Also what is no reference at all."""
    assert is_problem(await client.get(f"{LIST}/{reference}", headers=STAFF), 404)
    acted = await client.post(f"{LIST}/{reference}/actions", headers=STAFF, json={"action": "take"})
    assert is_problem(acted, 404)


ACTS = [
    ({"action": "take"}, {}),
    ({"action": "handover", "owner": "Åsa"}, {"owner": "Åsa"}),
    (
        {"action": "assess", "severity": "high", "safety": False, "reason": "Gas."},
        {"severity": Severity.HIGH, "safety": False, "reason": "Gas."},
    ),
    ({"action": "ask", "text": "When?"}, {"text": "When?"}),
    ({"action": "note", "text": "Hm."}, {"text": "Hm."}),
    ({"action": "reply", "text": "Soon."}, {"text": "Soon."}),
    (
        {
            "action": "respond",
            "text": "Sorry.",
            "finding": "upheld",
            "reasons": "It broke.",
            "remedy": ["refund"],
        },
        {"text": "Sorry.", "finding": Finding.UPHELD, "reasons": "It broke.", "remedy": ["refund"]},
    ),
    (
        {"action": "extend", "until": "2027-01-02", "reason": "Ill."},
        {"until": date(2027, 1, 2), "reason": "Ill."},
    ),
    ({"action": "merge", "into": "CMP-0"}, {"into": "CMP-0"}),
    (
        {
            "action": "respond",
            "text": "Sorry.",
            "finding": "upheld",
            "reasons": "It broke.",
            "points": [
                {"point": "2", "finding": "partly", "reasons": "x", "remedy": ["refund", "cake"]}
            ],
        },
        {
            "text": "Sorry.",
            "finding": Finding.UPHELD,
            "reasons": "It broke.",
            "points": [
                {
                    "point": "2",
                    "finding": Finding.PARTLY,
                    "reasons": "x",
                    "remedy": ["refund", "cake"],
                }
            ],
        },
    ),
    ({"action": "fulfil", "proof": "Receipt 17."}, {"proof": "Receipt 17."}),
    ({"action": "verify"}, {}),
    (
        {"action": "external", "finding": "partly", "text": "Half."},
        {"finding": Finding.PARTLY, "text": "Half."},
    ),
    ({"action": "split", "point": "2"}, {"point": "2"}),
    ({"action": "close", "reason": "accepted"}, {"reason": CloseReason.ACCEPTED}),
    (
        {"action": "close", "reason": "referred", "where": "The water board."},
        {"reason": CloseReason.REFERRED, "where": "The water board."},
    ),
    ({"action": "done", "task": "tell-3", "note": "Sent."}, {"task": "tell-3", "note": "Sent."}),
    ({"action": "hold", "reason": "Court."}, {"reason": "Court."}),
    ({"action": "release", "reason": "Settled."}, {"reason": "Settled."}),
    ({"action": "reopen", "reason": "New facts."}, {"reason": "New facts."}),
    ({"action": "reveal", "reason": "To call."}, {"reason": "To call."}),
]


@pytest.mark.parametrize(("body", "fields"), ACTS, ids=lambda told: str(told.get("action", "")))
async def test_an_act_reaches_the_desk(
    client: httpx.AsyncClient, web: Web, body: dict[str, object], fields: dict[str, object]
) -> None:
    """With its fields as they were given, and none that were not."""
    response = await client.post(f"{ONE}/actions", headers=STAFF, json=body)

    assert response.status_code == 200
    assert [(REFERENCE, body["action"], fields, "Kim")] == web.desk.acts


async def test_a_forbidden_move_is_a_conflict(client: httpx.AsyncClient) -> None:
    """What the status table forbids is told as such."""
    body = {"action": "escalate", "reason": "Grave."}

    assert is_problem(await client.post(f"{ONE}/actions", headers=STAFF, json=body), 409)


async def test_what_is_for_somebody_else_to_do_is_forbidden() -> None:
    """A review by whoever gave the first answer is a matter of who asks, not of the moment."""

    class Strict(Desk):
        """Lets nobody act."""

        async def act(
            self,
            reference: str,
            action: str,
            fields: Mapping[str, object],
            by: str,
            once: str | None = None,
        ) -> Mapping[str, object]:
            """Refuses."""
            raise NotAllowed(f"{by} gave the first answer.")

    staff = StaffChannel(Strict(), Disk(), {"staff-token": "Kim"})
    app = build_app(settings(), version="0", web=(), staff=staff.routers())
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        response = await client.post(f"{ONE}/actions", headers=STAFF, json={"action": "take"})

    assert is_problem(response, 403)
    assert "Kim gave the first answer." == response.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        "take",
        None,
        {"action": "eat"},
        {"action": None},
        {"action": ["take"]},
        {"action": "take", "owner": "Kim"},
        {"action": "handover"},
        {"action": "handover", "owner": " "},
        {"action": "handover", "owner": 7},
        {"action": "handover", "owner": "x" * 201},
        {"action": "assess", "severity": "high"},
        {"action": "assess", "severity": "dire", "reason": "x"},
        {"action": "assess", "safety": "yes", "reason": "x"},
        {"action": "assess", "safety": 1, "reason": "x"},
        {"action": "ask", "text": ""},
        {"action": "ask", "text": "x" * 20_001},
        {"action": "respond", "text": "x", "finding": "upheld"},
        {"action": "respond", "text": "x", "finding": "maybe", "reasons": "x"},
        {"action": "respond", "text": "x", "finding": "upheld", "reasons": " \n"},
        {"action": "respond", "text": "x", "finding": "upheld", "reasons": "x", "remedy": [7]},
        {"action": "respond", "text": "x", "finding": "upheld", "reasons": "x", "points": "x"},
        {"action": "respond", "text": "x", "finding": "upheld", "reasons": "x", "points": [{}]},
        {
            "action": "respond",
            "text": "x",
            "finding": "upheld",
            "reasons": "x",
            "points": [{"point": "1", "finding": "upheld", "reasons": "x", "more": "x"}],
        },
        {"action": "fulfil"},
        {"action": "verify", "proof": "x"},
        {"action": "external", "finding": "maybe", "text": "x"},
        {"action": "split", "point": " "},
        {"action": "done", "note": "x"},
        {"action": "hold"},
        {"action": "extend", "until": "soon", "reason": "x"},
        {"action": "extend", "until": "2026-02-30", "reason": "x"},
        {"action": "extend", "until": 1_800_000_000, "reason": "x"},
        {"action": "extend", "until": "2027-01-02T00:00:00", "reason": "x"},
        {"action": "close", "reason": "tired"},
        {"action": "close"},
        {"action": "reopen", "reason": "\ud800"},
    ],
    ids=str,
)
async def test_an_act_of_a_wrong_shape_is_told(
    client: httpx.AsyncClient, web: Web, body: object
) -> None:
    """Unknown actions and wrong fields never reach the desk."""
    headers = {**STAFF, "Content-Type": "application/json"}
    content = json.dumps(body)
    response = await client.post(f"{ONE}/actions", headers=headers, content=content)

    assert is_problem(response, 422)
    assert web.desk.acts == []


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
async def test_an_act_that_is_no_json_is_malformed(client: httpx.AsyncClient, body: bytes) -> None:
    """Broken bodies are refused without harm; none at all is a field that is missing."""
    headers = {**STAFF, "Content-Type": "application/json"}
    response = await client.post(f"{ONE}/actions", headers=headers, content=body)

    assert is_problem(response, 400 if body else 422)


async def test_an_act_is_json(client: httpx.AsyncClient) -> None:
    """Another content type is told as such, too much of it as well."""
    headers = {**STAFF, "Content-Type": "text/plain"}
    plain = await client.post(f"{ONE}/actions", headers=headers, content=b'{"action": "take"}')
    large = await client.post(
        f"{ONE}/actions", headers=STAFF, json={"action": "note", "text": "x" * 1_100_000}
    )

    assert is_problem(plain, 415)
    assert is_problem(large, 413)


async def test_evidence_is_never_shown_inline(client: httpx.AsyncClient) -> None:
    """Whatever a file claims to be, browsers only save it."""
    response = await client.get(FILE, headers=STAFF)

    assert (200, b"<script>") == (response.status_code, response.content)
    assert "application/octet-stream" == response.headers["content-type"]
    assert "nosniff" == response.headers["x-content-type-options"]
    disposition = response.headers["content-disposition"]
    assert disposition == "attachment; filename*=UTF-8''r%C3%A4kning%20.txt"


@pytest.mark.parametrize("sha256", ["cd" * 32, "x", "..%2f..%2fetc%2fpasswd"])
async def test_only_a_complaints_own_evidence_is_there(
    client: httpx.AsyncClient, sha256: str
) -> None:
    """A file is found through its complaint alone."""
    assert is_problem(await client.get(f"{ONE}/attachments/{sha256}", headers=STAFF), 404)


async def test_the_docs_need_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    """One page without scripts describes every operation and every action."""
    page = await client.get("/docs")

    assert page.status_code == 200
    for told in ("POST /chat/messages", "/api/v1/complaints/{reference}/actions", "Respond"):
        assert told in page.text
    assert "<script" not in page.text
    assert "http://" not in page.text
    assert "https://" not in page.text


def test_the_described_shape_is_the_real_one() -> None:
    """The twin's complaint, which is the contract's, fits the schema."""
    shown = shapes.ComplaintShape.model_validate(COMPLAINT)

    assert set(COMPLAINT) == set(shown.model_dump())
