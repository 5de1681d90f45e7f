"""Frames made beside training: it goes on as if nobody looked, and each is of one moment."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from ebm_server.protocol.messages import unpack
from ebm_server.protocol.packed_frame import PackedFrame
from ebm_server.protocol.packing import unpack_frame
from ebm_server.worker import beside
from ebm_server.worker.beside import Beside
from ebm_server.worker.pacing import Budget
from ebm_server.worker.publishing import Publisher
from ebm_server.worker.server_connection import ServerConnection

from ebm_core import Frame, RunConfig, Training
from ebm_core.methods import METHODS
from ebm_core.networks import compiled_perceptron
from ebm_core.runs.display import SIZE, cell_centres, energies

compiled = pytest.mark.skipif(
    compiled_perceptron.library is None, reason="there is no compiled perceptron"
)
SMALL: dict[str, Any] = {"kind": "mlp", "hidden": [8], "fourier_features": 4}


@pytest.fixture(autouse=True)
def _a_core_is_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "cores", lambda: 2)
    monkeypatch.setattr(beside, "IDLE", 0.0)


def described(method: str = "persistent", **fields: Any) -> RunConfig:
    dataset = {"kind": "moons"}
    return RunConfig.model_validate(
        {"dataset": dataset, "method": {"kind": method}, "updates": 10**6, **fields}
    )


def watched(training: Training, folder: Path) -> tuple[Publisher, list[PackedFrame]]:
    """A publisher that may always show, and what it has sent."""
    server = ServerConnection(str(folder / "server.json"), "token", "worker")
    sent: list[PackedFrame] = []
    server.show = sent.append  # type: ignore[assignment]
    publisher = Publisher(training, "r", server, folder)
    publisher.rate = 1e6
    publisher.motion = Budget(1.0, credit=1e9)
    publisher.landscapes = Budget(0.0, credit=0.0)
    publisher.landscapes.spend(1.0)  # in training there is none
    return publisher, sent


def opened(frame: PackedFrame) -> Frame:
    return unpack_frame(unpack(frame.message))


def weights(training: Training) -> torch.Tensor:
    networks = (training.energy, training.network)
    return torch.cat([p.flatten() for network in networks for p in network.parameters()])


@compiled
@pytest.mark.parametrize("method", METHODS)
def test_training_is_the_same_to_the_bit_while_frames_are_made(method: str, tmp_path: Path) -> None:
    plain, training = Training(described(method)), Training(described(method))
    publisher, sent = watched(training, tmp_path)
    assert (training.frame_to_come() is None) == (method == "jem")
    for _ in range(15):
        plain.update()
        training.update()
        publisher.show()
    publisher.publish()
    assert len(sent) > 1
    assert torch.equal(weights(plain), weights(training))
    assert torch.equal(plain.generator.get_state(), training.generator.get_state())


@compiled
@pytest.mark.parametrize("method", ["persistent", "noise_conditional"])
def test_each_frame_is_of_one_update_and_they_stay_in_order(method: str, tmp_path: Path) -> None:
    training = Training(described(method, energy=SMALL))
    publisher, sent = watched(training, tmp_path)
    cells = training.dataset.to_model(cell_centres(training.dataset.window, SIZE))
    maps = []
    deadline = time.monotonic() + 60
    while len(sent) < 4:
        assert time.monotonic() < deadline
        training.update()
        maps.append(energies(training.network, cells).view(SIZE, SIZE).numpy().copy())
        publisher.show()
    frames = [opened(frame) for frame in sent]
    steps = [frame.step for frame in frames]
    assert steps == sorted(set(steps))
    for frame in frames:
        assert frame.landscape is not None
        shown, expected = frame.landscape.values, maps[frame.step - 1]
        assert np.abs(shown - expected).max() <= 1e-4 * np.ptp(expected)
        assert "data_energies" in frame.arrays


@compiled
def test_a_run_that_rests_shows_the_landscape_of_its_last_update(tmp_path: Path) -> None:
    training = Training(described())
    publisher, sent = watched(training, tmp_path)
    training.update()
    assert publisher.begin_beside()
    training.update()
    publisher.publish(keyframe=True)
    assert [frame.step for frame in sent] == [1, 2]
    assert sent[-1].landscape is not None


@pytest.mark.parametrize("energy", [SMALL, {**SMALL, "activation": "tanh"}])
def test_who_computes_landscapes_is_sent_all_else(energy: dict[str, Any], tmp_path: Path) -> None:
    training = Training(described(energy=energy))
    publisher, sent = watched(training, tmp_path)
    publisher.landscapes = Budget(1.0, credit=1e9)
    publisher.mapped = True
    publisher.keyframes.taken(10**6)
    training.update()
    publisher.show()
    training.update()
    publisher.publish(keyframe=True)
    assert [frame.step for frame in sent] == [1, 2]
    assert sent[0].landscape is None
    assert {"chains", "negatives", "data_energies"} <= sent[0].arrays.keys()
    assert sent[-1].landscape is not None


@pytest.mark.parametrize(
    "energy",
    [
        {"kind": "mlp", "activation": "tanh"},
        {"kind": "mlp", "hidden": [513]},
        {"kind": "classifier"},
    ],
)
def test_an_energy_without_compiled_code_is_shown_in_training(
    energy: dict[str, Any], tmp_path: Path
) -> None:
    method = "jem" if energy["kind"] == "classifier" else "denoising"
    training = Training(described(method, energy=energy))
    publisher, sent = watched(training, tmp_path)
    for _ in range(3):
        training.update()
        publisher.show()
        assert sent[-1].step == training.step
        assert sent[-1].landscape is None
    publisher.landscapes = Budget(1.0, credit=1.0)
    training.update()
    publisher.show()
    assert sent[-1].landscape is not None


@compiled
def test_it_rests_where_no_core_is_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "IDLE", 1.1)
    monkeypatch.setattr(beside, "FIRST_REST", 0.05)
    frames = Beside(Training(described()))
    deadline = time.monotonic() + 60
    for _ in range(2):
        assert frames.begin()
        while frames.come() is None:
            assert time.monotonic() < deadline
        assert not frames.begin()
        time_to_rest = time.monotonic()
        while not frames.begin():
            assert time.monotonic() < deadline
        assert time.monotonic() - time_to_rest > 0.04
        frames.finish()
        monkeypatch.setattr(beside, "FIRST_REST", 0.0)


def test_one_core_is_for_training(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "cores", lambda: 1)
    assert not Beside(Training(described())).begin()
