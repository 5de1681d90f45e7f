"""A real server in a process of its own, and a page that listens to it, for the server's tests."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Self

import httpx
import msgpack
from websockets.sync.client import ClientConnection, connect

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds until a test gives up waiting; machines may be busy."""

SMALL: dict[str, Any] = {
    "dataset": {"kind": "gaussian_ring"},
    "method": {"kind": "denoising"},
    "energy": {"kind": "mlp", "hidden": [8], "fourier_features": 4},
    "optimization": {"batch_size": 8},
}
"""A run whose updates take about a millisecond."""

Message = dict[str, Any]


def endless(**changes: Any) -> dict[str, Any]:
    """A small run that does not end by itself during a test."""
    return {**SMALL, "updates": 10_000_000, **changes}


class Laboratory:
    """A server process on a port of its own."""

    def __init__(
        self,
        data_dir: Path,
        environment: dict[str, str] | None = None,
        host: str = "127.0.0.1",
        options: Sequence[str] = (),
        descriptors: int | None = None,
    ) -> None:
        self.data_dir = data_dir
        self.environment = environment or {}
        self.host = host
        self.options = options
        self.descriptors = descriptors
        """File descriptors that it may have, at the most."""
        self.port = 0
        self.path = "/"
        self.token: str | None = None
        self.process: subprocess.Popen[str] | None = None
        self.lines: SimpleQueue[str] = SimpleQueue()
        self.log: list[str] = []
        # the server closes what was idle for 5 s: a request at that moment would be reset
        self.http = httpx.Client(timeout=PATIENCE, limits=httpx.Limits(keepalive_expiry=1))

    def start(self) -> Self:
        """Starts the server, on the same port as before, and waits for its address."""
        command = [sys.executable, "-m", "ebm_server.cli", "serve", "--no-browser", "--verbose"]
        where = ["--host", self.host, "--port", str(self.port), "--data-dir", str(self.data_dir)]
        few = ["prlimit", f"--nofile={self.descriptors}"] if self.descriptors else []
        self.process = subprocess.Popen(
            [*few, *command, *where, *self.options],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._read, args=(self.process,), daemon=True).start()
        found = re.search(
            r"http://[^/]*:(\d+)([^?]*)(?:\?token=(\S+))?", self.line("EBM Lab is at")
        )
        assert found
        self.port, self.path, self.token = int(found[1]), found[2], found[3]
        self.http.base_url = httpx.URL(f"http://127.0.0.1:{self.port}")
        self.http.headers.update(self.shown)
        return self

    @property
    def shown(self) -> dict[str, str]:
        """Headers with the server's token, where it asks for one."""
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    @property
    def address(self) -> str:
        """The address that lets a browser in."""
        query = f"?token={self.token}" if self.token else ""
        return f"http://127.0.0.1:{self.port}{self.path}{query}"

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        with process.stdout:
            for line in process.stdout:
                self.log.append(line)
                self.lines.put(line)

    def line(self, text: str) -> str:
        """The next line of its output with `text`."""
        end = time.monotonic() + PATIENCE
        try:
            while text not in (line := self.lines.get(timeout=max(0.0, end - time.monotonic()))):
                continue
        except Empty:
            raise AssertionError(f"no line with {text!r} in:\n{''.join(self.log)}") from None
        return line

    def kill(self) -> None:
        """kill -9."""
        assert self.process
        self.process.kill()
        self.process.wait(PATIENCE)

    def stop(self) -> int:
        """Ctrl-C; its exit code."""
        assert self.process
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        _type: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.stop()
        self.http.close()
        if error is not None:
            print("".join(self.log[-60:]))

    def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """The JSON that a route answers; fails on another status."""
        answer = self.http.request(method, f"/api/v1{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def create(self, config: dict[str, Any]) -> str:
        """Starts a run; its id."""
        return str(self.ask("POST", "/runs", config, 201)["id"])

    @contextmanager
    def page(
        self, headers: dict[str, str] | None = None, receive_buffer: int | None = None
    ) -> Iterator["Page"]:
        """A page that has just connected; one with a small buffer of bytes feels slow."""
        bare = socket.socket()
        if receive_buffer:
            bare.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        bare.connect(("127.0.0.1", self.port))
        with connect(
            f"ws://127.0.0.1:{self.port}/api/v1/stream",
            additional_headers=self.shown | (headers or {}),
            compression=None,
            max_size=None,
            proxy=None,
            max_queue=1,
            close_timeout=0.5,  # the server's answer waits behind what was not read
            sock=bare,
        ) as connection:
            yield Page(connection)

    def worker_pid(self, run: str) -> int:
        """The process that has the run, by what it logged."""
        text = (self.data_dir / "runs" / run / "worker.log").read_text()
        return int(re.findall(r"process (\d+)", text)[-1])

    def logged_pid(self, run: str) -> int:
        """The same, by the log as the server gives it."""
        text = self.http.get(f"/api/v1/runs/{run}/log").text
        return int(re.findall(r"process (\d+)", text)[-1])


class Page:
    """A websocket that keeps all that it is told."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.messages: list[Message] = []

    def send(self, message: Message) -> None:
        self.socket.send(msgpack.packb(message))

    def watch(self, run: str, after: int = 0, rate: float = 15, landscapes: bool = True) -> None:
        asked = {"run": run, "after": after, "frames_per_second": rate, "landscapes": landscapes}
        self.send({"type": "watch", **asked})

    def next(self, seconds: float = PATIENCE) -> Message:
        """The next message."""
        data = self.socket.recv(timeout=seconds)
        assert isinstance(data, bytes)
        message: Message = msgpack.unpackb(data)
        self.messages.append(message)
        return message

    def until(self, wanted: Callable[[Message], Any], seconds: float = PATIENCE) -> Message:
        """The first coming message for which `wanted` holds."""
        end = time.monotonic() + seconds
        while True:
            message = self.next(max(0.0, end - time.monotonic()))
            if wanted(message):
                return message

    def state(self, *states: str) -> Message:
        """Waits for a run message with one of these states; the run's info."""
        found = self.until(lambda m: m["type"] == "run" and m["info"]["state"] in states)
        return dict(found["info"])

    def step_beyond(self, step: int, run: str | None = None) -> int:
        """Waits for a metrics row of a later step, of one run if it is named; the step."""

        def is_later(m: Message) -> bool:
            ours = m["type"] == "metrics" and run in (None, m["run"])
            return ours and m["rows"][-1]["step"] > step

        found = self.until(is_later)
        return int(found["rows"][-1]["step"])

    @property
    def numbers(self) -> list[int]:
        """The sequence numbers of all rows and events, as they came."""
        found: list[int] = []
        for message in self.messages:
            if message["type"] == "metrics":
                found += [row["seq"] for row in message["rows"]]
            elif message["type"] == "event":
                found.append(message["seq"])
        return found


def alive(pid: int) -> bool:
    """Whether a process runs (and is more than a zombie)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def dump(path: Path) -> Any:
    """A JSON file."""
    return json.loads(path.read_text())
