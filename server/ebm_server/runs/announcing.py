"""Tells the pages what keeps the server from its work, as soon as it does and when it ends."""

import asyncio
import logging

from ebm_server.runs.hub import Hub
from ebm_server.runs.jobs import Jobs

log = logging.getLogger(__name__)
EVERY_SECONDS = 2.0


async def announce_for_ever(jobs: Jobs, hub: Hub) -> None:
    """Looks until it is cancelled; while no page is open there is nobody to tell."""
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        if not hub.mailboxes:
            continue
        try:
            hub.troubles_are(await jobs.troubles())
        except Exception:
            log.exception("looking for troubles failed")
