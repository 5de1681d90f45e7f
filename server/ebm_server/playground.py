"""Chains that people ask for, in a process of their own: one request after the other.

Samplers are tried on energies of the plane, ways are made of the images of a run, and its
classifiers are attacked.
"""

import logging
import math
import multiprocessing
import signal
import threading
from dataclasses import asdict, fields
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Literal

import msgpack

from ebm_server.protocol.messages import Problem
from ebm_server.refusals import Invalid, Refused

log = logging.getLogger(__name__)

LIMIT = 30.0
"""Seconds that one sampling may take."""
GRACE = 90.0
"""Seconds more until a process that does not answer is ended: importing torch takes some."""
WAITING = 8
"""Most requests that wait for the process or are in it."""

Question = Literal["trial", "step of a trial", "way", "robustness"]

Answer = tuple[str, Any]
"""What the process sends: "done" and bytes, "refused" and (status, why), "invalid" and problems."""


class Samplings:
    """The process that computes, started by the first request. Called from threads."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._places = threading.BoundedSemaphore(WAITING)
        self._process: BaseProcess | None = None
        self._line: Connection | None = None

    def ask(
        self, question: Question, given: dict[str, Any], directory: Path | None, step: int = 0
    ) -> bytes:
        """The answer to a request as MessagePack; `directory` is that of the run it names.

        Args:
            step: Of a trial's chains, from where its phases are asked for in slow motion.

        Raises:
            Invalid: Fields are missing, unknown or out of their bounds.
            Refused: It cannot be done; 429 where too many wait, 500 where the process broke down.
        """
        if not self._places.acquire(blocking=False):
            raise Refused(429, f"{WAITING} samplings wait already; try again in a moment")
        try:
            with self._turn:
                verb, what = self._exchange(question, given, directory, step)
        finally:
            self._places.release()
        if verb == "invalid":
            raise Invalid([Problem(**problem) for problem in what])
        if verb == "refused":
            raise Refused(*what)
        return bytes(what)

    def _exchange(self, *asked: Any) -> Answer:
        line = self._connected()
        try:
            line.send(asked)
            if not line.poll(LIMIT + GRACE):
                self.close()
                raise Refused(
                    500,
                    f"the sampling did not end within {LIMIT + GRACE:g} s and was given up; take "
                    "fewer steps or chains",
                )
            answer: Answer = line.recv()
        except (EOFError, OSError) as error:
            code = self._process.exitcode if self._process else None
            self.close()
            log.error("the process of samplings ended with %s", code)
            raise Refused(
                500,
                "the process that samples has ended by itself; ask again, and a new one does it",
            ) from error
        return answer

    def _connected(self) -> Connection:
        if self._process is None or self._line is None or not self._process.is_alive():
            self.close()
            # a fresh interpreter, since a fork of a server with threads may hang
            context = multiprocessing.get_context("spawn")
            self._line, theirs = context.Pipe()
            self._process = context.Process(target=serve, args=(theirs,), daemon=True)
            self._process.start()
            theirs.close()
        return self._line

    def kill(self) -> None:
        """Ends the process, and does not wait for that."""
        if self._process is not None:
            self._process.kill()

    def close(self) -> None:
        """Ends the process; the next request starts another."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
        if self._line is not None:
            self._line.close()
        self._process = self._line = None


def serve(line: Connection) -> None:
    """The process: answers requests until the server is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends this
    import torch

    torch.set_num_threads(1)
    while True:
        try:
            asked = line.recv()
        except EOFError:
            return
        line.send(answer(*asked))


def answer(
    question: Question, given: dict[str, Any], directory: Path | None, step: int = 0
) -> Answer:
    """The answer to one request; a mistake of the program's own is logged, and told as 500."""
    from pydantic import ValidationError

    from ebm_core.playground.asked_way import Way
    from ebm_core.playground.trial import Trial
    from ebm_core.plugins import mistake
    from ebm_core.runs.problems import problems
    from ebm_core.runs.snapshots import NoSnapshot

    asked: type[Trial | Way] = Way if question == "way" else Trial
    try:
        return "done", computed(question, given, directory, step)
    except ValidationError as error:
        return "invalid", [problem._asdict() for problem in problems(asked, error)]
    except FileNotFoundError:
        why = "the run has no checkpoint yet; it is saved now and then, and when the run ends"
        return "refused", (409, why)
    except NoSnapshot as error:
        return "invalid", [no_snapshot(error, "step" if asked is Way else "energy.step")]
    except TimeoutError as error:
        return "refused", (422, str(error))
    except ValueError as error:
        return "refused", (409 if directory else 422, str(error))
    except (Exception, SystemExit) as error:
        log.exception("a sampling failed")
        where = mistake(error)
        why = f"{where}" if where else f"{error}; the server's log tells where"
        return "refused", (500, f"the sampling failed: {why}")


def computed(question: Question, given: dict[str, Any], directory: Path | None, step: int) -> bytes:
    """The answer in MessagePack; errors as of what computes it."""
    from ebm_core.playground import robustness
    from ebm_core.playground.asked_way import Way
    from ebm_core.playground.slow_step import slow_step
    from ebm_core.playground.trial import Trial, outcome
    from ebm_core.playground.way import outcome as made
    from ebm_server.protocol.packed_phases import pack_phases
    from ebm_server.protocol.packed_way import pack_way

    if question == "robustness":
        attacked: bytes = msgpack.packb(asdict(robustness.outcome(directory or Path(), LIMIT)))
        return attacked
    if question == "way":
        return pack_way(made(Way.model_validate(given), directory or Path(), LIMIT))
    trial = Trial.asked(given, directory)
    if question == "trial":
        return packed(outcome(trial, directory, LIMIT))
    phases, window = slow_step(trial, step, directory)
    return pack_phases(step + 1, phases, window)


def no_snapshot(error: Any, path: str) -> dict[str, Any]:
    """A `NoSnapshot` as the problem of its field."""
    return {
        "path": path,
        "value": error.step,
        "message": "the run keeps no snapshot of this update",
        "allowed": ", ".join(map(str, error.steps)) or "none; leave it out",
    }


def packed(outcome: Any) -> bytes:
    """An `Outcome` as MessagePack; figures that are not finite are left empty."""
    from ebm_server.protocol.packing import on_stage, pack_array, quantise

    values = {field.name: getattr(outcome, field.name) for field in fields(outcome)}
    numbers = {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in values.items()
    }
    message: bytes = msgpack.packb(
        numbers
        | {
            "landscape": quantise(outcome.landscape),
            "draws": pack_array(on_stage(outcome.draws, outcome.landscape.window)),
            "autocorrelation": pack_array(outcome.autocorrelation),
        }
    )
    return message
