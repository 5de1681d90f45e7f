"""`python -m tests.benchmarks.kills`: workers, nodes, servers of a Ray cluster killed by kill -9.

Each time the same run is caught on its way and something is killed under it; told are the seconds
until it is seen to go on (of a server: its start is among them), and whether the run ended with the
weights of one that nothing has disturbed.
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
from tests.server.laboratory import Laboratory, endless
from tests.server.test_ray import LENGTH, finish, of_run, slow_run, told
from tests.server.test_storage import weights


def worker(far: Laboratory, _: Cluster, run: str) -> None:
    """A worker, whose run a person resumes."""
    with far.page() as page:
        page.watch(run, after=newest(far, run))
        os.kill(far.logged_pid(run), signal.SIGKILL)
        of_run(page, run, "failed")
        far.ask("POST", f"/runs/{run}/resume")
        told(page, run, "goes on from update")
        page.step_beyond(0, run)


def node(far: Laboratory, cluster: Cluster, run: str) -> None:
    """All of a node, whose run goes on elsewhere by itself."""
    with far.page() as page:
        page.watch(run, after=newest(far, run))
        cluster.kill(cluster.node_of(far.logged_pid(run)))
        told(page, run, "goes on from update")
        page.step_beyond(0, run)


def server(far: Laboratory, _: Cluster, run: str) -> None:
    """The server, which somebody starts again; its worker has gone on meanwhile."""
    far.kill()
    far.start()
    with far.page() as page:
        page.watch(run, after=newest(far, run))
        page.step_beyond(0, run)


def newest(far: Laboratory, run: str) -> int:
    """The number of a run's newest row or event."""
    parts = [far.ask("GET", f"/runs/{run}/{part}") for part in ("metrics", "events")]
    return max((row["seq"] for part in parts for row in part), default=0)


def killed(
    far: Laboratory,
    cluster: Cluster,
    kill: Callable[[Laboratory, Cluster, str], None],
    undisturbed: dict[str, bytes],
) -> tuple[float, bool]:
    """Seconds until the run went on, and whether it ended as it should."""
    with far.page() as page:
        run = slow_run(far, page)
    start = time.monotonic()
    kill(far, cluster, run)
    seconds = time.monotonic() - start
    with far.page() as page:
        page.watch(run)
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
                    row = f"| {kill.__name__} | {times} | {same} | {middle:.1f} | {worst:.1f} |"
                    print(row, flush=True)
                states = {run["state"] for run in far.ask("GET", "/runs")}
                print(f"runs that are not finished: {len(states - {'finished'})}")
        finally:
            cluster.stop()


if __name__ == "__main__":
    main()
