"""A real PostgreSQL that the tests start for themselves, from Debian's package."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any, Self

import psycopg

from tests.server.laboratory import PATIENCE


def programs() -> Path | None:
    """Where initdb and postgres are: on the PATH, or where Debian has the newest ones."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    debian = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(debian, key=lambda path: int(path.parent.name), default=None)


class Postgres:
    """A server on a socket in a folder of its own, where no other user comes in."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="ebm-postgres-"))
        self.process: subprocess.Popen[bytes] | None = None
        self.owner: dict[str, Any] = {}
        if os.getuid() == 0:  # PostgreSQL refuses root
            user = pwd.getpwnam("nobody")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self.owner = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        options = ["--no-sync", "--auth=trust", "--username=ebm", "--encoding=UTF8"]
        self._do("initdb", *options, "--locale=C.UTF-8", "-D", str(self.folder / "data"))

    def _do(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        done = subprocess.run(
            command, cwd=self.folder, capture_output=True, check=False, **self.owner
        )
        assert done.returncode == 0, done.stderr

    def start(self) -> Self:
        """Starts it, after kill -9 too, and waits until it answers."""
        end = time.monotonic() + PATIENCE
        while True:
            if self.process is None or self.process.poll() is not None:
                self.process = self._run()
            try:
                psycopg.connect(self.address("postgres"), connect_timeout=5).close()
            except psycopg.OperationalError:
                assert time.monotonic() < end, (self.folder / "log").read_text()
                time.sleep(0.1)
            else:
                return self

    def _run(self) -> subprocess.Popen[bytes]:
        options = {"listen_addresses": "", "unix_socket_directories": self.folder, "fsync": "off"}
        given = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [str(self.programs / "postgres"), "-D", str(self.folder / "data"), *given],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                **self.owner,
            )

    def kill(self) -> None:
        """kill -9; its children see it and go."""
        assert self.process
        self.process.kill()
        self.process.wait(PATIENCE)

    def pause(self) -> None:
        """Has all its processes hang."""
        for pid in self._pids():
            os.kill(pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """Ends what `pause` began."""
        for pid in self._pids():
            os.kill(pid, signal.SIGCONT)

    def _pids(self) -> list[int]:
        assert self.process
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *map(int, children)]

    def stop(self) -> None:
        """Ends it, and removes its folder."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(PATIENCE)
        shutil.rmtree(self.folder, ignore_errors=True)

    def address(self, name: str) -> str:
        """A database of its, by URL."""
        return f"postgresql://ebm@/{name}?host={self.folder}"

    def database(self) -> str:
        """A new database, by URL."""
        name = f"ebm_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload,unused-ignore]
        return self.address(name)
