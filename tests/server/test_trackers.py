"""A run goes to TensorBoard, MLflow and W&B, and they read back what it was."""

import io
import sys
from pathlib import Path

import pytest
from ebm_server.cli import cli
from PIL import Image
from typer.testing import CliRunner

RUN = [
    "--dataset",
    "moons",
    "--method",
    "denoising",
    "--updates",
    "40",
    "--set",
    "energy.hidden=[8]",
]
PICTURES = 3


def ebm(*words: object, code: int = 0) -> str:
    """What a command says."""
    answer = CliRunner().invoke(cli, list(map(str, words)))
    assert answer.exit_code == code, answer.output
    return answer.output


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of `ebm train`."""
    out = tmp_path_factory.mktemp("tracked") / "moons"
    ebm("train", *RUN, "--out", out)
    return out


def rows(folder: Path, tmp_path: Path) -> dict[int, float]:
    """The losses of the run, by update, as `--csv` has them."""
    ebm("export", folder, "--csv", tmp_path / "metrics.csv", "--moments", PICTURES)
    head, *lines = (tmp_path / "metrics.csv").read_text().splitlines()
    names = head.split(",")
    values = [dict(zip(names, line.split(","), strict=True)) for line in lines]
    return {int(one["step"]): float(one["loss"]) for one in values}


def test_tensorboard_reads_its_metrics_and_pictures(folder: Path, tmp_path: Path) -> None:
    module = "tensorboard.backend.event_processing.event_accumulator"
    reader = pytest.importorskip(module, reason="tensorboard is not installed")
    told = ebm("export", folder, "--to", "tensorboard", "--out", tmp_path, "--moments", PICTURES)
    assert str(tmp_path / "moons") in told
    found = reader.EventAccumulator(str(tmp_path / "moons"))
    found.Reload()
    losses = {event.step: event.value for event in found.Scalars("loss")}
    assert losses == pytest.approx(rows(folder, tmp_path), rel=1e-6)
    assert "kl" in found.Tags()["scalars"]
    pictures = found.Images("landscape")
    assert [picture.step for picture in pictures][:1] == [0]
    assert [picture.step for picture in pictures][-1] == 40
    with Image.open(io.BytesIO(pictures[-1].encoded_image_string)) as last:
        assert last.size == (pictures[-1].width, pictures[-1].height) == (480, 506)
    times = [event.wall_time for event in found.Scalars("loss")]
    assert times == sorted(times)
    again = ebm(
        "export", folder, "--to", "tensorboard", "--out", tmp_path, "--moments", PICTURES, code=2
    )
    assert "has events already" in again


def test_mlflow_reads_its_metrics_settings_and_pictures(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    tracking = pytest.importorskip("mlflow.tracking", reason="mlflow is not installed")
    place = f"file://{tmp_path / 'mlruns'}"
    ebm("export", folder, "--to", "mlflow", "--out", place, "--moments", PICTURES)
    client = tracking.MlflowClient(tracking_uri=place)
    experiment = client.get_experiment_by_name("ebm-lab")
    (run,) = client.search_runs([experiment.experiment_id])
    assert run.info.status == "FINISHED"
    assert run.data.params["method.kind"] == "denoising"
    history = client.get_metric_history(run.info.run_id, "loss")
    assert {one.step: one.value for one in history} == pytest.approx(rows(folder, tmp_path))
    artifacts = client.list_artifacts(run.info.run_id, "landscape")
    assert artifacts[-1].path.endswith("00000040.png")


def test_weights_and_biases_keeps_it_until_it_is_sent(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("wandb", reason="wandb is not installed; `pip install wandb` brings it")
    monkeypatch.delenv("WANDB_MODE", raising=False)
    monkeypatch.setenv("WANDB_SILENT", "true")
    ebm("export", folder, "--to", "wandb", "--out", tmp_path, "--moments", PICTURES)
    (kept,) = tmp_path.glob("wandb/offline-run-*")
    assert list(kept.glob("run-*.wandb"))
    assert list(kept.glob("files/media/images/landscape*.png"))


@pytest.mark.parametrize("missing", ["tensorboard", "mlflow", "wandb"])
def test_a_package_that_is_missing_is_named(
    folder: Path, missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    told = ebm("export", folder, "--to", missing, "--out", tmp_path, code=2)
    assert f"pip install 'ebm-lab[{missing}]'" in told


def test_a_tracker_needs_a_place(folder: Path) -> None:
    assert "--out" in ebm("export", folder, "--to", "mlflow", code=2)
    assert "--to" in ebm("export", folder, "--out", "x", code=2)
