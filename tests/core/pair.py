"""Two processes that train runs together: a test's own, which leads, and one that follows."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from ebm_core.ranks.group import ProcessGroup
from ebm_core.runs.following import follow
from tests.core.mortal import DEADLINE, PROCESSES


def followed(folder: str) -> None:
    """Follows as the second of two."""
    torch.set_num_threads(1)
    group = ProcessGroup.local(Path(folder), 1, 2)
    follow(group)
    group.close()


@contextmanager
def pair() -> Iterator[ProcessGroup]:
    """This process as the leading one of two; none is left behind."""
    with tempfile.TemporaryDirectory() as folder:
        process = PROCESSES.Process(target=followed, args=(folder,), daemon=True)
        process.start()
        try:
            group = ProcessGroup.local(Path(folder), 0, 2)
            yield group
            group.close()
            process.join(DEADLINE)
            assert process.exitcode == 0
        finally:
            process.kill()
            process.join()
            process.close()
