"""Images of other kinds than the data's, and how well an energy tells them apart."""

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import EnergyNetwork
from ebm_core.evaluation.calibration import auroc


def outsiders(images: Float[Tensor, "n c h w"]) -> dict[str, Float[Tensor, "n c h w"]]:
    """As many images of each kind, made of the data's; the same ones each time.

    `noise` is uniform over the range of the grey values, `inverted` has them the other way round,
    `shuffled` has one order of the pixels for all, and `flat` is each image's mean: a likelihood
    often prefers it to the images themselves.

    Source:
        Nalisnick et al. (2019), https://arxiv.org/abs/1810.09136, and Serra et al. (2020),
        https://arxiv.org/abs/1909.11480, for the last
    """
    generator = torch.Generator().manual_seed(0)
    low, high = images.min(), images.max()
    noise = torch.rand(images.shape, generator=generator).to(images) * (high - low) + low
    order = torch.randperm(images[0, 0].numel(), generator=generator).to(images.device)
    return {
        "noise": noise,
        "inverted": low + high - images,
        "shuffled": images.flatten(2)[:, :, order].view_as(images),
        "flat": images.mean((1, 2, 3), keepdim=True).expand_as(images),
    }


@torch.no_grad()
def told_apart(energy: EnergyNetwork, images: Float[Tensor, "n c h w"]) -> dict[str, float]:
    """`ood_<kind>`: the probability that an image has a lower energy than one of another kind."""
    inside = -energy(images).double()
    return {
        f"ood_{name}": auroc(inside, -energy(others).double())
        for name, others in outsiders(images).items()
    }
