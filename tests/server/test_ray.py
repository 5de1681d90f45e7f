"""Runs on a real Ray cluster of two nodes that share only the storage with the server."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ebm_server.runs.executors import ray_cluster
from ebm_server.settings import Settings, worker_url

from tests.server.cluster import Cluster
from tests.server.laboratory import Laboratory, Page, endless
from tests.server.processes import ebm
from tests.server.test_commands import until
from tests.server.test_storage import weights

installed = pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed")
LENGTH = 2000
SLOW = 150.0
"""Updates a second of a run that is to be caught while it trains."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Two nodes with room for a run each, and a head with none."""
    made = Cluster()
    try:
        made.start()
        made.add()
        made.add()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def far(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """A server whose runs are on the cluster."""
    folder = tmp_path_factory.mktemp("far")
    where = ["--executor", "ray", "--ray-address", cluster.address]
    options = [*where, "--storage", str(folder / "shared")]
    with Laboratory(folder / "lab", options=options) as laboratory:
        yield laboratory


@pytest.fixture(scope="module")
def uninterrupted(far: Laboratory) -> dict[str, bytes]:
    """The weights of a run that nothing has disturbed."""
    run = far.create(endless(updates=LENGTH))
    with far.page() as page:
        page.watch(run)
        page.state("finished")
    return weights(far, run)


def slow_run(far: Laboratory, page: Page) -> str:
    """The same run, some way from its end, with a checkpoint of later than its start."""
    run = far.create(endless(updates=LENGTH))
    page.watch(run)
    far.ask("PATCH", f"/runs/{run}", {"speed": SLOW})
    page.step_beyond(0, run)
    far.ask("POST", f"/runs/{run}/pause")
    far.ask("POST", f"/runs/{run}/resume")
    page.step_beyond(0, run)
    return run


def finish(far: Laboratory, page: Page, run: str) -> None:
    """Lets a run go as fast as it can, to its end."""
    far.ask("PATCH", f"/runs/{run}", {"speed": None})
    of_run(page, run, "finished")


def of_run(page: Page, run: str, *states: str) -> dict[str, Any]:
    """Waits for a state of one run among several."""

    def wanted(message: dict[str, Any]) -> bool:
        info = message.get("info", {})
        return message["type"] == "run" and info["id"] == run and info["state"] in states

    return dict(page.until(wanted)["info"])


def told(page: Page, run: str, words: str) -> str:
    """Waits for an event of a run with these words."""

    def wanted(message: dict[str, Any]) -> bool:
        ours = message["type"] == "event" and message["run"] == run
        return ours and words in (message["event"]["text"] or "")

    return str(page.until(wanted)["event"]["text"])


@installed
def test_a_run_is_queued_until_the_cluster_has_a_place(far: Laboratory) -> None:
    with far.page() as page:
        runs = [far.create(endless()) for _ in range(3)]
        for run in runs:
            page.watch(run)
        going: set[str] = set()
        while len(going) < 2:
            going.add(page.state("running")["id"])
        assert going == set(runs[:2])  # the oldest first
        assert far.ask("GET", f"/runs/{runs[2]}")["state"] == "queued"
        far.ask("POST", f"/runs/{runs[0]}/stop")
        of_run(page, runs[2], "running")
        waiting = far.create(endless())
        assert far.ask("POST", f"/runs/{waiting}/stop")["state"] == "stopped"
        for run in runs[1:]:
            far.ask("POST", f"/runs/{run}/stop")


@installed
def test_a_run_whose_node_dies_goes_on_elsewhere_bit_for_bit(
    far: Laboratory, cluster: Cluster, uninterrupted: dict[str, bytes]
) -> None:
    with far.page() as page:
        run = slow_run(far, page)
        cluster.kill(cluster.node_of(far.logged_pid(run)))
        assert "lost" in told(page, run, "it goes on from its last checkpoint")
        found = re.fullmatch(r"goes on from update (\d+)", told(page, run, "goes on from update"))
        assert found
        assert int(found[1]) > 0
        finish(far, page, run)
    assert weights(far, run) == uninterrupted
    rows = far.ask("GET", f"/runs/{run}/metrics")
    assert [row["seq"] for row in rows] == sorted({row["seq"] for row in rows})
    cluster.add()


@installed
def test_a_run_goes_on_when_the_server_is_killed(
    far: Laboratory, uninterrupted: dict[str, bytes]
) -> None:
    with far.page() as page:
        run = slow_run(far, page)
        pid = far.logged_pid(run)
    far.kill()
    far.start()
    with far.page() as page:
        page.watch(run)
        page.step_beyond(far.ask("GET", f"/runs/{run}")["step"], run)
        assert far.logged_pid(run) == pid
        finish(far, page, run)
    assert weights(far, run) == uninterrupted


@installed
def test_a_worker_that_is_killed_can_be_resumed_bit_for_bit(
    far: Laboratory, uninterrupted: dict[str, bytes]
) -> None:
    with far.page() as page:
        run = slow_run(far, page)
        os.kill(far.logged_pid(run), signal.SIGKILL)
        assert "SIGKILL" in of_run(page, run, "failed")["reason"]
        far.ask("POST", f"/runs/{run}/resume")
        finish(far, page, run)
    assert weights(far, run) == uninterrupted


@installed
def test_a_run_goes_on_by_itself_when_the_head_and_then_all_nodes_have_died(
    far: Laboratory, cluster: Cluster, uninterrupted: dict[str, bytes]
) -> None:
    """The last of the tests on this cluster: it is another one afterwards."""

    def troubles() -> str:
        return " ".join(far.ask("GET", "/health")["troubles"])

    with far.page() as page:
        run = slow_run(far, page)
        waiting = [far.create(endless()) for _ in range(2)]
        cluster.kill_head()
        until(lambda: "the head of the Ray cluster does not answer" in troubles())
        page.step_beyond(far.ask("GET", f"/runs/{run}")["step"], run)
        far.ask("POST", f"/runs/{waiting[1]}/stop")
        cluster.kill_all()
        cluster.start()
        cluster.add()
        until(lambda: not troubles())
        assert "lost" in told(page, run, "it goes on from its last checkpoint")
        finish(far, page, run)
        page.watch(waiting[0])
        of_run(page, waiting[0], "running")
        far.ask("POST", f"/runs/{waiting[0]}/stop")
    assert weights(far, run) == uninterrupted


@installed
def test_a_cluster_that_is_not_there_is_refused(tmp_path: Path) -> None:
    where = ("--executor", "ray", "--ray-address", "127.0.0.1:1")
    code, _, said = ebm("serve", "--no-browser", "--data-dir", tmp_path, *where)
    assert code == 2
    assert "there is no Ray cluster at '127.0.0.1:1'" in said


def test_without_ray_its_executor_is_refused_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ValueError, match=r"pip install 'ebm-lab\[ray\]'"):
        ray_cluster.connect("auto")


def test_nothing_imports_ray_unless_it_is_asked_for() -> None:
    script = "import ebm_server.web.app, sys; print('ray' in sys.modules, 's3fs' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.split() == ["False", "False"]


def test_workers_of_other_machines_must_be_able_to_call() -> None:
    """What only this machine reaches is no address for them."""

    def cluster_of(*addresses: str) -> Any:
        nodes = [{"NodeManagerAddress": address, "Alive": True} for address in addresses]
        util = SimpleNamespace(get_node_ip_address=lambda: "10.0.0.1")
        return SimpleNamespace(nodes=lambda: nodes, util=util)

    at_home = worker_url(Settings())
    ray_cluster.refuse_unreachable(cluster_of("10.0.0.1", "127.0.0.2"), at_home)
    with pytest.raises(ValueError, match=r"workers on 10\.0\.0\.2 cannot call .* --advertise"):
        ray_cluster.refuse_unreachable(cluster_of("10.0.0.1", "10.0.0.2"), at_home)
    advertised = worker_url(Settings(advertise="http://lab.example.org:8642/"))
    assert advertised == "http://lab.example.org:8642"
    ray_cluster.refuse_unreachable(cluster_of("10.0.0.2"), advertised)


@pytest.mark.parametrize("wrong", ["lab.example.org", "ftp://lab", "http://lab?x=1"])
def test_an_address_that_workers_cannot_call_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="is no address"):
        Settings(advertise=wrong)
