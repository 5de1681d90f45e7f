"""Plug-ins from outside: from `ebm new` to a run that is killed, resumed, opened without them."""

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import msgpack
import pytest
from ebm_server.cli import cli
from typer.testing import CliRunner

from tests.server.laboratory import ROOT, Laboratory, endless
from tests.server.test_endings import end

SHORT = ["--dataset", "moons", "--updates", "5", "--set", "energy.hidden=[8]"]
EXAMPLES = sorted(ROOT.glob("examples/*.py"))


def ebm(*words: str | Path) -> tuple[int, str]:
    """A command in a process of its own: nothing comes onto our shelves."""
    command = [sys.executable, "-m", "ebm_server.cli", *map(str, words)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def new(contract: str, path: Path, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["new", contract, str(path), *words])
    return result.exit_code, result.output


def test_what_new_writes_passes_every_check(tmp_path: Path) -> None:
    files = []
    for contract in ("method", "sampler", "dataset", "energy", "formula"):
        files.append(tmp_path / f"a_{contract}_of_mine.py")
        code, text = new(contract, files[-1])
        assert (code, f"ebm check {files[-1]}" in text) == (0, True)
        assert len(files[-1].read_text().splitlines()) < 80
    code, text = ebm("check", *files)
    assert code == 0, text
    assert "method a_method_of_mine" in text
    assert "ok   resumes" in text


def test_new_replaces_nothing_unasked(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    assert new("method", path)[0] == 0
    path.write_text("# mine")
    code, text = new("method", path)
    assert (code, "--force" in text, path.read_text()) == (2, True, "# mine")
    assert new("method", path, "--force")[0] == 0
    assert "class Mine(kit.Unconditional)" in path.read_text()
    code, text = new("method", tmp_path / "denoising.py")
    assert (code, "such as my_denoising.py" in text) == (2, True)
    assert new("sampler", tmp_path / "denoising.py")[0] == 0
    code, text = new("method", tmp_path / "Not a name.py")
    assert (code, "small letters" in text) == (2, True)


def test_the_examples_pass_every_check() -> None:
    assert len(EXAMPLES) == 2
    code, text = ebm("check", "--json", *EXAMPLES)
    assert code == 0, text
    kinds = {result["kind"] for result in json.loads(text)}
    assert kinds == {"noise_contrastive", "formula_density"}


@pytest.mark.slow
def test_noise_contrastive_estimation_learns_the_ring_and_the_formula(tmp_path: Path) -> None:
    for name, least in (("gaussian_ring", 0.03), ("moons", 0.03), ("formula_density", 0.15)):
        plugins = [word for path in EXAMPLES for word in ("--plugin", path)]
        code, text = ebm(
            "train", *plugins, "--method", "noise_contrastive", "--dataset", name,
            "--updates", "700", "--out", tmp_path / name, "--json",
        )  # fmt: skip
        assert code == 0, text
        assert json.loads(text)["metrics"]["kl"] < least


def test_a_check_that_fails_names_the_promise_and_the_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    new("dataset", path)
    good = path.read_text()
    path.write_text(good.replace("- math.log(2)\n", "- math.log(3)\n"))
    code, text = ebm("check", path)
    assert code == 1
    assert "FAIL density fits the samples: the density integrates to 0.66666" in text
    line = next(i for i, line in enumerate(good.splitlines(), 1) if "heights =" in line)
    path.write_text(good.replace("heights = ", "heights = 1 / 0 * "))
    assert (
        f"FAIL density fits the samples: {path}, line {line}: ZeroDivision" in ebm("check", path)[1]
    )
    path.write_text("(")
    code, text = ebm("check", path)
    assert (code, f"{path}, line 1: SyntaxError" in text) == (2, True)


def test_a_run_on_the_command_line_tells_of_its_plug_in(tmp_path: Path) -> None:
    path, out = tmp_path / "mine.py", tmp_path / "run"
    new("method", path)
    train = ["train", *SHORT, "--method", "mine", "--out", str(out)]
    assert ebm(*train, "--plugin", path)[0] == 0
    (origin,) = json.loads((out / "config.json").read_text())["plugins"]
    assert (origin["kind"], origin["path"]) == ("mine", str(path))
    assert ebm("eval", out, "--plugin", path)[0] == 0
    code, text = ebm("sample", out, "--count", "3", "--steps", "2")
    assert (code, f"bring it with --plugin {path}" in text, "Traceback" in text) == (2, True, False)
    path.write_text("(")
    code, text = ebm(*train, "--plugin", path)
    assert (code, f"{path}, line 1: SyntaxError" in text, "Traceback" in text) == (2, True, False)
    gone = tmp_path / "none.py"
    for words in (["serve"], train):
        told = f"there is no {gone}; give a file, folder or module\n"
        assert ebm(*words, "--plugin", gone) == (2, told)


UPDATE = (
    '        """One step on a batch, in the model\'s units; all randomness comes from '
    'task.generator."""\n'
)


def failing(path: Path, statement: str, least: int = 3) -> int:
    """A method whose update does something from step `least` on; the line where it does."""
    new("method", path)
    before, after = path.read_text().split(UPDATE)
    more = f"        if self.task.schedule.step >= {least}:\n            {statement}\n"
    path.write_text(before + UPDATE + more + after)
    return len((before + UPDATE + more).splitlines())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("__import__('sys').exit(5)", "SystemExit: 5"),
        ('return {"loss": "foo"}', "class MineLearner gives 'foo' as the metric 'loss'; "),
    ],
)
def test_an_error_of_a_plug_in_ends_training_in_a_line_with_what_was_trained_saved(
    statement: str, said: str, tmp_path: Path
) -> None:
    path, out = tmp_path / "mine.py", tmp_path / "run"
    line = failing(path, statement)
    if "class" in said:
        beginning = path.read_text().split("class MineLearner")[0]
        line = len(beginning.splitlines())  # its decorator's
    code, text = ebm("train", *SHORT, "--method", "mine", "--out", out, "--plugin", path)
    assert code == 2
    assert f"{path}, line {line}: {said}" in text
    assert text.endswith(f"; what was trained until update 3 is saved in {out}\n")
    assert len(text.splitlines()) == 1
    assert (out / "checkpoint.safetensors").is_file()
    code, text = ebm("check", path)
    assert (code, "Traceback" in text) == (1, False)
    assert f"FAIL learns the ring: {path}, line {line}: {said}" in text


@pytest.mark.slow
def test_what_a_plug_in_prints_leaves_json_alone(tmp_path: Path) -> None:
    path, out = tmp_path / "mine.py", tmp_path / "run"
    failing(path, "print('printed')", 0)
    path.write_text(path.read_text() + "print('printed')\n")
    plugin = ["--plugin", str(path)]
    for words in (
        ["train", *SHORT, "--method", "mine", "--out", str(out), "--json", *plugin],
        ["eval", str(out), "--json", *plugin],
        ["check", str(path), "--json"],
    ):
        command = [sys.executable, "-m", "ebm_server.cli", *words]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout)
        assert "printed" in done.stderr


@pytest.mark.slow
def test_a_broken_plug_in_that_was_not_asked_for_hinders_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, out = tmp_path / "broken.py", tmp_path / "run"
    broken.write_text("x = 1\n)")
    monkeypatch.setenv("EBM_PLUGINS", str(broken))
    train = ["train", *SHORT, "--method", "denoising", "--out", str(out)]
    evaluate, sample = ["eval", str(out)], ["sample", str(out), "--count", "3", "--steps", "2"]
    for words in (train, evaluate, sample):
        code, text = ebm(*words)
        assert (code, f"a plug-in is left out: {broken}, line 2: SyntaxError" in text) == (0, True)
    assert ebm(*train, "--plugin", broken)[0] == 2


@pytest.mark.slow
def test_a_plug_in_s_errors_are_the_reasons_of_its_runs(tmp_path: Path) -> None:
    wrong, leaves = tmp_path / "wrong.py", tmp_path / "leaves.py"
    failing(wrong, 'return {"loss": 1.0, "grad_norm": "foo"}')
    line = failing(leaves, "raise SystemExit(5)")
    options = ["--plugin", str(wrong), "--plugin", str(leaves)]
    with Laboratory(tmp_path / "data", options=options) as lab, lab.page() as page:
        page.watch(lab.create(endless(method={"kind": "leaves"})))
        assert page.state("failed")["reason"] == f"{leaves}, line {line}: SystemExit: 5"
        page.watch(lab.create(endless(method={"kind": "wrong"})))
        reason = page.state("failed")["reason"]
        assert "class WrongLearner gives 'foo' as the metric 'grad_norm'" in reason
        assert reason.startswith(f"{wrong}, line ")


@pytest.mark.slow
def test_a_run_with_a_plug_in_lives_as_ours_do(tmp_path: Path) -> None:
    path, broken = tmp_path / "mine.py", tmp_path / "broken.py"
    new("method", path)
    broken.write_text("x = 1\n)")
    options = ["--plugin", str(path), "--plugin", str(broken)]
    environment = {"EBM_MAX_RUNNING": "3"}
    with Laboratory(tmp_path / "data", environment, options=options) as lab:
        assert f"{broken}, line 2: SyntaxError" in lab.line("a plug-in is left out")
        shown = lab.ask("GET", "/catalogue")
        assert "mine" in [method["kind"] for method in shown["methods"]]
        assert shown["recipes"]["mine"]["plane"]["optimization"]["learning_rate"] == 3e-3
        assert [origin["path"] for origin in shown["plugins"]] == [str(path)]
        assert f"{broken}, line 2" in shown["problems"][0]

        run, calm, killed = killed_and_calm(lab)
        assert frame(lab, calm)["landscape"] == frame(lab, killed)["landscape"]
        (origin,) = lab.ask("GET", f"/runs/{calm}")["config"]["plugins"]
        assert (origin["kind"], origin["path"]) == ("mine", str(path))
        sampling = {"energy": {"run": calm}, "sampler": {"kind": "mala"}, "steps": 20}
        assert lab.http.post("/api/v1/samplings", json=sampling).status_code == 200

        lab.stop()
        path.write_text(path.read_text() + "# changed\n")
        lab.start()
        lab.ask("POST", f"/runs/{run}/resume")
        with lab.page() as page:
            page.watch(run)
            page.until(lambda m: m["type"] == "event" and m["event"]["value"] == "running")
            page.step_beyond(0)
        told = [e["text"] for e in lab.ask("GET", f"/runs/{run}/events") if e["text"]]
        assert [text for text in told if "has changed since this run used it" in text]
        lab.ask("POST", f"/runs/{run}/stop")
        both_versions_are_recorded(lab, run)

        lab.stop()
        lab.options = ()
        lab.start()
        assert {r["id"] for r in lab.ask("GET", "/runs")} == {run, calm, killed}
        assert lab.ask("GET", f"/runs/{calm}/metrics")[-1]["step"] == 1500
        assert frame(lab, calm)["landscape"] == frame(lab, killed)["landscape"]
        before = lab.ask("GET", f"/runs/{run}")
        refusal = lab.ask("POST", f"/runs/{run}/resume", status=409)["detail"]
        assert f"bring it with --plugin {path}" in refusal
        assert lab.ask("GET", f"/runs/{run}") == before
        # its dataset is ours: only the method is missing
        assert lab.http.get(f"/api/v1/runs/{run}/truth").status_code == 200
        refusal = lab.http.post("/api/v1/samplings", json=sampling)
        assert (refusal.status_code, f"--plugin {path}" in refusal.text) == (409, True)
        again = {**endless(), "method": {"kind": "mine"}}
        (problem,) = lab.ask("POST", "/runs", again, status=422)["detail"]
        assert problem["path"] == "method.kind"


def both_versions_are_recorded(lab: Laboratory, run: str) -> None:
    """In the download, which agrees with the folder, and in the list of runs."""
    folder = lab.data_dir / "runs" / run
    answer = lab.http.get(f"/api/v1/runs/{run}/download")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        kept = {
            name: json.loads(archive.read(name)) for name in archive.namelist() if "json" in name
        }
    for name in ("config.json", "events.json"):
        assert kept[name] == json.loads((folder / name).read_text())
    (change,) = [change for change in kept["events.json"] if change["path"] == "plugins"]
    assert change["previous"] == kept["config.json"]["plugins"]
    assert change["value"] == kept["run.json"]["config"]["plugins"] != change["previous"]
    assert 0 < change["step"] <= kept["run.json"]["step"]
    (listed,) = [one for one in lab.ask("GET", "/runs") if one["id"] == run]
    assert (listed["first_plugins"], listed["plugins"]) == (change["previous"], change["value"])


def killed_and_calm(lab: Laboratory) -> tuple[str, str, str]:
    """A run that goes on, one that was left alone, and one that was killed and resumed."""
    mine = {"method": {"kind": "mine"}}
    killed = lab.create(endless(updates=1500, **mine))
    lab.ask("PATCH", f"/runs/{killed}", {"speed": 500})  # it has to live until it is killed
    with lab.page() as page:
        page.watch(killed)
        while not (lab.data_dir / "runs" / killed / "checkpoint.safetensors").exists():
            page.step_beyond(0)
        end(lab.worker_pid(killed))
        page.state("failed")
        lab.ask("POST", f"/runs/{killed}/resume")
        lab.ask("PATCH", f"/runs/{killed}", {"speed": None})
        page.state("finished")
        calm = lab.create(endless(updates=1500, **mine))
        page.watch(calm)
        page.state("finished")
        run = lab.create(endless(**mine))
        page.watch(run)
        page.step_beyond(0)
    return run, calm, killed


def frame(lab: Laboratory, run: str) -> Any:
    return msgpack.unpackb(lab.http.get(f"/api/v1/runs/{run}/keyframes/1500").content)
