"""Plug-ins from outside the package are on the shelves like ours, wherever they come from."""

import os
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from ebm_core.contracts.outside import ORIGINS
from ebm_core.datasets import DATASETS
from ebm_core.methods import METHODS
from ebm_core.plugins import PlugInError, given_troubles, load_given, loading, use
from ebm_core.plugins.helpers import with_helpers
from ebm_core.plugins.source import Source
from tests.core.outside import METHOD, SHELVES, short, skeleton

pytestmark = pytest.mark.usefixtures("shelves_as_before")


@pytest.mark.parametrize("contract", SHELVES)
def test_a_file_s_plug_in_is_on_its_shelf_in_less_than_80_lines(
    contract: str, tmp_path: Path
) -> None:
    path = skeleton(contract, tmp_path)
    assert len(path.read_text().splitlines()) < 80
    (plug_in,) = use(path)
    assert SHELVES[contract][f"my_{contract}"] is plug_in
    assert (ORIGINS[plug_in].path, ORIGINS[plug_in].contract) == (str(path), contract)


def test_a_folder_s_files_may_import_each_other(tmp_path: Path) -> None:
    skeleton("sampler", tmp_path / "mine")
    method = skeleton("method", tmp_path / "mine")
    (tmp_path / "mine" / "_kit_of_mine.py").write_text("LEVEL = 0.2\n")
    text = method.read_text().replace("0.1, title", "LEVEL, title")
    method.write_text(
        text.replace("from ebm_core", "from _kit_of_mine import LEVEL\nfrom ebm_core")
    )
    assert len(use(tmp_path / "mine")) == 2
    assert short().method.model_dump()["noise_level"] == 0.2


def test_a_helper_beside_a_file_is_part_of_it(tmp_path: Path) -> None:
    path, helper, deep = skeleton("method", tmp_path), tmp_path / "levels.py", tmp_path / "deep.py"
    path.write_text(
        METHOD.replace("0.1, title", "LEVEL, title").replace(
            "from ebm_core", "from levels import LEVEL\nfrom ebm_core"
        )
    )
    helper.write_text("import math\nfrom deep import LEVEL\n")
    deep.write_text("LEVEL = 0.2\n")
    (tmp_path / "not_imported.py").write_text("1 / 0")
    (tmp_path / "math.py").write_text("1 / 0")
    assert Source(str(path)).files() == [path, deep, helper]
    use(path)
    (before,) = short().plugins
    use(path)
    assert short().plugins == (before,)
    deep.write_text("LEVEL = 0.3\n")
    use(path)
    (now,) = short().plugins
    assert before.digest != now.digest
    assert short().method.model_dump()["noise_level"] == 0.3
    deep.write_text("LEVEL = 1 / 0\n")
    with pytest.raises(PlugInError, match=r"deep\.py, line 1: ZeroDivisionError"):
        use(path)


def test_a_package_s_file_has_its_relative_imports_as_helpers(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    for name, text in {
        "__init__.py": "",
        "mine.py": "from . import near\nfrom .inner.far import x\nimport ebm_core\n",
        "near.py": "",
        "inner/__init__.py": "",
        "inner/far.py": "from ..near import y\n",
    }.items():
        (tmp_path / name).write_text(text)
    found = with_helpers(tmp_path / "mine.py", tmp_path)
    names = [str(file.relative_to(tmp_path)) for file in found]
    assert names == ["mine.py", "inner/__init__.py", "inner/far.py", "near.py"]


def test_a_changed_package_is_used_anew(tmp_path: Path) -> None:
    (tmp_path / "whole_package").mkdir()
    (tmp_path / "whole_package" / "__init__.py").touch()
    path = skeleton("method", tmp_path / "whole_package")
    use(tmp_path / "whole_package")
    path.write_text(METHOD.replace("0.1, title", "0.3, title"))
    use(tmp_path / "whole_package")
    assert short().method.model_dump()["noise_level"] == 0.3


def test_a_module_is_found_by_its_name_with_all_below_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    skeleton("energy", tmp_path / "outer_package" / "inner")
    for folder in ("outer_package", "outer_package/inner"):
        (tmp_path / folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    (plug_in,) = use("outer_package")
    assert plug_in.__module__ == "outer_package.inner.my_energy"
    assert ORIGINS[plug_in].path == "outer_package"


def test_installed_packages_bring_theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    skeleton("dataset", tmp_path, "installed_dataset.py")
    monkeypatch.syspath_prepend(tmp_path)
    point = EntryPoint("mine", "installed_dataset", loading.GROUP)
    monkeypatch.setattr(loading, "entry_points", lambda group: [point])
    load_given()
    assert given_troubles() == []
    assert DATASETS["my_dataset"].__module__ == "installed_dataset"


def test_a_broken_package_hinders_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("broken_above/__init__.py", "broken_below/inner/__init__.py"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("1 / 0\n")
    (tmp_path / "broken_below" / "__init__.py").touch()
    (tmp_path / "broken_above" / "mine.py").touch()
    skeleton("dataset", tmp_path / "broken_below", "z_dataset.py")
    monkeypatch.syspath_prepend(tmp_path)
    points = [
        EntryPoint(name, name, loading.GROUP) for name in ("broken_above.mine", "broken_below")
    ]
    monkeypatch.setattr(loading, "entry_points", lambda group: points)
    load_given()
    above, below = map(str, given_troubles())
    assert above == "broken_above.mine: ZeroDivisionError: division by zero"
    assert below.startswith(f"{tmp_path / 'broken_below' / 'inner' / '__init__.py'}, line 1: Zero")
    assert "my_dataset" in DATASETS


def test_the_environment_s_are_there_as_soon_as_the_package_is(tmp_path: Path) -> None:
    good, bad = skeleton("method", tmp_path), tmp_path / "bad.py"
    bad.write_text("x = 1\nboom\n")
    told = (
        "import ebm_core.methods; from ebm_core.plugins import given_troubles\n"
        "print('my_method' in ebm_core.methods.METHODS, *given_troubles(), sep='\\n')"
    )
    gone = tmp_path / "none.py"
    named = os.pathsep.join(map(str, (bad, good, gone)))
    environment = {**os.environ, "EBM_PLUGINS": named}
    done = subprocess.run(
        [sys.executable, "-c", told], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "True",
        f"{bad}, line 2: NameError: name 'boom' is not defined",
        f"{gone}: there is no {gone}; give a file, folder or module",
    ]


def test_a_changed_file_is_used_anew(tmp_path: Path) -> None:
    path = skeleton("method", tmp_path)
    (first,) = use(path)
    path.write_text(METHOD.replace("0.1, title", "0.3, title"))
    (second,) = use(path)
    assert METHODS["my_method"] is second is not first
    assert short().method.model_dump()["noise_level"] == 0.3
