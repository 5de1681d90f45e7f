"""What keeps the server from its work, and that the pages are told as soon as it does."""

import asyncio
import logging
from pathlib import Path
from tempfile import TemporaryFile

from ebm_server.runs.hub import Hub
from ebm_server.runs.jobs import Jobs
from ebm_server.runs.troubles import of_files

log = logging.getLogger(__name__)
EVERY_SECONDS = 2.0


async def troubles(jobs: Jobs) -> list[str]:
    """What keeps the server from writing or starting runs, in sentences; none where all is
    well."""
    found = [trouble.text for trouble in jobs.ledger.store.troubles]
    if away := jobs.dispatch.pool.executor.away:
        found.append(away)
    try:
        await asyncio.to_thread(try_to_write, jobs.settings.data_dir)
    except OSError as error:
        trouble = of_files(error)
        found.append(trouble.text if trouble else f"the data folder: {error.strerror}")
    return found


def try_to_write(folder: Path) -> None:
    """Writes a file that is gone at once.

    Raises:
        OSError: The system does not let us.
    """
    with TemporaryFile(dir=folder) as file:
        file.write(bytes(64 * 1024))


async def announce_for_ever(jobs: Jobs, hub: Hub) -> None:
    """Looks until it is cancelled; while no page is open nobody is told, and nothing is known that
    might have ended when one comes."""
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        try:
            hub.troubles_are(await troubles(jobs) if hub.mailboxes else [])
        except Exception:
            log.exception("looking for troubles failed")
