"""The page's websocket: it watches runs and is told what happens to them."""

import asyncio
import logging
from contextlib import suppress

from pydantic import TypeAdapter, ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect

from ebm_server.limits import Limits
from ebm_server.protocol.messages import pack, unpack
from ebm_server.protocol.page_messages import (
    ErrorMessage,
    PageMessage,
    Ping,
    Pong,
    Unwatch,
    Watch,
    Welcome,
)
from ebm_server.protocol.runs import Run
from ebm_server.refusals import Refused
from ebm_server.runs.hub import Hub
from ebm_server.runs.jobs import Jobs
from ebm_server.runs.ledger import Ledger
from ebm_server.runs.mailbox import Letter, Mailbox, TooFull
from ebm_server.settings import cores, package_version

log = logging.getLogger(__name__)
AGAIN: set[asyncio.Task[None]] = set()
"""Watches that are tried again, since a database was away."""
LONGEST_ERROR = 500
"""Characters of what is wrong with a message, which may be all of it."""
PAGE_MESSAGE: TypeAdapter[Watch | Unwatch | Ping] = TypeAdapter(PageMessage)


async def page_stream(websocket: WebSocket, hub: Hub, jobs: Jobs) -> None:
    """Serves one page until it leaves."""
    await websocket.accept()
    limits = jobs.settings.limits
    mailbox = Mailbox(most_bytes=limits.mailbox_bytes)
    welcome = Welcome(version=package_version(), cores=cores(), waits=jobs.queue.waits)
    mailbox.put(Letter(pack(welcome)))
    hub.join(mailbox)
    sender = asyncio.create_task(send(websocket, mailbox))
    try:
        while True:
            data = await websocket.receive_bytes()
            await obey(data, mailbox, hub, jobs.ledger, limits)
    except WebSocketDisconnect:
        log.debug("a page has left")
    except KeyError:
        await websocket.close(1003, "messages are binary MessagePack")
    finally:
        hub.leave(mailbox)
        sender.cancel()


async def send(websocket: WebSocket, mailbox: Mailbox) -> None:
    """Sends what the mailbox holds, as fast as the page reads."""
    try:
        while True:
            await websocket.send_bytes(await mailbox.take())
    except TooFull:
        with suppress(WebSocketDisconnect, RuntimeError):  # it may have left
            await websocket.close(1008, "the page asks for more than it reads")
    except (WebSocketDisconnect, RuntimeError) as error:
        log.debug("a page can no longer be sent to: %s", error)


async def obey(data: bytes, mailbox: Mailbox, hub: Hub, ledger: Ledger, limits: Limits) -> None:
    """Does what one message asks."""
    try:
        message = PAGE_MESSAGE.validate_python(unpack(data))
    except (ValidationError, ValueError) as error:
        text = f"this message cannot be read: {str(error)[:LONGEST_ERROR]}"
        mailbox.put(Letter(pack(ErrorMessage(message=text))))
        return
    if isinstance(message, Ping):
        mailbox.put(Letter(pack(Pong())))
    elif isinstance(message, Unwatch):
        hub.unwatch(mailbox, message.run)
    elif message.run not in mailbox.watching and len(mailbox.watching) >= limits.watches:
        text = f"a page watches {limits.watches} runs at most; unwatch one first"
        mailbox.put(Letter(pack(ErrorMessage(run=message.run, message=text))))
    elif entry := ledger.entries.get(message.run):
        await watch(message, entry.run, mailbox, hub)
    else:
        text = f"there is no run {message.run!r}; it may have been deleted"
        mailbox.put(Letter(pack(ErrorMessage(run=message.run, message=text))))


async def watch(asked: Watch, run: Run, mailbox: Mailbox, hub: Hub) -> None:
    """Watches a run; where its history cannot be read now, says so and tries again."""
    try:
        await hub.watch(mailbox, run, asked)
    except Refused as refusal:
        mailbox.put(Letter(pack(ErrorMessage(run=run.id, message=str(refusal)))))
        watching = mailbox.watching.get(run.id)

        def again() -> None:
            if watching and mailbox in hub.mailboxes and mailbox.watching.get(run.id) is watching:
                task = asyncio.create_task(watch(asked, run, mailbox, hub))
                AGAIN.add(task)
                task.add_done_callback(AGAIN.discard)

        if refusal.retry_after is not None:
            asyncio.get_running_loop().call_later(refusal.retry_after, again)
