"""What the server asks of `ebm_core`: in the background, since the first to ask imports torch."""

from pathlib import Path
from typing import Any

from ebm_server.background import with_core
from ebm_server.limits import Limits
from ebm_server.protocol.points import OwnPoints


async def complete(
    given: dict[str, Any], points: Path, most: Limits, elsewhere: bool
) -> dict[str, Any]:
    """See `ebm_server.configs`, as for all that follow."""

    def work() -> dict[str, Any]:
        from ebm_server.configs import complete

        return complete(given, points, most, elsewhere)

    return await with_core(work)


async def change_json(
    config: dict[str, Any], changes: dict[str, Any], points: Path, most: Limits
) -> dict[str, Any]:
    def work() -> dict[str, Any]:
        from ebm_server.configs import change_json

        return change_json(config, changes, points, most)

    return await with_core(work)


async def branch(
    initial: dict[str, Any],
    recorded: list[dict[str, Any]],
    step: int | None,
    changes: dict[str, Any],
    points: Path,
    most: Limits,
) -> list[dict[str, Any]]:
    def work() -> list[dict[str, Any]]:
        from ebm_server.configs import branch

        return branch(initial, recorded, step, changes, points, most)

    return await with_core(work)


async def keep_points(
    data: bytes,
    name: str,
    folder: Path,
    columns: str | None,
    labels: str | None,
    classes: str | None,
) -> OwnPoints:
    def work() -> OwnPoints:
        from ebm_server.configs import keep_points

        return keep_points(data, name, folder, columns, labels, classes)

    return await with_core(work)


async def kept_points(digest: str, folder: Path) -> OwnPoints:
    def work() -> OwnPoints:
        from ebm_server.configs import kept_points

        return kept_points(digest, folder)

    return await with_core(work)


async def energy_at(directory: Path, step: int | None) -> bytes:
    def work() -> bytes:
        from ebm_server.configs import energy_at

        return energy_at(directory, step)

    return await with_core(work)


async def truth(config: dict[str, Any], points: Path) -> bytes:
    def work() -> bytes:
        from ebm_server.configs import truth

        return truth(config, points)

    return await with_core(work)


async def refuse_unreadable(config: dict[str, Any], points: Path) -> None:
    """Refuses a config whose plug-ins or points are gone."""

    def work() -> None:
        from ebm_server.configs import read

        read(config, points)

    await with_core(work)
