"""The stored run of the first paint."""

from itertools import pairwise

import msgpack
import pytest
from ebm_server.demo import DEMO, LARGEST, moments
from ebm_server.protocol.packing import dequantise, unpack_frame


def test_the_stored_run_is_small_and_shows_a_landscape_that_forms() -> None:
    data = DEMO.read_bytes()
    assert len(data) <= LARGEST
    stored = msgpack.unpackb(data)
    frames = [unpack_frame(frame) for frame in stored["frames"]]
    steps = [frame.step for frame in frames]
    assert steps[0] == 0
    assert steps[-1] == stored["run"]["step"]
    gaps = [after - before for before, after in pairwise(steps)]
    assert gaps[0] < gaps[len(gaps) // 2] < gaps[-1]
    for frame in frames:
        assert frame.landscape is not None
        assert frame.landscape.values.shape == (96, 96)
        assert frame.arrays["chains"].shape[1] == 2
    kls = [row["values"]["kl"] for row in stored["metrics"] if "kl" in row["values"]]
    assert kls[-1] < 0.05 < 0.3 < kls[0]
    truth = dequantise(stored["truth"])
    cell = 9 / len(truth.values)
    assert truth.values.sum() * cell**2 == pytest.approx(1, abs=1e-3)
    kinds = {entry["kind"]: entry for entry in stored["catalogue"]["datasets"]}
    assert len(kinds["pinwheel"]["thumbnail"]) == 300


def test_moments_are_dense_early_and_reach_the_end() -> None:
    assert sorted(moments(100, 5)) == [0, 6, 25, 56, 100]
