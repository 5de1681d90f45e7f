"""A worker's connection to the server: made again when cut off; nothing reported is lost.

Two threads serve it, so that training never waits for a socket: one connects and reads, one writes.
"""

import json
import os
import threading
import time
from collections import deque
from pathlib import Path
from queue import SimpleQueue

from pydantic import BaseModel
from websockets.exceptions import InvalidHandshake, WebSocketException
from websockets.sync.client import ClientConnection, connect

from ebm_server.protocol.messages import pack, unpack
from ebm_server.protocol.packed_frame import PackedFrame
from ebm_server.protocol.worker_messages import (
    OUTBOX,
    TO_WORKER,
    VERSION,
    Ack,
    Assign,
    Command,
    Dismiss,
    Hello,
    Item,
    Items,
    Outbox,
    Welcomed,
    WorkerFrame,
)

FIRST_BACK_OFF = 0.1
LONGEST_BACK_OFF = 0.5
PATIENCE = 3.0
"""Seconds that an ended run's worker looks for a server before it leaves its news in a file."""
UNASSIGNED_PATIENCE = 5.0
"""Seconds that a worker without a run looks for a server that it has lost."""
FIRST_PATIENCE = 60.0
"""Seconds that it looks for the one that has started it, which may be busy."""
AT_ONCE = 50
"""Items in one message."""


class ServerConnection:
    """The connection of one worker.

    Args:
        address: The server's URL, or a JSON file with it as "url", which is read before each
            attempt to connect: a restarted server may have another port.
    """

    def __init__(self, address: str, token: str, worker: str) -> None:
        self.address = address
        self.token = token
        self.worker = worker
        self.inbox: SimpleQueue[Assign | Command | Dismiss] = SimpleQueue()
        self.assignment: Assign | None = None
        self.directory: Path | None = None
        """Where the run's files are on this machine, if not where the server has them."""
        self.terminated = False
        """The process was asked to end."""
        self.dismissed = False
        """The server has no use for what this worker says."""
        self.cpu_seconds = 0.0
        """Processor time that sending has taken."""
        self.lost_since: float | None = time.monotonic()
        """When the connection was lost; None while there is one."""
        self._changed = threading.Condition()
        self._connection: ClientConnection | None = None
        self._items: deque[Item] = deque()
        self._sent = 0
        self._numbered = 0
        self._frame: PackedFrame | None = None
        self._answers: deque[BaseModel] = deque()
        self._sending = False
        self._patience = FIRST_PATIENCE
        """Seconds that a worker without a run looks for a server now."""

    def open(self) -> None:
        """Starts to connect."""
        self.lost_since = time.monotonic()
        for target in (self._connect_for_ever, self._send_for_ever):
            threading.Thread(target=target, daemon=True).start()

    # What the run says

    def report(self, item: Item) -> None:
        """Numbers an item and keeps it until the server has it."""
        with self._changed:
            self._numbered += 1
            self._items.append(item.model_copy(update={"n": self._numbered}))
            self._changed.notify_all()

    def show(self, frame: PackedFrame) -> None:
        """Offers a frame; it is put over one that is still unsent."""
        with self._changed:
            self._frame = frame.over(self._frame)
            self._changed.notify_all()

    def answer(self, message: BaseModel) -> None:
        """Sends a message after the items so far, if the connection holds."""
        with self._changed:
            self._answers.append(message)
            self._changed.notify_all()

    def delivered(self, seconds: float) -> bool:
        """Waits until the server has every item and answers are sent; False after `seconds`."""
        with self._changed:
            return self._changed.wait_for(
                lambda: not (self._items or self._answers or self._sending), seconds
            )

    @property
    def lost_for(self) -> float:
        """Seconds without a connection."""
        since = self.lost_since
        return 0.0 if since is None else time.monotonic() - since

    def leave(self) -> None:
        """Delivers what is left; where nobody takes it, the next server finds it in a file."""
        end = time.monotonic() + PATIENCE
        while not self.dismissed and not self.delivered(0.2):
            hurried = self.terminated and (self.lost_for > 0 or time.monotonic() > end)
            if hurried or self.lost_for > PATIENCE:
                self.leave_behind()
                return

    def leave_behind(self) -> None:
        """Writes what was not delivered where the next server finds it."""
        with self._changed:
            if self.assignment is None or not self._items:
                return
            left = pack(Outbox(attempt=self.assignment.attempt, items=list(self._items)))
        from ebm_core.atomic_file import write_whole  # imports torch, which is not waited for above

        write_whole((self.directory or Path(self.assignment.directory)) / OUTBOX, left)

    # The threads

    def _connect_for_ever(self) -> None:
        pause = FIRST_BACK_OFF
        while True:
            try:
                url = url_in(self.address).replace("http", "ws", 1)
                with connect(
                    f"{url}/api/v1/worker",
                    additional_headers={"Authorization": f"Bearer {self.token}"},
                    compression=None,
                    max_size=None,
                    open_timeout=5,
                    close_timeout=0.2,
                    proxy=None,
                ) as connection:
                    self._converse(connection)
                    pause = FIRST_BACK_OFF
            except (OSError, ValueError, InvalidHandshake, WebSocketException) as error:
                if isinstance(error, ConnectionRefusedError):  # it is gone, and not busy
                    self._patience = UNASSIGNED_PATIENCE
                pause = min(LONGEST_BACK_OFF, pause * 1.5)
            with self._changed:
                self._connection = None
                self.lost_since = self.lost_since or time.monotonic()
            if self.assignment is None and self.lost_for > self._patience:
                self.inbox.put(Dismiss())
            time.sleep(pause)

    def _converse(self, connection: ClientConnection) -> None:
        given = self.assignment
        hello = Hello(version=VERSION, worker=self.worker, pid=os.getpid())
        if given:
            hello.run, hello.attempt, hello.gpu = given.run, given.attempt, given.gpu
        connection.send(pack(hello))
        if not given:
            self._connected(connection, 0)
        for data in connection:
            message = TO_WORKER.validate_python(unpack(data if isinstance(data, bytes) else b""))
            if isinstance(message, Welcomed):
                self._connected(connection, message.received)
            elif isinstance(message, Ack):
                self._drop(message.n)
            else:
                if isinstance(message, Assign):
                    self.assignment = message
                elif isinstance(message, Dismiss):
                    self.dismissed = True
                self.inbox.put(message)
        if self.assignment is None:
            self.inbox.put(Dismiss())

    def _connected(self, connection: ClientConnection, received: int) -> None:
        self._drop(received)
        with self._changed:
            self._sent = received
            self._answers.clear()
            self._connection, self.lost_since = connection, None
            self._patience = UNASSIGNED_PATIENCE
            self._changed.notify_all()

    def _drop(self, received: int) -> None:
        with self._changed:
            while self._items and self._items[0].n <= received:
                self._items.popleft()
            self._changed.notify_all()

    def _send_for_ever(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(self._has_something)
                connection, messages = self._connection, self._next_messages()
                self._sending = connection is not None
            if connection is None:
                continue
            start = time.thread_time()
            try:
                for message in messages:
                    connection.send(pack(message))
            except (OSError, WebSocketException):
                with self._changed:
                    if self._connection is connection:
                        self._connection = None
            self.cpu_seconds += time.thread_time() - start
            with self._changed:
                self._sending = False
                self._changed.notify_all()

    def _has_something(self) -> bool:
        unsent = bool(self._items) and self._items[-1].n > self._sent
        return self._connection is not None and (
            unsent or self._frame is not None or bool(self._answers)
        )

    def _next_messages(self) -> list[BaseModel]:
        messages: list[BaseModel] = []
        items = [item for item in self._items if item.n > self._sent][:AT_ONCE]
        if items:
            messages.append(Items(items=items))
            self._sent = items[-1].n
        if len(items) < AT_ONCE:
            messages += self._answers
            self._answers.clear()
        if (frame := self._frame) is not None:
            self._frame = None
            messages.append(WorkerFrame(frame=frame))
        return messages


def url_in(address: str) -> str:
    """The URL that an address is, or that the file of this name has."""
    if "://" in address:
        return address
    return str(json.loads(Path(address).read_text())["url"])
