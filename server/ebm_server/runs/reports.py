"""What a worker reports is written into the ledger."""

import json
import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, assert_never

from ebm_server.protocol.messages import unpack
from ebm_server.protocol.runs import ENDED, Event, MetricRow, RunState
from ebm_server.protocol.worker_messages import (
    OUTBOX,
    Begun,
    ChangeItem,
    Item,
    KeyframeItem,
    MetricsItem,
    Outbox,
    StateItem,
)
from ebm_server.runs.ledger import Entry, Ledger, Progress, now

log = logging.getLogger(__name__)


def write_new(
    ledger: Ledger, entry: Entry, items: Iterable[Item], ack: Callable[[int], None]
) -> None:
    """Records the items that are new; `ack` follows their commit."""
    for item in items:
        if item.n > entry.arrived:
            write(ledger, entry, item, ack)


def write(ledger: Ledger, entry: Entry, item: Item, ack: Callable[[int], None]) -> None:
    """Records one item."""
    moment: dict[str, Any] = {"received": item.n, "then": lambda: ack(item.n)}
    run = entry.run
    if isinstance(item, MetricsItem):
        row = MetricRow(step=item.step, seconds=item.seconds, values=item.values)
        ledger.write(
            entry,
            rows=[row],
            tell=item.horizon != run.horizon,
            metrics={**run.metrics, **item.values},
            **progress(item),
            **moment,
        )
    elif isinstance(item, KeyframeItem):
        ledger.write(entry, keyframe=(item.seconds, item.frame), **moment)
    elif isinstance(item, ChangeItem):
        event = Event(
            step=item.step,
            kind="change",
            path=item.path,
            value=item.value,
            previous=item.previous,
        )
        config = with_value(run.config, item.path, item.value) if item.in_config else run.config
        ledger.write(entry, events=[event], tell=True, config=config, **moment)
    elif isinstance(item, Begun):
        if item.resumed:
            ledger.rewind(entry, item.step, item.changes)
        going_on = f"goes on from update {item.step}" if item.resumed else None
        text = "; ".join(filter(None, (going_on, item.note))) or None
        state: RunState = "paused" if item.paused else "running"
        event = Event(step=item.step, kind="state", value=state, text=text)
        ledger.write(
            entry,
            events=[event],
            tell=True,
            state=state,
            reason=None,
            started=run.started or now(),
            ended=None,
            config=item.config,
            own={"pending": []},
            **progress(item),
            **moment,
        )
    elif isinstance(item, StateItem):
        event = Event(step=item.step, kind="state", value=item.state, text=item.reason)
        ledger.write(
            entry,
            events=[event],
            tell=True,
            state=item.state,
            reason=item.reason,
            ended=now() if item.state in ENDED else None,
            **progress(item),
            **moment,
        )
    else:
        assert_never(item)


def with_value(config: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A config as JSON, with another value at a dotted path."""
    name, _, rest = path.partition(".")
    return {**config, name: with_value(config[name], rest, value) if rest else value}


def progress(item: Begun | MetricsItem | StateItem) -> Progress:
    """How far the run is."""
    return {"step": item.step, "seconds": item.seconds, "horizon": item.horizon}


def outbox(directory: Path, attempt: int) -> list[Item]:
    """What the worker of an attempt left undelivered in the run's directory.

    The file stays, and `forget_outbox` removes it when all of it is committed. One that another
    attempt left is of no use: the run went on without it.

    Raises:
        ValueError: The file cannot be read.
    """
    path = directory / OUTBOX
    if not path.is_file():
        return []
    try:
        left = Outbox.model_validate(unpack(path.read_bytes()))
    except (OSError, ValueError) as error:
        log.error("%s cannot be read: %s", path, error)
        raise ValueError(
            f"what its worker left in {OUTBOX} cannot be read: another version of EBM Lab wrote "
            "it, or it is damaged"
        ) from error
    return left.items if left.attempt == attempt else []


def forget_outbox(directory: Path) -> None:
    """Removes what `outbox` has read."""
    (directory / OUTBOX).unlink(missing_ok=True)


def exception_in(*logs: Path) -> str:
    """The last line of an exception that a worker wrote, in parentheses; or nothing."""
    for log in logs:
        text = log.read_text(errors="replace") if log.is_file() else ""
        if "Traceback" in text:
            return f" ({text.strip().splitlines()[-1].strip()[:300]})"
    return ""


def write_json(path: Path, value: Any) -> None:
    """A readable JSON file, whole or not at all."""
    from ebm_core.atomic_file import write_whole  # imports torch, which a run's config needs anyway

    write_whole(path, (json.dumps(value, indent=2) + "\n").encode())
