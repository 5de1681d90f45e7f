"""ARCHITECTURE.md shows the rooms as the code has them."""

import re
from pathlib import Path

import pytest

from tests import rooms

ROOT = Path(__file__).parents[1]
FOLDERS = (".", "ebm_core", "server/ebm_server", "frontend/src")
NOT_HERE = ("points/", "workers/", "views/Journal.tsx")
"""Folders of data, and an example."""


def test_the_picture_is_what_the_imports_say() -> None:
    text = rooms.DOCUMENT.read_text()
    assert rooms.redrawn(text) == text, "ARCHITECTURE.md shows other rooms than there are: make map"


def test_a_room_tells_what_it_reaches_through_another_only_there() -> None:
    known = {"top": {"middle", "low"}, "middle": {"low", "top"}, "low": set[str]()}
    order = ["top", "middle", "low"]
    assert rooms.in_layers({"low": set(), "top": {"low"}}) == ["top", "low"]
    assert [rooms.line(name, "", known, order).split() for name in order] == [
        ["top", "middle"],
        ["middle", "low", "^top"],
        ["low"],
    ]


@pytest.mark.parametrize("document", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_file_that_is_named_is_there(document: str) -> None:
    names = re.findall(r"`((?:\w+/)+[\w.]*)`", (ROOT / document).read_text())
    for name in names:
        if name.startswith(NOT_HERE):
            continue
        places = [ROOT / folder / name for folder in FOLDERS]
        found = any(p.exists() or list(p.parent.glob(f"{p.name}.*")) for p in places)
        assert found, f"{document} names {name}, which is not there"
