"""The bounds of what is sent: numbers that every part can hold, texts that every part can write."""

import math
from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

MOST = 2**53 - 1
"""The largest whole number that JSON's readers agree on."""
WIDEST = 2**63 - 1
LONGEST_TEXT = 10_000
DEEPEST = 32
TOLD = 200
"""Characters of a refused value that are told back."""


def plain(text: str) -> str:
    """A text that can be stored and sent anywhere.

    Raises:
        PydanticCustomError: It holds NUL or half of a surrogate pair.
    """
    if (why := unwritable(text)) is not None:
        raise PydanticCustomError("plain_text", "{why}", {"why": why})
    return text


def unwritable(text: str) -> str | None:
    """Why a text cannot be stored and sent anywhere, None where it can."""
    for place, character in enumerate(text):
        if character == "\0" or "\ud800" <= character <= "\udfff":
            name = (
                "NUL" if character == "\0" else f"half of a surrogate pair (U+{ord(character):X})"
            )
            return f"character {place + 1} is {name}, which no text may hold"
    return None


def clean(text: str, longest: int = LONGEST_TEXT) -> str:
    """A text of our own or of a plug-in, with a sign in place of what cannot be stored or sent."""
    shown = text if len(text) <= longest else f"{text[: longest - 3]}..."
    if shown.isprintable():
        return shown
    return "".join("\N{REPLACEMENT CHARACTER}" if unwritable(c) else c for c in shown)


def number(value: Any) -> Any:
    """Anything but true and false, which Python takes for 1 and 0.

    Raises:
        PydanticCustomError: It is one of them.
    """
    if isinstance(value, bool):
        raise PydanticCustomError("number", "a number is needed, not true or false")
    return value


NUMBER = BeforeValidator(number)
Whole = Annotated[int, Field(ge=0, le=MOST), NUMBER]
"""A count of updates, rows or steps."""
Seconds = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False), NUMBER]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Text = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(plain)]
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(plain)]
"""What somebody calls a run."""
Id = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(plain)]
"""What a run is known by."""
Said = Annotated[str, AfterValidator(clean)]
"""A sentence of ours, which may quote anything."""
Speed = Annotated[float, Field(ge=0.01, le=1e6, allow_inf_nan=False), NUMBER]
"""Updates a second; the slowest is one in 100 seconds."""


def told(value: Any) -> Any:
    """A refused value as it can be told back: short, and such that JSON can say it."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if abs(value) <= WIDEST else "a whole number beyond 64 bits"
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, str):
        return clean(value, TOLD)
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, dict | list | tuple) and not any(True for _ in excesses(value)):
        return value if len(repr(value)) <= 10 * TOLD else None
    return None


class Excess(NamedTuple):
    """A part of a JSON value that the server could not hold."""

    path: str
    value: Any
    message: str
    allowed: str


def excesses(value: Any, path: str = "", depth: int = 0) -> Iterator[Excess]:
    """The parts of a JSON value that the server could not hold."""
    if (why := excess(value)) is not None:
        yield Excess(path, value, *why)
    elif isinstance(value, dict | list):
        if depth == DEEPEST:
            yield Excess(path, None, "it is nested too deep", f"at most {DEEPEST} levels")
            return
        for name, one in value.items() if isinstance(value, dict) else enumerate(value):
            if (why := excess(str(name))) is not None:
                yield Excess(path, name, f"a name in it: {why[0]}", why[1])
            yield from excesses(one, f"{path}.{name}" if path else str(name), depth + 1)


def excess(value: Any) -> tuple[str, str] | None:
    """Why the server could not hold a text or number, and what is allowed."""
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            return f"the text has {len(value):,} characters", f"at most {LONGEST_TEXT:,} characters"
        why = unwritable(value)
        return None if why is None else (why, "any other text")
    if isinstance(value, int) and abs(value) > WIDEST:
        return "the number has more than 64 bits", f"{-WIDEST} to {WIDEST}"
    if isinstance(value, float) and not math.isfinite(value):
        return "JSON knows no such number", "a finite number"
    return None
