"""Runs use plug-ins from outside as they use ours, and record which."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from ebm_core import RunConfig, Training, load
from ebm_core.contracts.outside import PlugInMissing
from ebm_core.plugins import loading, use
from ebm_core.plugins.source import Source
from ebm_core.runs import snapshots
from ebm_core.runs.problems import problems
from tests.core.outside import METHOD, finished, short, skeleton

pytestmark = pytest.mark.usefixtures("shelves_as_before")


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
