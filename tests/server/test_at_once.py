"""What several people ask of one run at the same moment."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.server.laboratory import Laboratory, endless

PEOPLE = 8


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """A server for one run at a time."""
    one = {"EBM_MAX_RUNNING": "1", "EBM_SPARE": "0"}
    with Laboratory(tmp_path_factory.mktemp("alone"), one) as laboratory:
        yield laboratory


def at_once(lab: Laboratory, ask: Callable[[httpx.Client, int], httpx.Response]) -> list[Any]:
    """The status and the body of what each of some people asks, on a connection of their own."""

    def person(number: int) -> tuple[int, Any]:
        with httpx.Client(base_url=f"{lab.http.base_url}/api/v1", headers=lab.shown) as http:
            answer = ask(http, number)
            return answer.status_code, answer.json()

    with ThreadPoolExecutor(PEOPLE) as pool:
        return list(pool.map(person, range(PEOPLE)))


def going(lab: Laboratory) -> str:
    """A run that trains."""
    run = lab.create(endless())
    with lab.page() as page:
        page.watch(run)
        page.step_beyond(0)
    return run


def workers(lab: Laboratory, run: str) -> int:
    """Processes that it has had."""
    log: Path = lab.data_dir / "runs" / run / "worker.log"
    return log.read_text().count("process ")


def test_a_run_that_many_resume_at_once_goes_on_once(alone: Laboratory) -> None:
    run = going(alone)
    alone.ask("POST", f"/runs/{run}/stop")
    before = workers(alone, run)
    answers = at_once(alone, lambda http, _: http.post(f"/runs/{run}/resume", timeout=60))
    statuses = Counter(status for status, _ in answers)
    assert statuses.keys() <= {200, 409}, answers
    assert statuses[200] >= 1
    stopped_at = alone.ask("GET", f"/runs/{run}")["step"]
    with alone.page() as page:
        page.watch(run)
        page.step_beyond(stopped_at)
    alone.ask("POST", f"/runs/{run}/stop")
    assert workers(alone, run) == before + 1
    texts = [event["text"] for event in alone.ask("GET", f"/runs/{run}/events")]
    assert sum("goes on from update" in (text or "") for text in texts) == 1


@pytest.mark.parametrize("state", ["queued", "stopped", "running"])
def test_what_many_change_at_once_all_holds(alone: Laboratory, state: str) -> None:
    """Of one field the last change holds; of several fields, each."""
    first = going(alone)
    run = first
    if state == "queued":
        run = alone.create(endless())
    elif state == "stopped":
        alone.ask("POST", f"/runs/{run}/stop")
    assert alone.ask("GET", f"/runs/{run}")["state"] == state
    fields = ("optimization.learning_rate", "method.noise_level")
    values = [1e-3 * (number + 1) for number in range(PEOPLE)]

    def change(http: httpx.Client, number: int) -> httpx.Response:
        changes = {fields[number % 2]: values[number]}
        return http.patch(f"/runs/{run}", json={"changes": changes}, timeout=60)

    assert {status for status, _ in at_once(alone, change)} == {200}
    config = alone.ask("GET", f"/runs/{run}")["config"]
    if state == "stopped":
        alone.ask("POST", f"/runs/{run}/resume")
    elif state == "queued":
        alone.ask("POST", f"/runs/{first}/stop")
    with alone.page() as page:
        page.watch(run)
        page.step_beyond(alone.ask("GET", f"/runs/{run}")["step"])
    alone.ask("POST", f"/runs/{run}/stop")
    ends = alone.ask("GET", f"/runs/{run}")["config"]
    events = [e for e in alone.ask("GET", f"/runs/{run}/events") if e["kind"] == "change"]
    for place, field in enumerate(fields):
        part, name = field.split(".")
        assert ends[part][name] == config[part][name] in values[place::2]
        told = [event["value"] for event in events if event["path"] == field]
        assert sorted(told) == pytest.approx(values[place::2])
        assert told[-1] == ends[part][name]
