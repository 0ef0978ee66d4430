"""The whole intake over HTTP against a server of its own."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from time import monotonic, sleep
from uuid import uuid4

import httpx

from tests.bench.inside import ACKNOWLEDGED_AT, INTAKE
from tests.bench.measuring import Measured, Step, measured

_TICKS = os.sysconf("SC_CLK_TCK")
_STARTING = 60.0


@contextmanager
def server(folder: Path) -> Iterator[tuple[str, Callable[[], float]]]:
    """A server as operators run it: its address, and the CPU seconds that it used."""
    told = {
        "OMBUD_DATABASE_URL": f"sqlite:///{folder / 'served.db'}",
        "OMBUD_FILES_DIR": str(folder / "files"),
        "OMBUD_PORT": "0",
        "OMBUD_COUNTRY": "GB",
        "OMBUD_MESSAGES_PER_MINUTE": "100000000",
        "PYTHONPATH": os.pathsep.join([str(Path.cwd()), *sys.path]),
    }
    log = folder / "log"
    with log.open("wb") as out:
        running = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve"],
            env={**os.environ, **told}, stdout=out, stderr=out, cwd=folder,
        )  # fmt: skip
        try:
            yield _address(log, running), lambda: _cpu(running.pid)
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait(20)


def _address(log: Path, running: subprocess.Popen[bytes]) -> str:
    end = monotonic() + _STARTING
    while monotonic() < end and running.poll() is None:
        said = re.search(r'"port": (\d+), "event": "listening"', log.read_text("utf-8"))
        if said:
            address = f"http://127.0.0.1:{said[1]}"
            with httpx.Client() as client:
                if _answers(client, address):
                    return address
        sleep(0.05)
    raise RuntimeError(f"the server did not start:\n{log.read_text('utf-8')}")


def _answers(client: httpx.Client, address: str) -> bool:
    try:
        return client.get(f"{address}/readyz").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _cpu(process: int) -> float:
    """Seconds of CPU that a process and all its threads used."""
    figures = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(figures[11]) + int(figures[12])) / _TICKS


class _Caller:
    """Somebody at a browser, over one connection; plain sockets, so that little time is ours."""

    def __init__(self, address: str) -> None:
        self._host, self._port = address.removeprefix("http://").split(":")
        self._turns = count()
        self._token = ""

    async def open(self) -> None:
        self._in, self._out = await asyncio.open_connection(self._host, int(self._port))

    async def close(self) -> None:
        self._out.close()
        await self._out.wait_closed()

    async def step(self) -> None:
        turn = next(self._turns) % len(INTAKE)
        if turn == 0:
            begun = await self._post("/chat/conversations", b"{}")
            token = re.search(rb'"token":"([^"]+)"', begun)
            assert token is not None, begun
            self._token = token[1].decode()
        text = INTAKE[turn]
        said = f'"action":"{text[1:]}"' if text.startswith("!") else f'"text":"{text}"'
        answer = await self._post("/chat/messages", f'{{"id":"{uuid4()}",{said}}}'.encode())
        if turn == ACKNOWLEDGED_AT:
            assert b'"acknowledgement"' in answer, answer

    async def _post(self, path: str, body: bytes) -> bytes:
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n"
            f"Authorization: Bearer {self._token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self._out.write(head.encode() + body)
        answered = await self._in.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", answered)
        assert length is not None, answered
        content = await self._in.readexactly(int(length[1]))
        assert answered.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201")), answered + content
        return content


async def conversations(folder: Path, seconds: float, at_once: tuple[int, ...]) -> list[Measured]:
    """The intake, with so many callers at once; beginning a conversation is part of turn one."""
    results = []
    with server(folder) as (address, cpu):
        for many in at_once:
            callers = [_Caller(address) for _ in range(many)]
            for caller in callers:
                await caller.open()
            steps: list[Step] = [caller.step for caller in callers]
            results.append(await measured(f"intake over HTTP, {many}", steps, seconds, cpu))
            for caller in callers:
                await caller.close()
    return results
