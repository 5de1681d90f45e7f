"""What is sent compressed, to browsers that take it: files of the page, since it was built."""

import gzip
from functools import lru_cache
from pathlib import Path

from starlette.responses import Response

ENDINGS = {"br": ".br", "gzip": ".gz"}
"""By the name of the encoding, the smallest first."""


def accepted(header: str) -> list[str]:
    """The encodings of `ENDINGS` that an Accept-Encoding header takes, the best first."""
    weights: dict[str, float] = {}
    for part in header.lower().split(","):
        name, *parameters = (word.strip() for word in part.split(";"))
        weights[name] = weight(parameters)
    others = weights.get("*", 0.0)
    found = {name: weights.get(name, others) for name in ENDINGS}
    return sorted((name for name in found if found[name] > 0), key=lambda name: -found[name])


def weight(parameters: list[str]) -> float:
    """The q of an encoding, 1 where nothing is said; 0 where it cannot be read."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def compressed(path: Path, header: str) -> tuple[Path, str] | None:
    """The compressed file beside one, and its encoding; None where it goes out as it is."""
    for name in accepted(header):
        beside = path.with_name(path.name + ENDINGS[name])
        if beside.is_file():
            return beside, name
    return None


def encoded(body: bytes, header: str, media_type: str) -> Response:
    """A large answer that seldom changes, compressed where that is taken."""
    headers = {"vary": "Accept-Encoding"}
    if "gzip" in accepted(header):
        return Response(_zipped(body), media_type=media_type, headers=headers | GZIP)
    return Response(body, media_type=media_type, headers=headers)


GZIP = {"content-encoding": "gzip"}


@lru_cache(maxsize=2)
def _zipped(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)
