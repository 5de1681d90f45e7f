"""Exact evaluation in the plane: log Z by quadrature, and with it every figure of a density."""

import math
from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor

from ebm_core.contracts import Dataset
from ebm_core.evaluation.plane import EnergyFunction as EnergyFunction
from ebm_core.evaluation.plane import Plane, evaluate
from ebm_core.evaluation.quadrature import BOX, Quadrature

HELD_OUT = 20_000
"""Held-out points, at most, where the NLL is a mean over them."""

SMOOTHED = 2_000
"""Points of training, clean and as they are drawn, whose NLL is told too."""

TEMPERATURES = (1e-3, 1e3)
"""Where the best temperature is looked for."""


class ExactEvaluation:
    """Figures of p_theta(x) = exp(-E(x)) / Z against a planar dataset, in nats.

    What depends on the dataset alone is computed once, here. An energy takes points in the model's
    units (`Dataset.to_model`); `nll` and `log_z` are of the density in the dataset's own units.

    Args:
        smoothing: sigma of the Gaussian that the target is convolved with, in the model's units;
            0 compares with the dataset itself. Hard edges (checkerboard) smoothed by less than
            one cell of the grid cost up to 4e-3 nats; all else is right to 1e-3 or better.
        size: Cells along a side of the box: 192 for a running figure, 384 for a final one.
        device: Where the energy is.

    Raises:
        ValueError: The dataset is not planar, or `smoothing` is negative.
    """

    def __init__(
        self,
        dataset: Dataset,
        smoothing: float = 0.0,
        size: int = 192,
        device: torch.device | str = "cpu",
    ) -> None:
        if not (smoothing >= 0 and math.isfinite(smoothing)):
            raise ValueError(f"smoothing is {smoothing:g}; it must be finite and at least 0")
        self.plane = Plane(dataset, size, torch.device(device))
        self.quadrature = self.plane.quadrature
        self.log_volume = dataset.units.log_volume
        self.splits: dict[str, Tensor] = {}
        self.baselines: Mapping[str, float] = {}
        self.data: Target | None = None
        self.smoothed: Target | None = None
        self.near = torch.empty(0, 2)
        if not dataset.has_density:
            generator = torch.Generator().manual_seed(0)
            splits = {
                "nll": dataset.held_out(HELD_OUT, generator),
                "nll_train": dataset.trained_on(SMOOTHED, generator),
                "nll_smoothed": dataset.sample(SMOOTHED, generator),
            }
            self.splits = {n: dataset.to_model(p).to(device) for n, p in splits.items()}
            self.baselines = dataset.baselines
            self.near = torch.cat([self.splits["nll"], self.splits["nll_train"]])
            return

        def density(points: Tensor) -> Tensor:
            return dataset.log_density(points).exp()

        self.data = Target(self.quadrature, density(self.quadrature.points), dataset.modes())
        if smoothing > 0:
            blurred = self.quadrature.smooth(density, smoothing)
            self.smoothed = Target(self.quadrature, blurred, dataset.modes())

    @property
    def entropy(self) -> float | None:
        """H(p) of the data, the lowest NLL there is; None where the density is unknown."""
        return self.data.entropy if self.data else None

    def __call__(self, energy: EnergyFunction) -> dict[str, float]:
        """`log_z`, `mass_outside` (the box) and `nll` always, and with a known density also:

        `kl` of the target from the model, `kl_data` of the data where the target is smoothed,
        `kl_best_temperature` at `best_temperature` T (of exp(-E / T)), `total_variation` (0 to 1)
        and, where there are separate modes, `mode_coverage` (0 to 1).

        Raises:
            ValueError: The energy is not a number somewhere, or its mass is not finite.
        """
        values = self.plane.values(energy)
        partition = self.plane.partition(energy, values, self.near)
        log_z = partition.log_z
        figures = {
            "log_z": log_z.item() + self.log_volume,
            "log_z_error": partition.error,
            "mass_outside": (self.plane.log_far(values) - log_z).exp().item(),
        }
        if self.splits:
            for name, points in self.splits.items():
                mean = evaluate(energy, points).mean()
                figures[name] = (mean + log_z).item() + self.log_volume
            figures |= self.baselines
        if self.data is not None:
            figures |= self.against(self.smoothed or self.data, values)
        return figures

    def against(self, target: "Target", values: Float[Tensor, " n"]) -> dict[str, float]:
        """The figures against a known density, at the same nodes."""
        assert self.data is not None
        log_mass = self.plane.log_weights - values
        log_z = log_mass.logsumexp(0)
        mass = (log_mass - log_z).exp()
        nll = self.data.cross_entropy(values, log_z)
        figures = {"nll": nll, "kl": target.cross_entropy(values, log_z) - target.entropy}
        if self.smoothed is not None:
            figures["kl_data"] = nll - self.data.entropy
        beta = target.best_inverse_temperature(values)
        log_z_beta = (self.plane.log_weights - beta * values).logsumexp(0)
        cross = target.cross_entropy(beta * values, log_z_beta)
        figures["kl_best_temperature"] = min(cross - target.entropy, figures["kl"])
        figures["best_temperature"] = 1 / beta
        figures["total_variation"] = (target.mass - mass).abs().sum().item() / 2
        if (coverage := target.coverage(mass)) is not None:
            figures["mode_coverage"] = coverage
        return figures

    def sample_coverage(self, points: Float[Tensor, "n 2"]) -> float | None:
        """`mode_coverage` of samples, as of a generator; None where there are no separate modes."""
        if self.data is None or self.data.core is None:
            return None
        cells = ((points.to("cpu", torch.float64) + BOX) / self.quadrature.spacing).floor().long()
        size = self.quadrature.size
        x, y = cells[((cells >= 0) & (cells < size)).all(1)].T
        none = torch.zeros_like(self.quadrature.weights)
        shares = torch.full_like(x, 1, dtype=torch.float64) / len(points)
        return self.data.coverage(none.index_add(0, y * size + x, shares))


class Target:
    """A known density at the nodes of a quadrature."""

    def __init__(
        self,
        quadrature: Quadrature,
        density: Float[Tensor, " n"],
        modes: Float[Tensor, "m 2"] | None,
    ) -> None:
        self.log_weights = quadrature.weights.log()
        mass = density * quadrature.weights
        # a density in closed form has its mass to 1e-6 here; what is missing lies between nodes
        self.mass = mass / mass.sum()
        self.support = self.mass > 0
        held = self.mass[self.support]
        self.entropy = -(held * (held.log() - self.log_weights[self.support])).sum().item()
        self.core: Tensor | None = None
        if modes is not None:
            self.core = self.cores(quadrature, density, modes)

    def cross_entropy(self, energies: Float[Tensor, " n"], log_z: Float[Tensor, ""]) -> float:
        """Mean of E + log Z, in nats; infinite where the model has no mass but the target does."""
        return ((self.mass * energies)[self.support].sum() + log_z).item()

    def best_inverse_temperature(self, energies: Float[Tensor, " n"]) -> float:
        """The b that minimises KL(target || exp(-b E) / Z_b), which is convex in b.

        Its derivative is the mean of E over the target less that over the model.
        """
        data = (self.mass * energies)[self.support].sum()
        finite = energies.isfinite()
        if not data.isfinite() or energies[finite].max() - energies[finite].min() == 0:
            return 1.0
        excess, log_weights = energies[finite] - data, self.log_weights[finite]
        low, high = (1 / temperature for temperature in reversed(TEMPERATURES))
        b, previous = 1.0, 0.0
        while abs(b - previous) > 1e-7 * b:
            model = torch.softmax(log_weights - b * excess, dim=0)
            mean = (model * excess).sum().item()
            variance = (model * (excess - mean) ** 2).sum().item()
            low, high = (b, high) if mean > 0 else (low, b)
            newton = b + mean / variance if variance > 0 else low
            # a Newton step where it stays inside, else half the way in log b
            previous, b = b, newton if low < newton < high else math.sqrt(low * high)
        return b

    def coverage(self, mass: Float[Tensor, " n"]) -> float | None:
        """Share of modes whose core holds at least a third of the mass that it should."""
        if self.core is None:
            return None
        none = torch.zeros(int(self.core.max()) + 1, dtype=torch.float64)
        data = none.index_add(0, self.core, self.mass)[1:]
        found = none.index_add(0, self.core, mass)[1:] >= data / 3
        return float(found.double().mean())

    def cores(
        self, quadrature: Quadrature, density: Float[Tensor, " n"], modes: Float[Tensor, "m 2"]
    ) -> Tensor:
        """For each node the number of the mode, from 1, in whose core it lies; 0 for none.

        The cores are the smallest region with 95 % of the target's mass, each node counted to the
        nearest mode: so mass that is spread between the modes covers none of them.
        """
        order = density.argsort(descending=True)
        below = self.mass[order].cumsum(0) - self.mass[order]
        lowest = density[order][below < 0.95].min()
        nearest = torch.cdist(quadrature.points, modes.double()).argmin(1)
        return torch.where(density >= lowest * (1 - 1e-9), nearest + 1, 0)
