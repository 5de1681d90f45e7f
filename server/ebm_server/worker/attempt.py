"""An attempt at a run: a walk, and what is said of it when something goes wrong."""

import traceback

import torch

from ebm_core import RunConfig, Training, TrainingDiverged
from ebm_core.contracts.outside import PlugInMissing
from ebm_server.protocol.worker_messages import Assign, StateItem
from ebm_server.worker.run_loop import Walk
from ebm_server.worker.server_connection import Link


def warm_up() -> None:
    """Makes the first update of a run as fast as the second."""
    torch.set_num_threads(1)
    given = {"dataset": {"kind": "gaussian_ring"}, "method": {"kind": "persistent"}, "updates": 2}
    training = Training(RunConfig.model_validate(given))
    training.update()
    training.frame()


def run(given: Assign, link: Link) -> None:
    """Walks a run to its end; whatever goes wrong becomes its reason."""
    walk = None
    try:
        walk = Walk(given, link)
        walk.walk()
    except TrainingDiverged as error:
        if walk:
            walk.fail(str(error))
    except Exception as error:
        traceback.print_exc()
        told = isinstance(error, PlugInMissing)
        reason = str(error) if told else f"{type(error).__name__}: {error}"
        if walk:
            walk.fail(reason)
        else:
            link.record(
                StateItem(
                    n=link.next_number(),
                    step=0,
                    seconds=0.0,
                    horizon=None,
                    state="failed",
                    reason=reason,
                )
            )
