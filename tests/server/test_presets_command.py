"""`ebm train --preset` and `ebm list presets`."""

import json
from pathlib import Path

from ebm_server.commands._presets import preset_in_words

from ebm_core.presets import PRESETS
from ebm_core.presets.run import whole
from tests.server.test_commands import ebm, refused

FEW = ["--set", "method.chains=4", "--set", "method.chain_steps=2"]
IGEBM = ["--preset", "igebm", "--dataset", "digits"]


def config(folder: Path) -> dict[str, object]:
    """What a run was, as saved."""
    found: dict[str, object] = json.loads((folder / "config.json").read_text())
    return found


def test_a_preset_is_trained_and_what_stands_beside_it_wins(tmp_path: Path) -> None:
    code, text = ebm("train", *IGEBM, *FEW, "--updates", "2", "--out", tmp_path / "run")
    assert code == 0, text
    made = config(tmp_path / "run")
    recipe = whole(PRESETS["igebm"], "digits")
    assert made["method"] == {**recipe["method"], "chains": 4, "chain_steps": 2}
    assert made["energy"] == recipe["energy"]
    assert (made["seconds"], made["updates"]) == (None, 2)


def test_a_file_names_the_data_and_a_length_over_the_presets(tmp_path: Path) -> None:
    file = tmp_path / "run.toml"
    file.write_text('updates = 3\n[dataset]\nkind = "digits"\nnoise = 0.1\n')
    code, text = ebm("train", file, "--preset", "igebm", *FEW, "--out", tmp_path / "run")
    assert code == 0, text
    made = config(tmp_path / "run")
    assert (made["seconds"], made["updates"]) == (None, 3)
    assert made["dataset"] == {"kind": "digits", "noise": 0.1}


def test_what_is_no_preset_or_not_for_the_data_is_told_in_a_sentence(tmp_path: Path) -> None:
    out = ["--out", tmp_path / "run"]
    assert "choose one of igebm, short_run" in refused(
        "train", "--preset", "igem", "--dataset", "digits", *out
    )
    told = refused("train", "--preset", "jem", "--dataset", "moons", *out)
    assert "for digits, mnist, fashion_mnist, cifar10, and the dataset is 'moons'" in told
    assert "name one by --dataset" in refused("train", "--preset", "jem", *out)
    assert "device is 'cuda'" in refused(
        "train", "--preset", "ncsn", "--dataset", "cifar10", "--data", tmp_path, *out
    )
    assert not (tmp_path / "run").exists()


def test_the_list_tells_papers_sizes_and_figures() -> None:
    assert ebm("list")[1].count("\n  igebm ") == 1
    code, text = ebm("list", "presets", "--json")
    assert code == 0
    told = {one["name"]: one for one in json.loads(text)["preset"]}
    assert list(told) == list(PRESETS)
    assert told["jem"]["on"]["cifar10"]["parameters"] == 36_680_010
    for name, preset in PRESETS.items():
        words = " ".join(preset_in_words(preset).split())
        assert preset.link in words
        assert all(setup.figures in words for setup in preset.on.values())
        assert f"preset {name}:" in ebm("list", name)[1]
