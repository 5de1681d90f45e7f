"""The server's end of a worker's websocket."""

import asyncio
import itertools
import logging
from collections.abc import Callable

from pydantic import BaseModel, ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect

from ebm_server.protocol.messages import pack, unpack
from ebm_server.protocol.packed_frame import PackedFrame
from ebm_server.protocol.runs import LongUpdate
from ebm_server.protocol.worker_messages import (
    WORKER_MESSAGE,
    Command,
    Done,
    Hello,
    Items,
    StillUpdating,
    WorkerFrame,
)

log = logging.getLogger(__name__)


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

    async def serve(
        self,
        on_items: Callable[[Items], None],
        on_frame: Callable[[PackedFrame], None],
        on_long: Callable[[LongUpdate], None],
    ) -> None:
        """Passes messages both ways until the connection ends."""
        sender = asyncio.create_task(self._send())
        try:
            while True:
                data = await self.websocket.receive_bytes()
                message = WORKER_MESSAGE.validate_python(unpack(data))
                if isinstance(message, WorkerFrame):
                    on_frame(message.frame)
                elif isinstance(message, Items):
                    on_items(message)
                elif isinstance(message, StillUpdating):
                    on_long(message.long)
                elif isinstance(message, Done):
                    self._answered(message)
        except WebSocketDisconnect:
            log.debug("worker %s has disconnected", self.hello.worker)
        except (ValidationError, ValueError) as error:
            log.error("worker %s sent what cannot be read: %s", self.hello.worker, error)
            await self.websocket.close(1003)
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
