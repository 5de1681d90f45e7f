"""What is wrong with a plug-in from outside is told with its file and line."""

import sys
import textwrap
from pathlib import Path

import pytest

from ebm_core.methods import METHODS
from ebm_core.plugins import PlugInError, use
from ebm_core.samplers import SAMPLERS
from tests.core.outside import METHOD, SHELVES, skeleton

pytestmark = pytest.mark.usefixtures("shelves_as_before")


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
