"""The stored run of the first paint, and the recordings of each pair."""

import gzip
from itertools import pairwise
from pathlib import Path

import msgpack
import numpy as np
import pytest
from ebm_server import recordings
from ebm_server.demo import DEMO, FIRST, LARGEST, REST, moments, stored_catalogue
from ebm_server.protocol.packing import dequantise, unpack_frame
from ebm_server.recordings import PAIRS, config_of, fits, pairs, path_of

from ebm_core import RunConfig
from ebm_core.datasets import DATASETS


def test_the_stored_run_is_small_and_shows_a_landscape_that_forms() -> None:
    data, rest = DEMO.read_bytes(), DEMO.with_name(REST).read_bytes()
    assert len(data) + len(rest) <= LARGEST
    stored = msgpack.unpackb(data)
    assert len(stored["frames"]) == FIRST
    frames = [
        unpack_frame(frame) for frame in (*stored["frames"], *msgpack.unpackb(rest)["frames"])
    ]
    steps = [frame.step for frame in frames]
    assert [moment["step"] for moment in stored["keyframes"]] == steps
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


def test_a_choice_before_the_server_answers_has_the_settings_of_today() -> None:
    stored = msgpack.unpackb(DEMO.read_bytes())["catalogue"]
    today = msgpack.unpackb(msgpack.packb(stored_catalogue()))
    assert stored == today, "python -m ebm_server.demo --catalogue renews it"


def test_moments_are_dense_early_and_reach_the_end() -> None:
    assert sorted(moments(100, 5)) == [0, 6, 25, 56, 100]


LARGEST_OF_ALL = 6_000_000


@pytest.mark.parametrize(("dataset", "method"), pairs())
def test_each_pair_has_a_recording_of_a_run_of_its_own(dataset: str, method: str) -> None:
    path = path_of(dataset, method)
    if not path.is_file():
        assert not fits(dataset, method), "python -m ebm_server.recordings records it"
        return
    data = path.read_bytes()
    assert len(data) <= recordings.LARGEST
    stored = msgpack.unpackb(gzip.decompress(data))
    config = stored["run"]["config"]
    assert (config["dataset"]["kind"], config["method"]["kind"]) == (dataset, method)
    read, today = RunConfig.model_validate(config), config_of(dataset, method)
    for part in ("dataset", "method", "optimization"):
        assert getattr(read, part) == getattr(today, part), "record it anew: its defaults changed"
    assert stored["metrics"] == []
    frames = [unpack_frame(frame) for frame in stored["frames"]]
    assert [frame.step for frame in frames[:: len(frames) - 1]] == [0, stored["run"]["step"]]
    assert len(frames) == recordings.MOMENTS
    shape = DATASETS[dataset].example().shape
    assert frames[0].arrays["data"].shape[1:] == shape
    for before, after in pairwise(frames):
        assert not after.metrics
        moved = [
            not np.array_equal(after.arrays[name], before.arrays[name])
            for name in after.arrays.keys() & before.arrays.keys()
        ]
        if after.landscape and before.landscape:
            moved.append(not np.array_equal(after.landscape.values, before.landscape.values))
        assert any(moved), f"nothing moves from update {before.step} to {after.step}"


def test_all_recordings_are_small_and_of_pairs_that_there_are() -> None:
    found = set(PAIRS.glob("*/*"))
    assert found <= {path_of(*pair) for pair in pairs()}
    assert sum(path.stat().st_size for path in found) <= LARGEST_OF_ALL


def test_what_is_recorded_names_what_has_no_recording_or_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(recordings, "PAIRS", tmp_path)
    monkeypatch.setattr(recordings, "pairs", lambda: [("moons", "sliced"), ("moons", "exact")])
    monkeypatch.setattr(recordings, "fits", lambda *_: True)
    path = recordings.path_of("moons", "exact")
    path.parent.mkdir()
    path.touch()
    assert recordings.wanted([]) == [("moons", "sliced")]
    assert recordings.wanted(["exact"]) == [("moons", "exact")]
