"""One document declares every route and message, and it is true."""

import json
import subprocess
import sys
from dataclasses import fields
from typing import Any

import httpx
import pytest
from ebm_server.protocol import answers, catalogue, playground, run_config
from ebm_server.protocol.frames import FrameMessage, PackedLandscape
from ebm_server.protocol.messages import unpack
from ebm_server.web.openapi import document
from pydantic import BaseModel, TypeAdapter
from typing_extensions import is_typeddict

from ebm_core import RunConfig
from ebm_core.playground.target import Target
from ebm_core.playground.trial import Outcome, Trial
from tests.server.laboratory import SMALL, Laboratory

FORMULA = {"energy": {"formula": {"kind": "double_well"}}, "sampler": {"kind": "langevin"}}


def references(node: Any) -> set[str]:
    """The names of all models that a part of the document refers to."""
    if isinstance(node, list):
        return set().union(*map(references, node))
    if not isinstance(node, dict):
        return set()
    own = {node["$ref"].rpartition("/")[2]} if isinstance(node.get("$ref"), str) else set()
    return own.union(*map(references, node.values()))


def followed(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer, where a route refers to one that is declared for all."""
    name = answer.get("$ref", "").rpartition("/")[2]
    return dict(document()["components"]["responses"][name]) if name else answer


def test_every_model_that_is_named_is_declared() -> None:
    declared = set(document()["components"]["schemas"])
    assert references(document()) <= declared | set(document()["components"]["responses"])
    assert not {name for name in declared if name.endswith(("-Input", "-Output"))}
    assert {"Watch", "FrameMessage", "MetricsMessage", "Run", "Gap", "Problem"} <= declared


def test_every_answer_has_a_model() -> None:
    for path, operations in document()["paths"].items():
        for method, operation in operations.items():
            for status, refused in operation["responses"].items():
                answer = followed(refused)
                for kind, content in answer.get("content", {}).items():
                    plain = content["schema"].get("type") == "string"
                    assert references(content) or plain, (method, path, status, kind)
                assert answer.get("content") or status == "204", (method, path, status)


def test_it_is_printed_without_torch_and_without_a_data_folder() -> None:
    code = "import sys, runpy; runpy.run_module('ebm_server.web.openapi', run_name='__main__');"
    code += "assert not {'torch', 'ebm_core'} & set(sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert json.loads(done.stdout) == document()


def names(model: Any) -> set[str]:
    """The fields of a model, however it is written."""
    if is_typeddict(model):
        return set(model.__annotations__)
    if issubclass(model, BaseModel):
        return {*model.model_fields, *model.model_computed_fields}
    return {field.name for field in fields(model)}


@pytest.mark.parametrize(
    ("declared", "real"),
    [
        (run_config.RunConfig, RunConfig),
        (playground.Trial, Trial),
        (playground.Target, Target),
        (playground.Outcome, Outcome),
    ],
)
def test_the_types_for_the_page_have_the_fields_of_the_core(declared: Any, real: Any) -> None:
    assert names(declared) == names(real)


def test_a_new_run_may_have_every_field_of_a_run_and_a_name() -> None:
    assert names(run_config.NewRun) == set(RunConfig.model_fields) | {"name"}


def test_the_catalogue_holds_what_is_declared_and_nothing_else(lab: Laboratory) -> None:
    served = lab.ask("GET", "/catalogue")
    assert TypeAdapter(catalogue.Catalogue).validate_python(served) == served


def declared(method: str, path: str, answer: httpx.Response) -> dict[str, Any]:
    """What the document says of an answer of a route; fails where it has no word for its form."""
    responses = document()["paths"]["/api/v1" + path][method.lower()]["responses"]
    said = followed(responses[str(answer.status_code)])["content"]
    schema: dict[str, Any] = said[answer.headers["content-type"].partition(";")[0]]["schema"]
    return schema


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/health", None, 200),
        ("GET", "/runs", None, 200),
        ("GET", "/runs/{run}", None, 404),
        ("POST", "/runs", {"dataset": {"kind": "nothing"}}, 422),
        ("POST", "/runs", {"name": 5}, 422),
        ("POST", "/runs/{run}/step", {"updates": 0}, 422),
        ("PATCH", "/runs/{run}", {"changes": {}}, 404),
        ("DELETE", "/runs/{run}", None, 404),
        ("GET", "/runs/{run}/keyframes/0", None, 404),
        ("GET", "/runs/{run}/metrics?after=-1", None, 422),
        ("POST", "/samplings", {**FORMULA, "chains": 0}, 422),
        ("POST", "/samplings", {**FORMULA, "chains": 2, "steps": 20}, 200),
    ],
)
def test_answers_are_those_that_are_declared(
    lab: Laboratory, method: str, path: str, body: Any, status: int
) -> None:
    answer = lab.http.request(method, "/api/v1" + path.replace("{run}", "nobody"), json=body)
    assert answer.status_code == status, answer.text
    route = path.partition("?")[0].replace("keyframes/0", "keyframes/{step}")
    (name,) = references(declared(method, route, answer)) or {""}
    if status >= 400:
        getattr(answers, name).model_validate(answer.json())
    elif name == "Outcome":
        playground.Outcome.model_validate(unpack(answer.content))


def test_json_that_is_broken_is_told_with_its_place(lab: Laboratory) -> None:
    headers = {"content-type": "application/json"}
    answer = lab.http.post("/api/v1/runs", content=b'{"seed": }', headers=headers)
    (problem,) = answer.json()["detail"]
    assert (answer.status_code, problem["path"], problem["value"]) == (422, "body", None)
    assert problem["message"] == "it is no JSON: Expecting value at character 10"


def test_a_run_that_goes_cannot_be_removed_and_its_frames_are_as_declared(
    lab: Laboratory, going: str
) -> None:
    answer = lab.http.delete(f"/api/v1/runs/{going}")
    assert answer.status_code == 409
    assert references(declared("DELETE", "/runs/{run}", answer)) == {"Refusal"}
    assert answers.Refusal.model_validate(answer.json()).detail
    kept = lab.ask("GET", f"/runs/{going}/keyframes")
    answer = lab.http.get(f"/api/v1/runs/{going}/keyframes/{kept[0]['step']}")
    assert references(declared("GET", "/runs/{run}/keyframes/{step}", answer)) == {"FrameMessage"}
    FrameMessage.model_validate(unpack(answer.content))
    answer = lab.http.get(f"/api/v1/runs/{going}/truth")
    assert references(declared("GET", "/runs/{run}/truth", answer)) == {"PackedLandscape"}
    PackedLandscape.model_validate(unpack(answer.content))
    config = lab.ask("GET", f"/runs/{going}")["config"]
    assert config.keys() == names(run_config.RunConfig) - {"processes"}  # one, which is not said
    assert config["method"]["kind"] == SMALL["method"]["kind"]
