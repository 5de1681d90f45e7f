"""The server's end of a worker's websocket."""

import asyncio
import itertools
import logging
from collections.abc import Callable

from pydantic import BaseModel, ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect

from ebm_server.protocol.messages import pack, unpack
from ebm_server.protocol.worker_messages import (
    WORKER_MESSAGE,
    Command,
    Done,
    Hello,
    Spoken,
)

log = logging.getLogger(__name__)


async def received(websocket: WebSocket) -> bytes:
    """The next message.

    Raises:
        ValueError: It is text.
        WebSocketDisconnect: There is none.
    """
    try:
        return await websocket.receive_bytes()
    except KeyError as error:
        raise ValueError("messages are binary MessagePack, and this one is text") from error


def brief(error: Exception) -> str:
    """An error as the reason of a closing, which has room for 123 bytes."""
    return str(error).partition("\n")[0].encode("ascii", "replace")[:120].decode()


class ConnectionLost(Exception):
    """The worker's connection ended before it answered."""


class WorkerConnection:
    """One connection of one worker."""

    def __init__(self, websocket: WebSocket, hello: Hello) -> None:
        self.websocket = websocket
        self.hello = hello
        self._unsent: asyncio.Queue[bytes] = asyncio.Queue()
        self._asked: dict[int, asyncio.Future[Done]] = {}
        self._numbers = itertools.count(1)

    def tell(self, message: BaseModel) -> None:
        """Sends a message, soon."""
        self._unsent.put_nowait(pack(message))

    async def ask(self, command: Command) -> Done:
        """Sends a command and waits until it was obeyed, or refused.

        Raises:
            ConnectionLost: The worker may or may not have obeyed.
        """
        number = next(self._numbers)
        answer: asyncio.Future[Done] = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        self.tell(command.model_copy(update={"id": number}))
        try:
            return await answer
        finally:
            del self._asked[number]

    async def serve(self, hear: Callable[[Spoken], None]) -> None:
        """Passes messages both ways until the connection ends."""
        sender = asyncio.create_task(self._send())
        try:
            while True:
                data = await received(self.websocket)
                message = WORKER_MESSAGE.validate_python(unpack(data))
                if isinstance(message, Done):
                    self._answered(message)
                elif not isinstance(message, Hello):
                    hear(message)
        except WebSocketDisconnect:
            log.debug("worker %s has disconnected", self.hello.worker)
        except ConnectionLost:
            log.warning("worker %s is to keep what it says", self.hello.worker)
            await self.websocket.close(1013)
        except (ValidationError, ValueError) as error:
            log.error("worker %s sent what cannot be read: %s", self.hello.worker, error)
            await self.websocket.close(1003, brief(error))
        finally:
            sender.cancel()
            for future in self._asked.values():
                if not future.done():
                    future.set_exception(ConnectionLost())

    def _answered(self, done: Done) -> None:
        asked = self._asked.get(done.id)
        if asked and not asked.done():
            asked.set_result(done)

    async def _send(self) -> None:
        try:
            while True:
                await self.websocket.send_bytes(await self._unsent.get())
        except WebSocketDisconnect:
            return
