"""Schemathesis asks every route whatever its schema allows, and what it forbids: no answer surprises."""

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from ebm_server.web.openapi import document
from schemathesis import checks

from tests.server.laboratory import SMALL, Laboratory

checks.load_all_checks()
CHECKS = checks.CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
    ]
)
SCHEMA = schemathesis.openapi.from_dict(document())


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Laboratory, list[str]]]:
    """A server with some ended runs, and their ids."""
    limits = {"EBM_MAX_RUNNING": "1", "EBM_MAX_QUEUED": "1", "EBM_SPARE": "0"}
    with Laboratory(tmp_path_factory.mktemp("schema"), limits) as lab:
        runs = []
        for _ in range(2):
            run = lab.create({**SMALL, "updates": 20})
            with lab.page() as page:
                page.watch(run)
                page.state("finished")
            runs.append(run)
        yield lab, runs


@SCHEMA.parametrize()
@hypothesis.settings(
    max_examples=15, deadline=None, suppress_health_check=list(hypothesis.HealthCheck)
)
def test_every_answer_is_declared(case: schemathesis.Case, asked: Any) -> None:
    lab, runs = asked
    if "run" in (case.path_parameters or {}) and len(str(case.path_parameters["run"])) % 3:
        case.path_parameters["run"] = runs[case.method == "DELETE"]
    case.call_and_validate(base_url=str(lab.http.base_url), checks=CHECKS)
