"""A sweep in a folder: what is missing is made, with a bar, and told in a table."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from ebm_core.atomic_file import write_whole
from ebm_core.sweeps import summary
from ebm_core.sweeps.members import Member, members
from ebm_core.sweeps.processes import Processes
from ebm_core.sweeps.records import Records
from ebm_core.sweeps.search import Search
from ebm_core.sweeps.spec import read
from ebm_core.sweeps.summary import Outcome
from ebm_server.commands import refuse
from ebm_server.commands._run_folder import refuse_unwritable
from ebm_server.commands._runs_on_server import RunsOnServer
from ebm_server.commands._sweep_on_server import Api
from ebm_server.commands._sweep_table import as_data, duration, show
from ebm_server.commands._updates import interruption
from ebm_server.lock import locked

EXIT_NONE_FINISHED = 3
EXIT_INTERRUPTED = 130
KEPT = "sweep.toml"
"""The sweep as it was last described, in its folder."""


class SweepFolder:
    """A sweep and the folder that its runs are kept in; ends the command where it cannot be.

    Args:
        text: The sweep as TOML.
        search: Trials of a search, where it is one.
        api: The server that is to make the runs; None makes them here.
    """

    def __init__(
        self,
        text: str,
        out: Path,
        jobs: int,
        figure: str | None,
        search: int | None,
        api: Api | None = None,
    ) -> None:
        self.api = api
        self.text, self.out, self.jobs, self.figure = text, out, jobs, figure
        self.search: Search | None = None
        self.plain: list[Member] = []
        self.doubted = False
        refuse_unwritable(out)
        try:
            sweep = read(text)
            self.records = Records(out)
            if search is None:
                self.plain = members(sweep, self.records.points)
            else:
                self.figure = figure or summary.HEADLINES[0]
                self.search = Search(sweep, self.records, search, self.figure)
        except (ImportError, ValueError, OSError) as error:
            refuse(str(error))

    @property
    def members(self) -> list[Member]:
        """The runs there are so far."""
        return self.search.members if self.search else self.plain

    def say_length(self) -> None:
        """Says how many runs there are to make, and about how long that takes."""
        missing = self.records.missing(self.members)
        timed = [one.config["seconds"] for one in missing]
        length = ""
        if missing and all(timed):
            seconds = sum(timed) / min(self.jobs, len(missing))
            length = f", about {duration(seconds)} with {self.jobs} at a time"
        typer.echo(f"{len(self.members):,} runs, {len(missing):,} of them missing{length}")

    def carry_out(self, again: str, across: str | None, quiet: bool) -> None:
        """Makes what is missing and reports, as JSON where it is to be quiet.

        Args:
            again: The command that goes on with it.
        """
        write_whole(self.out / KEPT, self.text.encode())
        with interruption() as interrupted:
            self._make(interrupted.is_set, quiet)
        outcomes = self.records.outcomes(self.members)
        found = self.search.best() if self.search else summary.groups(outcomes)
        for name, text in (
            ("runs.csv", summary.as_csv(outcomes)),
            ("groups.csv", summary.groups_as_csv(found)),
        ):
            write_whole(self.out / name, text.encode())
        if quiet:
            typer.echo(json.dumps(as_data(found, outcomes)))
        else:
            show(found, outcomes, self.figure, across)
            place = self.api.address if self.api else "runs/<key> there"
            typer.echo(f"runs.csv and groups.csv are in {self.out}; a run is in {place}")
        if interrupted.is_set():
            typer.echo(f"go on with it by\n  {again}", err=True)
            raise typer.Exit(EXIT_INTERRUPTED)
        if not any(one.state == "finished" for one in outcomes):
            raise typer.Exit(EXIT_NONE_FINISHED)

    def _make(self, stopped: Callable[[], bool], quiet: bool) -> None:
        missing = self.search.missing() if self.search else iter(self.records.missing(self.plain))
        total = self.search.total if self.search else len(self.plain)
        done = sum(one.key in self.records.ended for one in self.members)
        columns = (
            TextColumn("{task.fields[done]:,} of {task.total:,} runs"),
            BarColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[failed]}"),
        )
        failed = 0
        with (
            Progress(*columns, console=Console(stderr=True), disable=quiet) as bar,
            self._runs(stopped).open() as runs,
        ):
            task = bar.add_task("", total=total, completed=done, done=done, failed="")
            for ended in runs.make(missing):
                if ended:
                    done += 1
                    failed += ended.state == "failed"
                    self._doubt(ended)
                told = f"{failed} failed" if failed else ""
                bar.update(task, completed=done + runs.shares(), done=done, failed=told)

    def _runs(self, stopped: Callable[[], bool]) -> Processes | RunsOnServer:
        """Where they are made."""
        if self.api:
            return RunsOnServer(self.records, self.jobs, stopped, self.api)
        return Processes(self.records, self.jobs, stopped)

    def _doubt(self, first: Outcome) -> None:
        """Says early that a figure may be mistyped: the first run that ends does not have it."""
        if self.doubted or first.state != "finished":
            return
        self.doubted = True
        if self.figure is not None and self.figure not in first.figures:
            known = ", ".join(sorted(first.figures))
            typer.echo(
                f"--figure is {self.figure!r}, which the first run has not; it has {known}",
                err=True,
            )


def held(out: Path, stack: ExitStack) -> None:
    """Holds the folder for this process; ends the command where another one has it."""
    refuse_unwritable(out)
    try:
        stack.enter_context(locked(out / "sweep.lock"))
    except RuntimeError as error:
        if not isinstance(error.__cause__, BlockingIOError):
            refuse(str(error))
        refuse(f"another `ebm sweep` writes into {out}; wait for it, or choose another --out")
