"""The list of runs: 5,000 of them, found, sorted, renamed, pinned, tagged and deleted."""

import json
import sqlite3
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.server.laboratory import SMALL, Laboratory

MANY = 5000
QUIET = {"EBM_SPARE": "0", "EBM_MAX_RUNNING": "1"}


def fill(folder: Path, template: dict[str, Any], many: int = MANY) -> None:
    """Puts ended runs into a database, as copies of one."""
    methods, datasets = ["denoising", "persistent", "exact"], ["moons", "rings"]
    with sqlite3.connect(folder / "ebm.sqlite") as connection:
        for i in range(many):
            config = json.loads(template["config"])
            config["method"]["kind"], config["dataset"]["kind"] = methods[i % 3], datasets[i % 2]
            row = template | {
                "id": f"{i:010x}",
                "name": f"{methods[i % 3]} on {datasets[i % 2]}",
                "state": ("finished", "stopped", "failed")[i % 3],
                "config": json.dumps(config),
                "created": f"2026-01-01T00:{i // 60 % 60:02}:{i % 60:02}.{i:06}Z",
                "step": i,
                "metrics": json.dumps(
                    dict(json.loads(template["metrics"])) | {"kl_data": 1 / (i + 1)}
                ),
                "worker": None,
            }
            if i % 1000 == 500:  # branches, of the run before
                row |= {"parent": f"{i - 1:010x}", "parent_step": i - 1}
            names, values = ", ".join(row), ", ".join("?" * len(row))
            connection.execute(f"INSERT INTO runs ({names}) VALUES ({values})", [*row.values()])
    connection.close()


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """A server with 5,000 runs."""
    folder = tmp_path_factory.mktemp("crowded")
    with Laboratory(folder, QUIET) as lab:
        run = lab.create({**SMALL, "updates": 30})
        with lab.page() as page:
            page.watch(run)
            page.state("finished")
        lab.stop()
        with sqlite3.connect(folder / "ebm.sqlite") as connection:
            connection.row_factory = sqlite3.Row
            template = dict(connection.execute("SELECT * FROM runs").fetchone())
        connection.close()
        fill(folder, template)
        lab.start()
        lab.ask("DELETE", f"/runs/{run}", status=204)
        yield lab


def test_a_page_of_5000_runs_is_small(crowded: Laboratory) -> None:
    answer = crowded.http.get("/api/v1/runs")
    assert len(answer.content) < 200_000
    runs = answer.json()
    assert len(runs) == 100
    found = crowded.ask("GET", "/runs/found")
    assert (found["all"], found["fitting"]) == (MANY, MANY)
    assert sum(found["states"].values()) == sum(found["methods"].values()) == MANY
    # each run stands once in the pages, a branch after its parent
    seen: list[dict[str, Any]] = []
    for offset in range(0, MANY, 100):
        seen += crowded.ask("GET", f"/runs?sort=family&offset={offset}")
    assert len({run["id"] for run in seen}) == len(seen) == MANY
    for before, run in pairwise(seen):
        assert (run["depth"] == 1) == (run["parent"] is not None)
        if run["depth"]:
            assert run["parent"] == before["id"]
            assert run["parent_name"] == before["name"]
    newest = crowded.ask("GET", "/runs?limit=3")
    assert [run["depth"] for run in newest] == [0, 0, 0]
    assert newest[0]["created"] > newest[1]["created"] > newest[2]["created"]
    roots = [run["created"] for run in seen if run["depth"] == 0 and run["parent"] is None]
    assert roots[0] > roots[-1]


def test_runs_are_found_and_sorted(crowded: Laboratory) -> None:
    def ids(query: str) -> list[str]:
        return [run["id"] for run in crowded.ask("GET", f"/runs?limit=5&{query}")]

    def number(i: int) -> str:
        return f"{i:010x}"

    by_updates = ids("sort=updates&descending=false")
    assert by_updates == [number(i) for i in range(5)]
    assert ids("sort=distance&descending=false") == [number(MANY - 1 - i) for i in range(5)]
    assert ids(f"search={number(77)}") == [number(77)]
    both = crowded.ask("GET", "/runs?state=failed&method=exact&dataset=rings&search=EXACT rings")
    assert both
    for run in both:
        assert (run["state"], run["method"], run["dataset"]) == ("failed", "exact", "rings")
    two = crowded.ask("GET", "/runs/found?state=failed&state=stopped")
    assert two["fitting"] == two["states"]["failed"] + two["states"]["stopped"]
    assert crowded.ask("GET", "/runs?search=nothing of the kind") == []
    (problem,) = crowded.ask("GET", "/runs?limit=5000", status=422)["detail"]
    assert problem["path"] == "limit"


def test_runs_are_renamed_pinned_tagged_and_keep_it(crowded: Laboratory) -> None:
    run, other = f"{5:010x}", f"{6:010x}"
    said = {"name": "The good one", "pinned": True, "tags": ["thesis", "figure 3", "thesis"]}
    crowded.ask("PATCH", f"/runs/{run}", said)
    crowded.ask("PATCH", f"/runs/{other}", {"tags": ["thesis"]})
    for _ in range(2):
        first = crowded.ask("GET", "/runs")[0]
        assert (first["id"], first["name"], first["pinned"]) == (run, "The good one", True)
        assert first["tags"] == ["thesis", "figure 3"]
        assert {r["id"] for r in crowded.ask("GET", "/runs?tag=thesis")} == {run, other}
        assert crowded.ask("GET", "/runs?search=good figure")[0]["id"] == run
        assert crowded.ask("GET", "/runs/found")["tags"] == {"thesis": 2, "figure 3": 1}
        crowded.stop()
        crowded.start()
    crowded.ask("PATCH", f"/runs/{run}", {"pinned": False, "tags": []})
    assert crowded.ask("GET", "/runs")[0]["id"] != run
    assert crowded.ask("GET", f"/runs/{run}")["name"] == "The good one"
    (problem,) = crowded.ask("PATCH", f"/runs/{run}", {"tags": [""]}, 422)["detail"]
    assert problem["path"] == "tags.0"


def test_many_runs_are_deleted_at_once_and_those_that_go_stay(crowded: Laboratory) -> None:
    going = crowded.create({**SMALL, "updates": 10_000_000})
    gone = [f"{i:010x}" for i in range(2000, 2600)]
    told = crowded.ask("POST", "/runs/delete", {"runs": [*gone, going, "nobody"]})
    assert told["deleted"] == 600
    assert set(told["kept"]) == {going, "nobody"}
    assert "stop it first" in told["kept"][going]
    assert crowded.ask("GET", "/runs/found")["all"] == MANY - 600 + 1
    crowded.ask("GET", f"/runs/{gone[0]}", status=404)
    crowded.ask("POST", f"/runs/{going}/stop")


def test_runs_of_a_method_on_the_same_data_are_told_apart(tmp_path: Path) -> None:
    with Laboratory(tmp_path, QUIET) as lab:
        chains: Any = {"kind": "persistent", "chains": 16, "buffer_size": 16}
        plain = lab.create({**SMALL, "updates": 10, "method": chains})
        long = lab.create(
            {**SMALL, "updates": 20, "seed": 3, "method": chains | {"chain_steps": 9}}
        )
        by_mala = chains | {"sampler": {"kind": "mala"}}
        other = lab.create({**SMALL, "updates": 10, "method": by_mala})
        apart = lab.create({**SMALL, "updates": 5, "dataset": {"kind": "moons"}})
        found = {run["id"]: run["differs"] for run in lab.ask("GET", "/runs")}
        steps = lab.ask("GET", f"/runs/{plain}")["config"]["method"]["chain_steps"]
        assert found == {
            plain: {"method.sampler.kind": "random_walk", "method.chain_steps": steps},
            long: {"method.sampler.kind": "random_walk", "method.chain_steps": 9},
            other: {"method.sampler.kind": "mala", "method.chain_steps": steps},
            apart: {},
        }
        alone = lab.ask("GET", "/runs?search=moons")
        assert [run["differs"] for run in alone] == [{}]
