"""Schemathesis asks each route what its schema allows and forbids: every answer is declared."""

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import requests
import schemathesis
from ebm_server.web.openapi import document
from schemathesis import checks

from tests.server.laboratory import PATIENCE, SMALL, Laboratory

checks.load_all_checks()
OF_ALL = ["not_a_server_error", "status_code_conformance", "content_type_conformance"]
OF_JSON = [*OF_ALL, "response_schema_conformance"]
"""Answers in MessagePack are looked at in test_openapi."""
SCHEMA = schemathesis.openapi.from_dict(document())


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A server with two ended runs, their ids, and a connection; it starts few others."""
    limits = {"EBM_MAX_RUNNING": "1", "EBM_MAX_QUEUED": "1", "EBM_SPARE": "0"}
    with Laboratory(tmp_path_factory.mktemp("schema"), limits) as lab:
        runs = [lab.create({**SMALL, "updates": 20}) for _ in range(2)]
        with lab.page() as page:
            for run in runs:
                page.watch(run)
                page.state("finished")
        with requests.Session() as session:
            session.headers.update(lab.shown)
            yield lab, runs, session


@SCHEMA.parametrize()
@hypothesis.settings(
    max_examples=8, deadline=None, suppress_health_check=list(hypothesis.HealthCheck)
)
def test_every_answer_is_declared(case: schemathesis.Case[Any], asked: Any) -> None:
    lab, runs, session = asked
    given = case.path_parameters or {}
    share = 2 if case.path.endswith(("/gif", "/html")) else 10  # of a run that there is
    if "run" in given and len(str(given["run"])) % 12 < share:
        case.path_parameters = {**given, "run": runs[case.method == "DELETE"]}
    answer = case.call(base_url=str(lab.http.base_url), session=session, timeout=PATIENCE)
    kind = answer.headers.get("content-type", [""])[0]
    names = OF_JSON if kind.startswith("application/json") else OF_ALL
    wanted: Any = checks.CHECKS.get_by_names(names)
    case.validate_response(answer, checks=wanted)
