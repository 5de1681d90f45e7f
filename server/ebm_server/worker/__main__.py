"""A worker process: it trains one run, reports to the server, and obeys between updates.

Started by an executor as `python -m ebm_server.worker` with EBM_SERVER (the server's address, or
the file that has it), EBM_WORKER (its name) and EBM_WORKER_TOKEN. It goes on when the server is
gone; with `--with-parent` it ends with the process that has started it.
"""

import logging
import os
import signal
import sys
import threading
from types import FrameType

from ebm_server.protocol.worker_messages import Assign, Stop
from ebm_server.worker.server_connection import ServerConnection

WITH_PARENT = "--with-parent"
log = logging.getLogger(__name__)


def main() -> None:
    """Warms up, waits for a run, makes all its updates, and leaves."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    server = ServerConnection(
        os.environ["EBM_SERVER"], os.environ["EBM_WORKER_TOKEN"], os.environ["EBM_WORKER"]
    )

    def end(_number: int, _frame: FrameType | None) -> None:
        if server.assignment is None:
            os._exit(0)
        server.terminated = True
        server.inbox.put(Stop(reason="its worker process was asked to end (SIGTERM)"))

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if WITH_PARENT in sys.argv:
        threading.Thread(target=end_with_parent, daemon=True).start()

    from ebm_server.worker.one_run import mirrored, run_to_end, warm_up  # imports torch: long

    warm_up()
    server.open()
    given = server.inbox.get()
    if not isinstance(given, Assign):
        return
    if given.gpu is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = given.gpu  # CUDA reads it with its first call
    mirror = mirrored(given, server)
    if mirror is None:
        server.leave()
        os._exit(1)  # threads of the storage's library would abort Python's own end
    server.directory = mirror.directory
    with (mirror.directory / "worker.log").open("ab") as output:
        os.dup2(output.fileno(), sys.stdout.fileno())
        os.dup2(output.fileno(), sys.stderr.fileno())
    log.info("attempt %d at run %s, process %d", given.attempt, given.run, os.getpid())
    run_to_end(given, server, mirror)
    server.leave()
    if trouble := mirror.settle():
        log.error(trouble)
    mirror.remove()
    logging.shutdown()
    os._exit(0)  # torch takes its time to be torn down


def end_with_parent() -> None:
    """Ends this process at once when the other end of its standard input is gone."""
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main()
