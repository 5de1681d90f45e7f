"""What tests of plug-ins from outside share: copies of the skeletons, and short runs."""

from pathlib import Path
from typing import Any

from ebm_core import RunConfig, Training
from ebm_core.analytic import ANALYTIC_ENERGIES
from ebm_core.datasets import DATASETS
from ebm_core.energies import ENERGIES
from ebm_core.methods import METHODS
from ebm_core.samplers import SAMPLERS

ROOT = Path(__file__).parents[2]
SKELETONS = ROOT / "ebm_core" / "plugins" / "skeletons"
METHOD = (SKELETONS / "method.py").read_text()
SHELVES: dict[str, dict[str, Any]] = {
    "method": METHODS,
    "sampler": SAMPLERS,
    "dataset": DATASETS,
    "energy": ENERGIES,
    "formula": ANALYTIC_ENERGIES,
}


def skeleton(contract: str, folder: Path, name: str = "") -> Path:
    """A copy of what `ebm new` writes."""
    path = folder / (name or f"my_{contract}.py")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text((SKELETONS / f"{contract}.py").read_text())
    return path


def short(updates: int = 4, **fields: Any) -> RunConfig:
    given = {"dataset": {"kind": "moons"}, "method": {"kind": "my_method"}, "updates": updates}
    small = {"energy": {"kind": "mlp", "hidden": [8], "fourier_features": 4}}
    return RunConfig.model_validate({**given, **small, **fields})


def finished(config: RunConfig) -> Training:
    training = Training(config)
    while not training.finished:
        training.update()
    return training
