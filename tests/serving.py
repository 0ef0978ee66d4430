"""Runs a real `ombud serve` in a folder of its own, as an operator would, and stops or kills it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

ROOT = Path(__file__).parent.parent
TOKEN = "a-token-for-tests"
STARTS_WITHIN = 60.0  # seconds, on a machine that is busy with other tests


@dataclass
class Server:
    """A server that is told to run in `folder`."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    url: str = ""

    def start(self) -> None:
        """Starts it and waits until it answers."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("OMBUD_")}
        told = {
            "OMBUD_PORT": "0",
            "OMBUD_API_TOKENS": f"Mina:{TOKEN}",
            "OMBUD_MESSAGES_PER_MINUTE": "100000",
            "OMBUD_LOOKUPS_PER_HOUR": "100000",
            "OMBUD_COUNTRY": "GB",
        }
        log = self.folder / "log"
        with log.open("ab") as file:
            where = file.tell()
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"],
                cwd=self.folder,
                env=kept | told | self.settings | {"PYTHONPATH": str(ROOT)},
                stderr=file,
            )
        self.url = f"http://127.0.0.1:{self._port(log, where)}"

    def _port(self, log: Path, where: int) -> int:
        until = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < until:
            for line in log.read_bytes()[where:].splitlines():
                if b'"listening"' in line:
                    return int(json.loads(line)["port"])
            if self.process is None or self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"the server did not start: {log.read_text()[-2000:]}")

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> int:
        """Ends it and tells its exit status."""
        if self.process is None:
            return 0
        self.process.send_signal(sign)
        status = self.process.wait(timeout=15)
        self.process = None
        return status

    def kill(self) -> None:
        """Ends it as a power cut would."""
        self.stop(signal.SIGKILL)


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[Server]:
    """A server that runs as long as the block."""
    server = Server(folder, settings)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@dataclass
class Visitor:
    """Somebody with the web chat open."""

    url: str
    token: str = ""

    def enter(self) -> list[dict[str, Any]]:
        """Begins a conversation."""
        answer = httpx.post(f"{self.url}/chat/conversations", json={"language": "en"}).json()
        self.token = answer["token"]
        return list(answer["messages"])

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def send(self, id_: str | None = None, **said: object) -> list[dict[str, Any]]:
        """One turn."""
        body = {"id": id_ or str(uuid4()), **said}
        answer = httpx.post(
            f"{self.url}/chat/messages", json=body, headers=self.headers, timeout=30
        )
        answer.raise_for_status()
        return list(answer.json()["messages"])

    def history(self) -> list[dict[str, Any]]:
        """Every line so far."""
        url = f"{self.url}/chat/messages"
        return list(httpx.get(url, headers=self.headers).json()["messages"])


@dataclass
class Caseworker:
    """Somebody with a token of the staff API."""

    url: str

    def act(self, reference: str, action: str, **fields: object) -> dict[str, Any]:
        """Does something about a complaint."""
        answer = httpx.post(
            f"{self.url}/api/v1/complaints/{reference}/actions",
            json={"action": action, **fields},
            headers={"Authorization": f"Bearer {TOKEN}"},
            timeout=30,
        )
        answer.raise_for_status()
        return dict(answer.json())

    def respond(self, reference: str, text: str) -> dict[str, Any]:
        """Answers a complaint."""
        return self.act(reference, "respond", text=text, finding="upheld", reasons="We erred.")

    def show(self, reference: str) -> dict[str, Any]:
        """Reads a complaint."""
        answer = httpx.get(
            f"{self.url}/api/v1/complaints/{reference}",
            headers={"Authorization": f"Bearer {TOKEN}"},
        )
        answer.raise_for_status()
        return dict(answer.json())

    def all(self) -> list[dict[str, Any]]:
        """Every complaint."""
        answer = httpx.get(
            f"{self.url}/api/v1/complaints?limit=200", headers={"Authorization": f"Bearer {TOKEN}"}
        )
        return list(answer.json()["complaints"])
