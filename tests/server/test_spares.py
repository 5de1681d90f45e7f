"""Workers that wait warm: quick changes of method find one each."""

import re
from pathlib import Path

from tests.server.laboratory import Laboratory, endless


def test_three_changes_in_a_row_find_a_warm_worker_each(tmp_path: Path) -> None:
    with Laboratory(tmp_path, {"EBM_MAX_RUNNING": "4", "EBM_SPARES": "3"}) as lab:
        for _ in range(3):
            lab.line("/api/v1/worker")
        warm = {int(pid) for pid in re.findall(r"is process (\d+)", "".join(lab.log))}
        taken = set()
        for method in ("persistent", "variational", "denoising"):
            run = lab.create(endless(method={"kind": method}))
            with lab.page() as page:
                page.watch(run)
                page.step_beyond(0)
            taken.add(lab.worker_pid(run))
            lab.ask("POST", f"/runs/{run}/stop")
        assert (len(taken), taken - warm) == (3, set())
