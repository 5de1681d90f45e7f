"""What several presets say or are made of."""

from typing import Any

TWO_MINUTES = "2 minutes of one core"
THREE_MINUTES = "3 minutes of one core"
DAYS = "days on one GPU; on a CPU an update takes from seconds to minutes"
UNFETCHED = "not run here: the data could not be fetched"
UNTRAINED = (
    "not run to the end here: it is made for a GPU, and there was none; it made some updates on a "
    "CPU, on made pictures at a small batch"
)
SHORT = "A learning rate of 0.001, above the paper's, decaying to nothing: minutes are few updates."

CLIPPED = (
    "A learning rate of 0.001 for 0.0001, decaying to nothing, and gradients of weights cut at the "
    "norm 1: minutes are few updates."
)


def langevin(step_size: float, noise_scale: float, drift_limit: float | None = None) -> Any:
    """Langevin steps whose noise does not fit their size, as these papers have them."""
    return {
        "kind": "langevin",
        "step_size": step_size,
        "noise": "separate",
        "noise_scale": noise_scale,
        "drift_limit": drift_limit,
    }


def in_minutes(minutes: float, learning_rate: float, batch_size: int) -> dict[str, Any]:
    """Optimization and length of a short run: warm-up, decay, averaged weights."""
    options = {
        "learning_rate": learning_rate,
        "decay_updates": None,
        "batch_size": batch_size,
        "averaging": 0.998,
    }
    return {"optimization": options, "seconds": 60.0 * minutes}


def at_full_size(
    updates: int, learning_rate: float, batch_size: int, warmup: int = 0, final_rate: float = 1.0
) -> dict[str, Any]:
    """Optimization, length and device of a run as long as the paper's, with its plain weights."""
    options = {
        "learning_rate": learning_rate,
        "decay_updates": None,
        "batch_size": batch_size,
        "warmup": warmup,
        "final_rate": final_rate,
        "averaging": 0.0,
        "gradient_clip": None,
    }
    return {"optimization": options, "updates": updates, "device": "cuda"}
