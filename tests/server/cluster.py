"""A real Ray cluster that the tests start: nodes on loopback addresses of their own."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Self

from tests.server.laboratory import PATIENCE

HEAD = "127.0.0.2"
TRIES = 4
"""A node gives up when its own parts take more than 15 s to start, as on a busy machine."""
ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_raylet_start_wait_time_s": "25",
    "RAY_health_check_initial_delay_ms": "1000",
    "RAY_health_check_period_ms": "500",
    "RAY_health_check_failure_threshold": "4",
    "OMP_NUM_THREADS": "1",
}


class Cluster:
    """Nodes of one core each; the first is the head, which has none."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ebm-ray-"))
        self.address = ""
        self.nodes = 0
        # jsonschema would build a parser in each of Ray's processes, for a second of processor time
        less = self.folder / "less"
        less.mkdir()
        (less / "rfc3987_syntax.py").write_text("raise ImportError\n")
        path = os.pathsep.join(filter(None, (str(less), os.environ.get("PYTHONPATH"))))
        self.environment = {**os.environ, **ENVIRONMENT, "PYTHONPATH": path}

    def start(self) -> Self:
        """Starts the head, which runs nothing itself."""
        port = self.address.rpartition(":")[2] or "0"  # where it was before
        self._ray(
            HEAD,
            *("--head", f"--port={port}", "--include-dashboard=false", "--num-cpus=0"),
            f"--temp-dir={self.folder}",
        )
        where = self.folder / "session_latest"
        port = next(where.glob("gcs_server_port_*")).read_text().strip()
        self.address = f"{HEAD}:{port}"
        return self

    def add(self) -> str:
        """Starts another node; its address."""
        self.nodes += 1
        address = f"127.0.1.{self.nodes}"
        self._ray(address, f"--address={self.address}", "--num-cpus=1")
        return address

    def _ray(self, address: str, *options: str) -> None:
        program = str(Path(sys.executable).with_name("ray"))
        less = ["--include-log-monitor=false", f"--object-store-memory={80 * 2**20}"]
        command = [program, "start", f"--node-ip-address={address}", *options, *less]
        said = ""
        for _ in range(TRIES):
            done = subprocess.run(
                command, env=self.environment, capture_output=True, text=True, check=False
            )
            if done.returncode == 0:
                return
            said = done.stderr
            self._end(address)
        raise AssertionError(said)

    def kill_head(self) -> None:
        """kill -9 of what knows of all nodes and actors; the nodes stay for a minute."""
        for pid, command in commands():
            ours = str(self.folder).encode() in command
            if ours and command.partition(b"\0")[0].endswith(b"gcs_server"):
                os.kill(pid, signal.SIGKILL)

    def kill_all(self) -> None:
        """kill -9 of all nodes, the head too."""
        self._end()

    def kill(self, address: str) -> None:
        """kill -9 of a node."""
        self._end(address)

    def node_of(self, pid: int) -> str:
        """The address of the node that a process belongs to."""
        while pid > 1:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            if b"raylet/raylet" in command:
                found = re.search(rb"--node_ip_address=([0-9.]+)", command)
                assert found
                return found[1].decode()
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        raise AssertionError("it belongs to no node")

    def _end(self, address: str = "") -> None:
        """Kills the raylet of one address, or all there is of this cluster."""
        words = [b"raylet/raylet", address.encode()] if address else []
        words.append(str(self.folder).encode())
        found = [pid for pid, command in commands() if all(word in command for word in words)]
        for pid in found:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue

    def stop(self) -> None:
        """Kills all of it."""
        end = time.monotonic() + PATIENCE
        while any(str(self.folder).encode() in command for _, command in commands()):
            self._end()
            assert time.monotonic() < end
        shutil.rmtree(self.folder, ignore_errors=True)


def commands() -> list[tuple[int, bytes]]:
    """All processes of this machine, with their command lines."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append((int(path.parent.name), path.read_bytes()))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found
