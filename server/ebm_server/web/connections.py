"""Connections: how many there may be, and which are ended since they keep the server waiting.

One is accepted after the other, and only while file descriptors are left, so that none can fail for
want of them (asyncio would try again in a loop). Once a second all are looked at: one whose request
does not arrive, or who does not read, is ended.
"""

import asyncio
import json
import logging
import socket
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from ebm_server.limits import Limits

log = logging.getLogger(__name__)
LOOK_SECONDS = 1.0
RETRY_SECONDS = 1.0
RETRY_AFTER = 5
"""Seconds: by then those that keep the server waiting are ended, or nearly."""
WORKER_MESSAGE_BYTES = 64 * 1024 * 1024
"""Workers are the server's own."""
WORKER_PATH = "/api/v1/worker"


class Socket(WebSocketsSansIOProtocol):
    """A websocket; its messages are bounded before they are decoded."""

    def handle_connect(self, event: Request) -> None:
        if event.path.partition("?")[0].endswith(WORKER_PATH):
            self.conn.max_message_size = WORKER_MESSAGE_BYTES
        super().handle_connect(event)


Connection = H11Protocol | Socket


@dataclass
class Seen:
    """What a connection was found at, and since when it has been at that."""

    phase: object
    since: float
    unsent: int = 0
    stalled_since: float = 0.0


class Server(uvicorn.Server):
    """Uvicorn's server, which accepts within the limits and ends who keeps it waiting."""

    def __init__(self, config: uvicorn.Config, limits: Limits) -> None:
        super().__init__(config)
        self.limits = limits
        self._seen: dict[Connection, Seen] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts the application, and then accepts connections."""
        await super().startup(sockets=[])
        work = [self._accept_all(listener) for listener in sockets or []]
        self._tasks = [asyncio.create_task(one) for one in (*work, self._look_for_ever())]

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accepts no more, and ends the application."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await super().shutdown(sockets)

    # How many

    async def _accept_all(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        listener.setblocking(False)
        most = most_descriptors(self.limits.reserved_descriptors)
        while True:
            try:
                accepted, address = await loop.sock_accept(listener)
            except OSError as error:
                log.error("a connection cannot be accepted: %s", error)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            peer = str(address[0])
            if accepted.fileno() >= most:
                refuse(accepted, 503, "the server has no room for more connections; try again")
            elif self._connections_of(peer) >= self.limits.connections_per_address:
                refuse(accepted, 429, f"{peer} has as many connections as one address may have")
            else:
                with suppress(OSError):  # it may be gone again
                    await loop.connect_accepted_socket(self._protocol, accepted)
            await asyncio.sleep(0)

    def _connections_of(self, peer: str) -> int:
        here: set[Any] = self.server_state.connections
        return sum(1 for one in here if one.client and one.client[0] == peer)

    def _protocol(self) -> H11Protocol:
        return H11Protocol(self.config, self.server_state, self.lifespan.state)

    # How long

    async def _look_for_ever(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self.look(loop.time())

    def look(self, now: float) -> None:
        """Ends the connections that have kept the server waiting for too long."""
        here: set[Any] = set(self.server_state.connections)
        self._seen = {one: seen for one, seen in self._seen.items() if one in here}
        ended = Counter[tuple[Any, str]]()
        for connection in here:
            self._seen[connection] = seen = self._seen_now(connection, now)
            if why := self._waited_in_vain(connection, seen, now):
                ended[(connection.client or ("?",))[0], why] += 1
                connection.transport.abort()
        for (address, why), count in ended.items():  # a line for a thousand
            log.warning("connections of %s are ended (%d): %s", address, count, why)

    def _seen_now(self, connection: Connection, now: float) -> Seen:
        phase, unsent = phase_of(connection), connection.transport.get_write_buffer_size()
        before = self._seen.get(connection)
        if before is None:
            return Seen(phase, now, unsent, now)
        waits = unsent > 0 and unsent >= before.unsent
        return Seen(
            phase,
            before.since if phase == before.phase else now,
            unsent,
            before.stalled_since if waits else now,
        )

    def _waited_in_vain(self, connection: Connection, seen: Seen, now: float) -> str | None:
        limits = self.limits
        if now - seen.stalled_since > limits.reading_seconds:
            return f"it has read nothing for {limits.reading_seconds:g} s"
        if isinstance(connection, H11Protocol):
            state = connection.conn.their_state
            if state is h11.IDLE and begun(connection) and now - seen.since > limits.header_seconds:
                return f"no request has come within {limits.header_seconds:g} s"
            if state is h11.SEND_BODY and now - seen.since > limits.body_seconds:
                return f"no body has come within {limits.body_seconds:g} s"
        return None


def phase_of(connection: Connection) -> object:
    """What is awaited of a client; it changes with every request."""
    if isinstance(connection, Socket):
        return "websocket"
    return connection.conn.their_state, begun(connection), id(connection.cycle)


def begun(connection: H11Protocol) -> bool:
    """Whether a request is due: the first one, or one of which a part has come."""
    no_request_yet: bool = connection.scope is None
    return no_request_yet or bool(connection.conn.trailing_data[0])


def most_descriptors(reserved: int) -> int:
    """The descriptors that connections may use: the system gives the lowest free number."""
    try:
        import resource
    except ImportError:  # a system without such limits
        return 2**31
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 2**31 if soft == resource.RLIM_INFINITY else soft - min(reserved, soft // 4)


def refuse(accepted: socket.socket, status: int, detail: str) -> None:
    """Answers a connection that there is no room for, and closes it."""
    body = json.dumps({"detail": detail}).encode()
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nRetry-After: {RETRY_AFTER}\r\n"
        f"Connection: close\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    with accepted, suppress(OSError):  # who is gone needs no answer
        accepted.setblocking(False)
        with suppress(BlockingIOError):
            accepted.recv(65536)  # what is unread would reset the connection before the answer
        accepted.send(head.encode() + body)
        accepted.shutdown(socket.SHUT_WR)
