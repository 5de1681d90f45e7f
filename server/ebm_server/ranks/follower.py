"""`python -m ebm_server.ranks.follower`: a process that follows the orders of a run's first one."""

import os
import signal
import sys
import threading
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from ebm_server.ranks.followers import EXIT_LOST

if TYPE_CHECKING:
    from ebm_core.ranks.group import ProcessGroup


def main(folder: str, rank: str, size: str) -> int:
    """Meets the others in a folder and follows; what it ends with."""
    threading.Thread(target=end_with_leader, daemon=True).start()
    import torch

    from ebm_core.ranks import RankLost
    from ebm_core.ranks.group import ProcessGroup

    torch.set_num_threads(1)
    try:
        group = ProcessGroup.local(Path(folder), int(rank), int(size))
    except RankLost:
        return EXIT_LOST
    return follow_to_the_end(group)


def follow_to_the_end(group: "ProcessGroup") -> int:
    """Follows until the leader ends the run, or is gone; the exit code for it."""
    from ebm_core.plugins import mistake
    from ebm_core.ranks import RankLost
    from ebm_core.runs.following import follow

    try:
        follow(group)
    except RankLost:
        return EXIT_LOST  # the leader tells it, where there still is one
    except (Exception, SystemExit) as error:
        trouble = mistake(error)
        if trouble is None and not isinstance(error, ValueError):
            traceback.print_exc()
        print(f"process {group.rank} of the run: {trouble or error}", file=sys.stderr)
        return 1
    group.close()
    return 0


def end_with_leader() -> None:
    """Its standard input is held open by the leader, and ends where that is gone."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    os._exit(EXIT_LOST)


def stay_for_the_leader() -> None:
    """torchrun passes signals on to all; the leader saves at one, for which it needs the others."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
