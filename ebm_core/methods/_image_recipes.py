"""What the methods' recipes take for images."""

from typing import Any

LARGE = 256
"""Grey values of an image beyond which what is quick on 8 x 8 no longer holds."""
IMAGE_ENERGY: dict[str, Any] = {
    "kind": "mlp",
    "hidden": [256, 256],
    "fourier_features": 0,
    "confinement": None,
}
IMAGE_SAMPLER: dict[str, Any] = {
    "kind": "langevin",
    "step_size": 0.2,
    "noise": "separate",
    "noise_scale": 0.03,
}
"""Langevin steps with little noise: T = 0.002."""
IMAGE_MATCHING: dict[str, Any] = {
    "learning_rate": 2e-3,
    "decay_updates": 30_000,
    "batch_size": 128,
}
"""The optimization of score matching with noise."""
