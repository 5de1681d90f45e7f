"""What a worker does: it warms up, and makes one run to its end, whatever happens."""

import errno
import logging
import platform
import traceback

import torch

from ebm_core import RunConfig, Training, TrainingDiverged
from ebm_core.contracts.outside import PlugInMissing
from ebm_core.plugins import mistake
from ebm_core.ranks import RankLost
from ebm_core.runs.load import DIVERGED
from ebm_server.protocol.worker_messages import Assign, StateItem
from ebm_server.ranks.followers import leading
from ebm_server.worker.long_updates import TooLong
from ebm_server.worker.mirror import Mirror
from ebm_server.worker.run_loop import RunLoop
from ebm_server.worker.server_connection import ServerConnection

log = logging.getLogger(__name__)


def warm_up() -> None:
    """Makes the first update of a run as fast as the second."""
    torch.set_num_threads(1)
    given = {"dataset": {"kind": "gaussian_ring"}, "method": {"kind": "persistent"}, "updates": 2}
    training = Training(RunConfig.model_validate(given))
    training.update()
    training.frame()


def mirrored(given: Assign, server: ServerConnection) -> Mirror | None:
    """The run's folder here; None where this machine cannot keep it, which the server is told."""
    try:
        return Mirror(given)
    except OSError as error:
        reason = f"{platform.node()}, where it was to be trained, cannot keep its files: {error}"
        server.report(StateItem(step=0, seconds=0.0, horizon=None, state="failed", reason=reason))
        return None


def run_to_end(given: Assign, server: ServerConnection, mirror: Mirror) -> None:
    """Makes all updates of a run; whatever goes wrong becomes its reason."""
    loop = None
    try:
        with leading(given.config.get("processes", 1), log.error) as ranks:
            loop = RunLoop(given, server, mirror, ranks)
            loop.run()
    except (Exception, SystemExit) as error:  # a plug-in may call sys.exit
        reason = reason_of(error, begun=loop is not None)
        if loop:
            if isinstance(error, TrainingDiverged):
                (loop.directory / DIVERGED).write_text(reason, "utf-8")
            loop.fail(reason)
        else:
            server.report(
                StateItem(step=0, seconds=0.0, horizon=None, state="failed", reason=reason)
            )


def reason_of(error: BaseException, begun: bool) -> str:
    """Why a run failed; an error of a plug-in's own code is told with its file and line.

    Before a run has begun a ValueError is a sentence on what does not fit together, or is missing.
    """
    if isinstance(error, TrainingDiverged | PlugInMissing | TooLong):
        return str(error)
    if isinstance(error, ValueError) and not begun:
        return str(mistake(error) or error)
    if isinstance(error, RankLost):
        return f"{error}; resume goes on from its last checkpoint"
    traceback.print_exc()
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk is full ({error}); make room, and resume goes on from its last checkpoint"
    return str(mistake(error) or f"{type(error).__name__}: {error}")
