"""Plug-ins from outside the package: on the shelves like ours, and told of where they are wrong."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from ebm_core import RunConfig, Training, load
from ebm_core.analytic import ANALYTIC_ENERGIES
from ebm_core.contracts.outside import ORIGINS, PlugInMissing
from ebm_core.datasets import DATASETS
from ebm_core.energies import ENERGIES
from ebm_core.methods import METHODS
from ebm_core.plugins import PlugInError, given_troubles, load_given, loading, use
from ebm_core.plugins.helpers import with_helpers
from ebm_core.plugins.source import Source
from ebm_core.runs import snapshots
from ebm_core.runs.problems import problems
from ebm_core.samplers import SAMPLERS

ROOT = Path(__file__).parents[2]
SKELETONS = ROOT / "ebm_core" / "plugins" / "skeletons"
SHELVES: dict[str, dict[str, Any]] = {
    "method": METHODS,
    "sampler": SAMPLERS,
    "dataset": DATASETS,
    "energy": ENERGIES,
    "formula": ANALYTIC_ENERGIES,
}


@pytest.fixture(autouse=True)
def shelves_as_before() -> Iterator[None]:
    """Nothing from outside stays on a shelf, and no trouble with it is told later."""
    yield
    for place in {origin.path for origin in ORIGINS.values()}:
        loading.forget(Source(place))
    load_given()


def skeleton(contract: str, folder: Path, name: str = "") -> Path:
    """A copy of what `ebm new` writes."""
    path = folder / (name or f"my_{contract}.py")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text((SKELETONS / f"{contract}.py").read_text())
    return path


def short(updates: int = 4, **fields: Any) -> RunConfig:
    given = {"dataset": {"kind": "moons"}, "method": {"kind": "my_method"}, "updates": updates}
    small = {"energy": {"kind": "mlp", "hidden": [8], "fourier_features": 4}}
    return RunConfig.model_validate({**given, **small, **fields})


def finished(config: RunConfig) -> Training:
    training = Training(config)
    while not training.finished:
        training.update()
    return training


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


METHOD = (SKELETONS / "method.py").read_text()
BROKEN = {
    "syntax": ("def f(:\n", 1, "SyntaxError: "),
    "exception": ("import math\n\nmath.sqrt(-1)\n", 3, "ValueError: "),
    "leaves": ("raise SystemExit(3)\n", 1, "SystemExit: 3"),
    "missing import": ("import not_there\n", 1, "No module named 'not_there'"),
    "nothing": ("x = 1\n", None, "there is no class here that is one of Method, Sampler, Dataset"),
    "abstract": (
        METHOD.replace("def smoothing", "def smooth").replace("def learner", "def learn"),
        "class MyMethod",
        "class MyMethod does not define learner, smoothing",
    ),
    "no title": (
        METHOD.replace('    title: ClassVar[str] = "My method"\n', ""),
        "class MyMethod",
        "does not say `title",
    ),
    "no kind": (
        METHOD.replace('Literal["my_method"] = "my_method"', 'str = "my_method"'),
        "class MyMethod",
        "has no name",
    ),
    "family": (
        METHOD.replace('"score_matching"', '"mine"'),
        "class MyMethod",
        "choose one of mcmc",
    ),
    "ours": (
        METHOD.replace('"my_method"', '"persistent"'),
        "class MyMethod",
        "EBM Lab has one of its own by this name (ebm_core.methods.mcmc.persistent)",
    ),
    "recipe": (
        METHOD.replace('{"optimization": {', '{"optimization": {}, **{'),
        "class MyMethod",
        "fails: KeyError",
    ),
    "recipe's own": (
        METHOD.replace('return {"opt', 'return 1 / 0, {"opt'),
        "1 / 0",
        "ZeroDivision",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_an_error_is_told_with_its_line(name: str, tmp_path: Path) -> None:
    text, where, told = BROKEN[name]
    path = tmp_path / "mine.py"
    path.write_text(text)
    before = {contract: dict(shelf) for contract, shelf in SHELVES.items()}
    with pytest.raises(PlugInError) as error:
        use(path)
    (trouble,) = error.value.troubles
    line = trouble.line
    if isinstance(where, str):
        assert line is not None
        # a class begins with its decorator
        assert where in "".join(text.splitlines()[line - 1 : line + 1])
    else:
        assert line == where
    assert trouble.place == str(path)
    assert told in trouble.message
    assert {contract: dict(shelf) for contract, shelf in SHELVES.items()} == before


def test_two_plug_ins_of_one_name_are_told_with_both_files(tmp_path: Path) -> None:
    first, second = skeleton("method", tmp_path / "a"), skeleton("method", tmp_path / "b")
    (plug_in,) = use(first)
    with pytest.raises(PlugInError) as error:
        use(second)
    assert str(first) in str(error.value)
    assert str(second) in str(error.value)
    assert METHODS["my_method"] is plug_in


def test_twins_in_one_folder_are_told_with_both_files(tmp_path: Path) -> None:
    skeleton("method", tmp_path, "first.py")
    skeleton("method", tmp_path, "second.py")
    with pytest.raises(PlugInError) as error:
        use(tmp_path)
    assert str(error.value).startswith(f"{tmp_path / 'second.py'}, line ")
    assert str(error.value).endswith(f": {tmp_path / 'first.py'} has one of this name")


def test_a_module_that_is_not_there_may_be_a_file_that_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [place for place in sys.path if place])
    with pytest.raises(PlugInError, match=r"there is no module no_package\.mine; is it installed"):
        use("no_package.mine")
    (tmp_path / "mine_here.py").touch()
    with pytest.raises(PlugInError, match=r"did you mean the file mine_here\.py\?"):
        use("mine_here")


def test_a_broken_file_leaves_those_beside_it_alone(tmp_path: Path) -> None:
    skeleton("sampler", tmp_path)
    (tmp_path / "a_broken.py").write_text("(")
    with pytest.raises(PlugInError, match=r"a_broken\.py, line 1"):
        use(tmp_path)
    assert "my_sampler" in SAMPLERS


def test_an_abstract_class_may_be_the_base_of_others(tmp_path: Path) -> None:
    text = METHOD.replace("class MyMethod(kit.Unconditional)", "class Mine(kit.Unconditional)", 1)
    base = text.replace("def learner(", "def _learner(").replace("@final\nclass Mine", "class Mine")
    base = base.replace("method: MyMethod", "method: Mine")
    derived = textwrap.dedent("""
        class MyMethod(Mine):
            def learner(self, task):
                return MyLearner(self, task)
    """)
    (tmp_path / "mine.py").write_text(base + derived)
    assert [plug_in.__name__ for plug_in in use(tmp_path / "mine.py")] == ["MyMethod"]


def test_a_changed_file_is_used_anew(tmp_path: Path) -> None:
    path = skeleton("method", tmp_path)
    (first,) = use(path)
    path.write_text(METHOD.replace("0.1, title", "0.3, title"))
    (second,) = use(path)
    assert METHODS["my_method"] is second is not first
    assert short().method.model_dump()["noise_level"] == 0.3


def test_a_plug_in_s_sampler_goes_into_ours_and_bad_values_are_told(tmp_path: Path) -> None:
    use(skeleton("sampler", tmp_path))
    method = {"kind": "persistent", "sampler": {"kind": "my_sampler"}}
    config = short(method=method)
    assert [origin.kind for origin in config.plugins] == ["my_sampler"]
    finished(config).frame()
    with pytest.raises(ValidationError) as error:
        short(method={**method, "sampler": {"kind": "my_sampler", "step_size": 7}})
    (problem,) = problems(RunConfig, error.value)
    assert problem.path == "method.sampler.step_size"
    assert problem.allowed == "a number > 0 and <= 1"


def test_a_recipe_may_name_a_sampler_beside_its_method(tmp_path: Path) -> None:
    sampler = skeleton("sampler", tmp_path, "z_sampler.py")
    method = skeleton("method", tmp_path)
    text = METHOD.replace(
        "    noise_level", "    sampler: kit.AnySampler = kit.Mala()\n    noise_level"
    )
    named = '{"method": {"sampler": {"kind": "my_sampler"}}, "optimization"'
    method.write_text(text.replace('{"optimization"', named, 1))
    assert len(use(tmp_path)) == 2
    origins = {origin.kind: origin for origin in short().plugins}
    assert origins.keys() == {"my_method", "my_sampler"}
    assert origins["my_sampler"].path == str(tmp_path) != str(sampler)


def test_a_run_says_which_file_and_digest_it_used(tmp_path: Path) -> None:
    path = skeleton("method", tmp_path / "code")
    use(path)
    config = short()
    (origin,) = config.plugins
    assert (origin.contract, origin.kind, origin.path) == ("method", "my_method", str(path))
    assert origin.digest == Source(str(path)).digest()
    assert RunConfig.model_validate_json(config.model_dump_json()) == config
    training = finished(config)
    training.save(tmp_path / "run")
    snapshots.keep(tmp_path / "run", training)
    load(tmp_path / "run")  # and warns of nothing

    path.write_text(path.read_text() + "# changed\n")
    use(path)
    assert (
        "has changed since this run used it" in Training.resume(tmp_path / "run").plugin_changes[0]
    )
    for step in (None, 4):
        with pytest.warns(UserWarning, match="has changed since this run used it"):
            load(tmp_path / "run", step)

    loading.forget(Source(str(path)))
    for step in (None, 4):
        with pytest.raises(PlugInMissing, match=f"bring it with --plugin {path}"):
            load(tmp_path / "run", step)


def test_a_run_that_goes_on_with_another_version_records_when(tmp_path: Path) -> None:
    path = skeleton("method", tmp_path / "code")
    use(path)
    finished(short()).save(tmp_path / "run")
    (before,) = short().plugins
    path.write_text(path.read_text() + "# changed\n")
    use(path)
    (now,) = short().plugins
    resumed = Training.resume(tmp_path / "run")
    (change,) = [change for change in resumed.events if change.path == "plugins"]
    assert (change.step, change.previous) == (4, [before.model_dump()])
    assert (change.value, before.digest == now.digest) == ([now.model_dump()], False)

    resumed.change("updates", 6)
    while not resumed.finished:
        resumed.update()
    resumed.save(tmp_path / "run")
    assert Training.resume(tmp_path / "run").events == resumed.events
    again = Training(short(), resumed.events)  # a replay is one of the plug-in as it is now
    while not again.finished:
        again.update()
    assert (again.step, [event.path for event in again.events]) == (6, ["updates"])


def test_a_run_of_ours_records_none() -> None:
    assert short(method={"kind": "denoising"}).model_dump()["plugins"] == ()
