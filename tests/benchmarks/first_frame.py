"""`python -m tests.benchmarks.first_frame`: from the request for a run to its first frame.

On this machine's own workers, and on a Ray cluster of one node here; each run is stopped before the
next one is asked for. `at once` asks right after that, `rested` when a warm worker has had time to
come. Told are median and worst.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from tests.server.cluster import Cluster
from tests.server.laboratory import Laboratory, endless

REST = 8.0
"""Seconds in which a worker gets warm."""


def seconds_until_shown(lab: Laboratory) -> float:
    """Of one run."""
    with lab.page() as page:
        begin = time.perf_counter()
        run = lab.create(endless())
        page.watch(run)
        page.until(lambda message: message["type"] == "frame" and message["run"] == run)
        seconds = time.perf_counter() - begin
        lab.ask("POST", f"/runs/{run}/stop")
        page.state("stopped")
    return seconds


def measured(lab: Laboratory, rounds: int, rest: float) -> str:
    """Median and worst, as a cell each."""
    seconds_until_shown(lab)  # the first one also waits for what the server imports
    found = []
    for _ in range(rounds):
        time.sleep(rest)
        found.append(seconds_until_shown(lab))
    return f"{statistics.median(found):.2f} | {max(found):.2f}"


def main() -> None:
    """Prints a row for each place, as soon as it is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    print("| workers | rested, s: median | worst | at once, s: median | worst |")
    print("|---|---:|---:|---:|---:|", flush=True)
    cluster = Cluster()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with Laboratory(home / "near") as near:
            print(f"| here | {measured(near, rounds, REST)} | {measured(near, rounds, 0)} |")
        try:
            cluster.start()
            cluster.add()
            where = ["--executor", "ray", "--ray-address", cluster.address]
            with Laboratory(home / "far", options=[*where, "--storage", str(home / "kept")]) as far:
                print(f"| Ray | {measured(far, rounds, REST)} | {measured(far, rounds, 0)} |")
        finally:
            cluster.stop()


if __name__ == "__main__":
    main()
