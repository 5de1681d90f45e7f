"""The processes that train a run of `ebm train`: one, several that it starts, or torchrun's."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ebm_server.commands import refuse

if TYPE_CHECKING:
    from ebm_core.ranks import Ranks
    from ebm_core.ranks.group import ProcessGroup


def started_by_torchrun() -> "ProcessGroup | None":
    """This process among those that torchrun has started; None where it is alone.

    One that does not lead follows to the end of the run here, and the command ends.
    """
    from ebm_core.ranks import RankLost
    from ebm_core.ranks.group import ProcessGroup
    from ebm_server.ranks.follower import follow_to_the_end, stay_for_the_leader
    from ebm_server.ranks.followers import EXIT_LOST

    try:
        group = ProcessGroup.of_environment()
    except (RankLost, ValueError) as error:
        typer.echo(f"the processes that torchrun has started do not meet: {error}", err=True)
        raise typer.Exit(EXIT_LOST) from error
    if group is not None and group.rank:
        stay_for_the_leader()
        raise typer.Exit(follow_to_the_end(group))
    return group


@contextmanager
def together(processes: int, group: "ProcessGroup | None", out: Path) -> Iterator["Ranks"]:
    """This process as the first of a run's; all others end with it.

    Args:
        group: Those that torchrun has started; otherwise they are started here.
        out: Where the run is saved, for who is told that one is lost.
    """
    from ebm_core.ranks import RankLost
    from ebm_server.ranks.followers import EXIT_LOST, leading

    def tell(cause: str) -> None:
        typer.echo(lost(cause, out), err=True)

    try:
        with led(group) if group else leading(processes, tell) as ranks:
            yield ranks
    except RankLost as error:
        tell(str(error))
        raise typer.Exit(EXIT_LOST) from error


@contextmanager
def led(group: "ProcessGroup") -> Iterator["Ranks"]:
    """The group, which is closed in the end."""
    from ebm_core.ranks import RankLost

    try:
        yield group
    finally:
        with suppress(RankLost):
            group.close()


def lost(cause: str, out: Path) -> str:
    """What is said where a process of a run is gone."""
    from ebm_core.runs.checkpoint import FILE_NAME

    if not (out / FILE_NAME).is_file():
        return f"{cause}; the run had not been saved yet"
    return (
        f"{cause}; {out} holds the run as it was last saved, go on with it by "
        f"ebm train --resume {out}"
    )


def refuse_other_number(out: Path, recorded: int, asked: int | None) -> None:
    """Ends the command where a run is to go on with another number of processes."""
    if asked not in (None, recorded):
        several = "1 process" if recorded == 1 else f"{recorded} processes"
        refuse(
            f"the run in {out} is trained by {several}, whose chains and random numbers it holds, "
            f"and cannot go on with {asked}; start {recorded}"
        )
