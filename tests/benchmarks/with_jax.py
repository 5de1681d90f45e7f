"""JAX: the same loops by hand, each compiled as one program, with one thread."""

import os
from collections.abc import Callable
from typing import Any

os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ["XLA_FLAGS"] = (
    os.environ.get("XLA_FLAGS", "")
    + " --xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
)

import jax
from jax import numpy as jnp

from tests.benchmarks.work import (
    CHAIN_STEPS,
    LEAPFROG_STEPS,
    LEARNING_RATE,
    NOISE_LEVEL,
    STEP_SIZE,
    Setting,
    Task,
)

Weights = Any
Loss = Callable[[Weights, jax.Array, jax.Array], jax.Array]


def energies(weights: Weights, x: jax.Array) -> jax.Array:
    """E for points (n, 2)."""
    for weight, bias in weights[:-1]:
        x = jax.nn.silu(x @ weight.T + bias)
    weight, bias = weights[-1]
    return (x @ weight.T + bias)[:, 0]


def value_and_slope(weights: Weights, x: jax.Array) -> tuple[jax.Array, jax.Array]:
    """E and grad E."""
    values, pull = jax.vjp(lambda points: energies(weights, points), x)
    return values, pull(jnp.ones_like(values))[0]


def tasks(setting: Setting) -> dict[str, Task]:
    """Everything."""
    weights = [(jnp.asarray(w.numpy()), jnp.asarray(b.numpy())) for w, b in setting.layers]
    data, cells = jnp.asarray(setting.data.numpy()), jnp.asarray(setting.cells.numpy())
    few = data[:256]
    return {
        "langevin_256": compiled(langevin, weights, few),
        "langevin_1024": compiled(langevin, weights, data),
        "mala": compiled(mala, weights, data),
        "hmc": compiled(hmc, weights, data),
        "contrastive_divergence": trained(contrastive_divergence, weights, few),
        "sliced": trained(sliced, weights, data),
        "exact": trained(exact, weights, data),
        "denoising": trained(denoising, weights, data),
        "grid": compiled(lambda weights, x, key: energies(weights, x), weights, cells),
    }


def compiled(work: Loss, weights: Weights, x: jax.Array) -> Task:
    """A walk, compiled."""
    program = jax.jit(work)
    key = jax.random.key(0)
    program(weights, x, key).block_until_ready()
    return lambda: program(weights, x, key).block_until_ready()


def trained(loss: Loss, weights: Weights, data: jax.Array) -> Task:
    """One update with Adam, compiled."""

    def update(state: Any) -> Any:
        weights, first, second, count, key = state
        key, used = jax.random.split(key)
        slopes = jax.grad(loss)(weights, data, used)
        count = count + 1
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, slopes)
        second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, slopes)
        rate = LEARNING_RATE * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)
        weights = jax.tree.map(
            lambda w, m, v: w - rate * m / (jnp.sqrt(v) + 1e-8), weights, first, second
        )
        return weights, first, second, count, key

    program = jax.jit(update)
    zeros = jax.tree.map(jnp.zeros_like, weights)
    held = [program((weights, zeros, zeros, jnp.zeros(()), jax.random.key(0)))]

    def task() -> None:
        held[0] = jax.block_until_ready(program(held[0]))

    task()
    return task


def langevin(weights: Weights, x: jax.Array, key: jax.Array) -> jax.Array:
    """Unadjusted Langevin steps."""

    def step(x: jax.Array, key: jax.Array) -> tuple[jax.Array, None]:
        _, slope = value_and_slope(weights, x)
        noise = jax.random.normal(key, x.shape)
        return x - STEP_SIZE * slope + (2 * STEP_SIZE) ** 0.5 * noise, None

    return jax.lax.scan(step, x, jax.random.split(key, CHAIN_STEPS))[0]


def mala(weights: Weights, x: jax.Array, key: jax.Array) -> jax.Array:
    """Metropolis-adjusted Langevin steps."""

    def step(state: Any, key: jax.Array) -> tuple[Any, None]:
        x, values, slope = state
        one, two = jax.random.split(key)
        noise = (2 * STEP_SIZE) ** 0.5 * jax.random.normal(one, x.shape)
        proposal = x - STEP_SIZE * slope + noise
        proposed, steep = value_and_slope(weights, proposal)
        back = x - proposal + STEP_SIZE * steep
        bias = (noise**2 - back**2).sum(1) / (4 * STEP_SIZE)
        accepted = jnp.log(jax.random.uniform(two, values.shape)) < values - proposed + bias
        return chosen(accepted, (proposal, proposed, steep), state), None

    return jax.lax.scan(step, (x, *value_and_slope(weights, x)), jax.random.split(key, 20))[0][0]


def hmc(weights: Weights, x: jax.Array, key: jax.Array) -> jax.Array:
    """Hamiltonian Monte Carlo, two paths."""

    def path(state: Any, key: jax.Array) -> tuple[Any, None]:
        one, two = jax.random.split(key)
        momenta = jax.random.normal(one, x.shape)
        before = state[1] + (momenta**2).sum(1) / 2

        def leap(_: int, moving: Any) -> Any:
            place, _, slope, momenta = moving
            momenta = momenta - STEP_SIZE / 2 * slope
            place = place + STEP_SIZE * momenta
            values, slope = value_and_slope(weights, place)
            return place, values, slope, momenta - STEP_SIZE / 2 * slope

        *end, momenta = jax.lax.fori_loop(0, LEAPFROG_STEPS, leap, (*state, momenta))
        after = end[1] + (momenta**2).sum(1) / 2
        accepted = jnp.log(jax.random.uniform(two, after.shape)) < before - after
        return chosen(accepted, tuple(end), state), None

    return jax.lax.scan(path, (x, *value_and_slope(weights, x)), jax.random.split(key, 2))[0][0]


def chosen(accepted: jax.Array, new: Any, old: Any) -> Any:
    """The new state where it was accepted."""
    mask = accepted[:, None]
    return (
        jnp.where(mask, new[0], old[0]),
        jnp.where(accepted, new[1], old[1]),
        jnp.where(mask, new[2], old[2]),
    )


def contrastive_divergence(weights: Weights, x: jax.Array, key: jax.Array) -> jax.Array:
    """CD-k with Langevin steps from the data."""
    negatives = jax.lax.stop_gradient(langevin(jax.lax.stop_gradient(weights), x, key))
    return energies(weights, x).mean() - energies(weights, negatives).mean()


def sliced(weights: Weights, x: jax.Array, key: jax.Array) -> jax.Array:
    """Variance-reduced, with one Rademacher direction."""
    v = jax.random.rademacher(key, x.shape, jnp.float32)
    slope, product = jax.jvp(lambda points: value_and_slope(weights, points)[1], (x,), (v,))
    return ((slope**2).sum(1) / 2 - (product * v).sum(1)).mean()


def exact(weights: Weights, x: jax.Array, key: jax.Array) -> jax.Array:
    """With the Hessian's diagonal, row by row."""

    def slope(points: jax.Array) -> jax.Array:
        return value_and_slope(weights, points)[1]

    total = (slope(x) ** 2).sum(1) / 2
    for axis in range(x.shape[1]):
        v = jnp.zeros_like(x).at[:, axis].set(1.0)
        total = total - jax.jvp(slope, (x,), (v,))[1][:, axis]
    return total.mean()


def denoising(weights: Weights, x: jax.Array, key: jax.Array) -> jax.Array:
    """At one noise level."""
    noise = jax.random.normal(key, x.shape)
    _, slope = value_and_slope(weights, x + NOISE_LEVEL * noise)
    return ((NOISE_LEVEL * slope - noise) ** 2).sum(1).mean() / 2
