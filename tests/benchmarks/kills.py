"""`python -m tests.benchmarks.kills`: workers, nodes, servers of a Ray cluster killed by kill -9.

Each time the same run is caught on its way and something is killed under it; told are the seconds
until an update of later than its checkpoint is seen, and whether the run ended with the weights of
one that nothing has disturbed.
"""

import argparse
import os
import signal
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.server.cluster import Cluster
from tests.server.laboratory import Laboratory, Page, endless
from tests.server.test_ray import LENGTH, finish, of_run, slow_run
from tests.server.test_storage import weights


def worker(far: Laboratory, page: Page, _: Cluster, run: str) -> None:
    """A worker, whose run a person resumes."""
    os.kill(far.logged_pid(run), signal.SIGKILL)
    of_run(page, run, "failed")
    far.ask("POST", f"/runs/{run}/resume")


def node(far: Laboratory, _page: Page, cluster: Cluster, run: str) -> None:
    """All of a node, whose run goes on elsewhere by itself."""
    cluster.kill(cluster.node_of(far.logged_pid(run)))


def server(far: Laboratory, _page: Page, _: Cluster, _run: str) -> None:
    """The server, which somebody starts again."""
    far.kill()
    far.start()


def killed(
    far: Laboratory,
    cluster: Cluster,
    kill: Callable[[Laboratory, Page, Cluster, str], None],
    undisturbed: dict[str, bytes],
) -> tuple[float, bool]:
    """Seconds until the run went on, and whether it ended as it should."""
    with far.page() as page:
        run = slow_run(far, page)
        before = int(far.ask("GET", f"/runs/{run}")["step"])
        start = time.monotonic()
        kill(far, page, cluster, run)
    with far.page() as page:
        page.watch(run)
        page.step_beyond(before, run)
        seconds = time.monotonic() - start
        finish(far, page, run)
    if kill is node:
        cluster.add()
    return seconds, weights(far, run) == undisturbed


def main() -> None:
    """Prints a row for each kind of kill, as soon as it is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=20)
    parser.add_argument("--nodes", type=int, default=5)
    parser.add_argument("--servers", type=int, default=5)
    given = parser.parse_args()
    cluster = Cluster()
    with tempfile.TemporaryDirectory() as folder:
        try:
            cluster.start()
            cluster.add()
            cluster.add()
            home = Path(folder)
            where = ["--executor", "ray", "--ray-address", cluster.address]
            options = [*where, "--storage", str(home / "shared")]
            with Laboratory(home / "lab", options=options) as far:
                with far.page() as page:
                    whole = far.create(endless(updates=LENGTH))
                    page.watch(whole)
                    page.state("finished")
                undisturbed = weights(far, whole)
                print("| killed | times | ended bit for bit | on after, s: median | worst |")
                print("|---|---:|---:|---:|---:|", flush=True)
                for kill, times in (
                    (worker, given.workers),
                    (node, given.nodes),
                    (server, given.servers),
                ):
                    found = [killed(far, cluster, kill, undisturbed) for _ in range(times)]
                    seconds = [second for second, _ in found]
                    same = sum(equal for _, equal in found)
                    middle, worst = statistics.median(seconds), max(seconds)
                    told = f"| {kill.__name__} | {times} | {same} | {middle:.1f} | {worst:.1f} |"
                    print(told, flush=True)
                states = {run["state"] for run in far.ask("GET", "/runs")}
                print(f"runs that are not finished: {len(states - {'finished'})}")
        finally:
            cluster.stop()


if __name__ == "__main__":
    main()
