"""The executor that the settings name."""

from ebm_server.limits import MB
from ebm_server.runs.executors import Executor
from ebm_server.runs.executors.local import LocalExecutor
from ebm_server.runs.executors.ray import RayExecutor
from ebm_server.settings import Settings

RUN_MEMORY = 1024 * MB
"""What a run asks a cluster for where no limit says what it may take."""


def chosen(settings: Settings) -> Executor:
    """It is connected.

    Raises:
        ValueError: The cluster cannot be used.
    """
    if settings.executor == "local":
        return LocalExecutor()
    return RayExecutor(settings.ray_address, settings.limits.run_memory_bytes or RUN_MEMORY)
