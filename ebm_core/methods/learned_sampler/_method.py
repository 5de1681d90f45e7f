"""What the methods with a generator share."""

from abc import ABC
from typing import ClassVar

from ebm_core.contracts import Family, Sampler, Shape, Unconditional
from ebm_core.methods._image_recipes import IMAGE_SAMPLER
from ebm_core.samplers.langevin import Langevin
from ebm_core.samplers.mala import Mala


class GeneratorMethod(Unconditional, ABC):
    """Learns by a generator's samples; chains are there to be looked at."""

    family: ClassVar[Family] = "learned_sampler"
    settling: ClassVar[int] = 0

    @property
    def smoothing(self) -> float:
        return 0.0

    def display_sampler(self, shape: Shape) -> Sampler:
        if len(shape) == 1:
            return Mala()
        return Langevin.model_validate(IMAGE_SAMPLER)
