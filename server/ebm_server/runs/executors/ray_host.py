"""A worker's place on a machine of a Ray cluster: an actor whose child the worker process is."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time

from ebm_server.runs.executors import Used
from ebm_server.runs.executors.local import used
from ebm_server.search_path import search_path

LONGEST_WAIT = 20.0
"""Seconds that one question for the end takes at the most, so that no call is left for ever."""
LINGER = 10.0
"""Seconds that a place is kept after the worker's end, for the server to learn its exit code."""
SAID = 20_000


class WorkerHost:
    """Starts a worker; the worker ends with it, and it soon after the worker.

    Args:
        environment: What the worker is started with.
    """

    def __init__(self, environment: dict[str, str]) -> None:
        self.output = tempfile.TemporaryFile()  # noqa: SIM115 - the child writes to it
        self.child = subprocess.Popen(
            [sys.executable, "-P", "-m", "ebm_server.worker", "--with-parent"],
            umask=0o077,
            stdin=subprocess.PIPE,  # its end tells the worker of ours
            stdout=self.output,
            stderr=self.output,
            env={**os.environ, **environment, "PYTHONPATH": search_path()},
        )
        threading.Thread(target=self._leave, daemon=True).start()

    def _leave(self) -> None:
        self.child.wait()
        time.sleep(LINGER)
        os._exit(0)

    def ended(self, seconds: float) -> tuple[int, bytes] | None:
        """The worker's exit code and what it said before it had a run; None while it works."""
        try:
            code = self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        size = self.output.seek(0, os.SEEK_END)
        self.output.seek(max(0, size - SAID))
        return code, self.output.read()

    def used(self) -> Used | None:
        """What the worker takes."""
        return used(self.child.pid)

    def ask_to_end(self) -> None:
        """Lets the worker save and leave."""
        self.child.send_signal(signal.SIGTERM)
