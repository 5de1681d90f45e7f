"""The list of runs: what is asked of it, and its parts."""

from typing import Annotated, Literal

from pydantic import Field

from ebm_server.protocol.messages import Message
from ebm_server.protocol.run_config import Json
from ebm_server.protocol.runs import RunState, RunSummary

SortBy = Literal["made", "family", "name", "state", "updates", "distance"]
MOST = 100
"""Runs of a page: some 100 kB."""
Kinds = Annotated[list[str] | None, Field(max_length=64)]


class Listing(Message):
    """Which runs, in which order; several values of a filter mean any of them."""

    search: str | None = Field(None, max_length=200, description="Words of name, id, kinds, tags.")
    state: Annotated[list[RunState] | None, Field(max_length=16)] = None
    method: Kinds = None
    dataset: Kinds = None
    tag: Kinds = None
    sort: SortBy = "made"
    descending: bool = True
    offset: int = Field(0, ge=0, le=10_000_000)
    limit: int = Field(MOST, ge=1, le=MOST)


class ListedRun(RunSummary):
    """A run of the list, with its place in the tree of branches."""

    depth: int
    """How many runs it stands under."""
    differs: dict[str, Json]
    """Settings by path, a few at the most, in which it differs from others of its method and data
    in the same answer."""
    parent_name: str | None
    """Of the run that it branches off; None where that is gone, or it is no branch."""
    parent_method: str | None
    parent_dataset: str | None


class Found(Message):
    """How many runs there are, of each kind, and how many fit."""

    all: int
    fitting: int
    states: dict[str, int]
    methods: dict[str, int]
    datasets: dict[str, int]
    tags: dict[str, int]


class DeleteMany(Message):
    """Which runs; those that go on stay."""

    runs: list[Annotated[str, Field(max_length=64)]] = Field(max_length=10_000)


class Deleted(Message):
    """What has become of them."""

    deleted: int
    kept: dict[str, str]
    """Those that were not, by id, and why."""
