"""A data folder in which a server has left a sweep that has ended, without the time it takes."""

import math
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ebm_server.protocol.runs import Run
from ebm_server.runs.database import engine_for
from ebm_server.runs.ledger import Entry, row_of
from ebm_server.runs.migrations import migrate
from ebm_server.runs.store import RUNS, SWEEPS
from ebm_server.settings import Settings
from ebm_server.sweeps.planning import planned

WHEN = "2026-01-01T00:00:00.000Z"
LOST = (
    "the loss is inf at update 12; the same settings would repeat it: try a smaller learning rate"
)


def leave(folder: Path, toml: str, worth: Callable[[dict[str, Any], int], float | None]) -> str:
    """The sweep's id; the KL of each run is its worth, None where it failed."""
    settings = Settings(data_dir=folder)
    plan, members = planned(toml, settings.points_dir, 2)
    sweep = "swept00001"
    rows = []
    for i, member in enumerate(members):
        kl = worth(member["values"], i)
        run = Run(
            id=f"run{i:07}",
            name="swept",
            state="failed" if kl is None else "finished",
            reason=LOST if kl is None else None,
            config=member["config"],
            created=WHEN,
            started=WHEN,
            ended=WHEN,
            step=100,
            horizon=100,
            seconds=1.0,
            metrics={} if kl is None else {"kl": kl, "nll": kl + 1, "mass_outside": kl / 10},
            sweep=sweep,
        )
        rows.append(row_of(Entry(run, initial=member["config"], attempt=1)))
    engine = engine_for(settings.database_url)
    migrate(engine, settings)
    with engine.begin() as connection:
        row = {"id": sweep, "name": plan.name, "toml": toml, "members": members}
        connection.execute(SWEEPS.insert(), {**row, "created": WHEN, "active": False})
        connection.execute(RUNS.insert(), rows)
    engine.dispose()
    return sweep


def noisy(values: dict[str, Any], number: int) -> float | None:
    """The smaller a learning rate is than 0.01, and the less exact the method, the worse; seed 1 of
    persistent CD on moons failed."""
    if values == {"dataset.kind": "moons", "method.kind": "persistent", "seed": 1}:
        return None
    rate = values.get("optimization.learning_rate", 0.01)
    kind = {"denoising": 2.0, "persistent": 1.0, "exact": 1.3}[values["method.kind"]]
    noise = 1 + 0.3 * random.Random(number).random()
    return kind * 0.01 * math.sqrt(0.01 / rate) * noise
