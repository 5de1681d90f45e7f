"""What a worker reports, into the ledger."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, assert_never

import msgpack

from ebm_server.protocol.messages import ENDED, Event, MetricRow
from ebm_server.protocol.packed_frame import PackedFrame
from ebm_server.protocol.worker_messages import (
    ITEMS,
    OUTBOX,
    Begun,
    ChangeItem,
    Item,
    KeyframeItem,
    LogItem,
    MetricsItem,
    StateItem,
)
from ebm_server.runs.ledger import Ledger, Record, now


def take_in(
    ledger: Ledger, record: Record, items: Iterable[Item], ack: Callable[[int], None]
) -> None:
    """Records the items that are new; `ack` follows their commit."""
    for item in items:
        if item.n > record.arrived:
            write(ledger, record, item, ack)


def write(ledger: Ledger, record: Record, item: Item, ack: Callable[[int], None]) -> None:
    """Records one item."""
    moment: dict[str, Any] = {"received": item.n, "then": lambda: ack(item.n)}
    run = record.run
    if isinstance(item, MetricsItem):
        row = MetricRow(step=item.step, seconds=item.seconds, values=item.values)
        ledger.write(
            record,
            rows=[row],
            tell=item.horizon != run.horizon,
            metrics={**run.metrics, **item.values},
            **progress(item),
            **moment,
        )
    elif isinstance(item, KeyframeItem):
        frame = PackedFrame(item.step, item.core, item.fields, item.landscape)
        ledger.write(record, keyframe=(item.seconds, frame), **moment)
    elif isinstance(item, ChangeItem):
        event = Event(
            step=item.step,
            kind="change",
            path=item.path,
            value=item.value,
            previous=item.previous,
        )
        ledger.write(record, events=[event], tell=True, config=item.config, **moment)
    elif isinstance(item, Begun):
        if item.resumed:
            ledger.rewind(record, item.step, item.changes)
        going_on = f"goes on from update {item.step}" if item.resumed else None
        text = "; ".join(filter(None, (going_on, item.note))) or None
        event = Event(step=item.step, kind="state", value="running", text=text)
        ledger.write(
            record,
            events=[event],
            tell=True,
            state="running",
            reason=None,
            started=run.started or now(),
            ended=None,
            config=item.config,
            pending=[],
            **progress(item),
            **moment,
        )
    elif isinstance(item, StateItem):
        event = Event(step=item.step, kind="state", value=item.state, text=item.reason)
        ledger.write(
            record,
            events=[event],
            tell=True,
            state=item.state,
            reason=item.reason,
            ended=now() if item.state in ENDED else None,
            **progress(item),
            **moment,
        )
    elif isinstance(item, LogItem):
        ledger.write(record, events=[Event(step=item.step, kind="log", text=item.text)], **moment)
    else:
        assert_never(item)


def progress(item: Begun | MetricsItem | StateItem) -> dict[str, Any]:
    """How far the run is."""
    return {"step": item.step, "seconds": item.seconds, "horizon": item.horizon}


def outbox(directory: Path, attempt: int) -> list[Item]:
    """What the worker of an attempt left undelivered in the run's directory; the file is removed.

    A file that another attempt left is of no use: the run went on without it.
    """
    path = directory / OUTBOX
    if not path.is_file():
        return []
    left = msgpack.unpackb(path.read_bytes())
    path.unlink()
    return ITEMS.validate_python(left["items"]) if left["attempt"] == attempt else []


def last_words(*logs: Path) -> str:
    """The last line of an exception that a worker wrote, in parentheses; or nothing."""
    for log in logs:
        text = log.read_text(errors="replace") if log.is_file() else ""
        if "Traceback" in text:
            return f" ({text.strip().splitlines()[-1].strip()[:300]})"
    return ""


def write_json(path: Path, value: Any) -> None:
    """A readable JSON file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n")
