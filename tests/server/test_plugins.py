"""The commands write, check and use plug-ins from outside, and tell what is wrong with one."""

import json
from pathlib import Path

import pytest

from tests.server import processes
from tests.server.laboratory import ROOT
from tests.server.outside import failing, new

SHORT = ["--dataset", "moons", "--updates", "5", "--set", "energy.hidden=[8]"]
EXAMPLES = sorted(ROOT.glob("examples/*.py"))


def ebm(*words: str | Path) -> tuple[int, str]:
    """A command in a process of its own: nothing comes onto our shelves."""
    code, said, told = processes.ebm(*words)
    return code, said + told


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
        code, said, told = processes.ebm(*words)
        assert (code, "printed" in told) == (0, True)
        assert json.loads(said)


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
        code, _, text = processes.fresh_ebm(*words)
        assert (code, f"a plug-in is left out: {broken}, line 2: SyntaxError" in text) == (0, True)
    assert processes.fresh_ebm(*train, "--plugin", broken)[0] == 2
