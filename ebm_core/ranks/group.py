"""Ranks that talk through `torch.distributed`: gloo between CPUs, NCCL between GPUs."""

import os
import pickle
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Self, final

import torch
import torch.distributed as dist
from jaxtyping import Shaped
from torch import Tensor

from ebm_core.ranks.contract import RankLost, Ranks

PATIENCE = timedelta(minutes=10)
"""How long one that is late in an update is waited for, where its connection stays."""
REST = timedelta(days=7)
"""How long an order is waited for: meanwhile the leader evaluates and saves."""
UPDATE = ("update",)
"""The order that is given most, so it is told in one word."""
ENDED = -1

CONVENTION = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
"""Variables of the environment that torchrun gives each process it starts."""


@final
class ProcessGroup(Ranks):
    """One of several processes. There is one such group in a process at a time; `close` ends it.

    Args:
        store: Where they find each other; None for the address in the environment.
        local_rank: Its rank among those of this machine, whose GPU of that number it takes.

    Raises:
        RankLost: The others did not come.
    """

    def __init__(self, rank: int, size: int, store: Any, local_rank: int) -> None:
        self.rank, self.size, self.local_rank = rank, size, local_rank
        self.lost = False
        with self._together():
            dist.init_process_group(
                "gloo", store=store, rank=rank, world_size=size, timeout=PATIENCE
            )
            self.orders = dist.new_group(backend="gloo", timeout=REST)

    @classmethod
    def local(cls, folder: Path, rank: int, size: int) -> Self:
        """Processes of one machine, which meet in a folder that is new and listen to itself alone.

        Raises:
            RankLost: The others did not come.
        """
        if loopback := {name for _, name in socket.if_nameindex()} & {"lo", "lo0"}:
            os.environ["GLOO_SOCKET_IFNAME"] = loopback.pop()
        store = dist.FileStore(str(folder / "ranks"), size)  # type: ignore[attr-defined]
        return cls(rank, size, store, rank)

    @classmethod
    def of_environment(cls) -> Self | None:
        """Processes that torchrun has started, here or on several machines; None where it has not,
        or has started one alone.

        Raises:
            RankLost: The others did not come.
        """
        if not all(os.environ.get(name) for name in CONVENTION):
            return None
        rank, size = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
        if size == 1:
            return None
        return cls(rank, size, None, int(os.environ.get("LOCAL_RANK", rank)))

    def device(self, kind: str) -> torch.device:
        if kind != "cuda":
            return torch.device(kind)
        count = torch.cuda.device_count()
        if self.local_rank >= count:
            raise ValueError(
                f"device is 'cuda' and each process needs a GPU of its own; rank {self.rank} is "
                f"the {self.local_rank + 1}. process of this machine, which has {count}; start "
                f"{count} or fewer here"
            )
        torch.cuda.set_device(self.local_rank)
        return torch.device("cuda", self.local_rank)

    @cached_property
    def between_gpus(self) -> Any:
        """The group whose tensors stay on GPUs."""
        return dist.new_group(backend="nccl", timeout=PATIENCE)

    def averaged(self, tensors: Sequence[Tensor]) -> list[Tensor]:
        flat = torch.cat([tensor.detach().flatten() for tensor in tensors])
        with self._together():
            dist.all_reduce(flat, group=self._of(flat))
        parts = flat.div_(self.size).split([tensor.numel() for tensor in tensors])
        return [part.view(tensor.shape) for part, tensor in zip(parts, tensors, strict=True)]

    def gathered(self, values: Shaped[Tensor, "..."]) -> Shaped[Tensor, "size ..."]:
        values = values.detach().contiguous()
        found = [torch.empty_like(values) for _ in range(self.size)]
        with self._together():
            dist.all_gather(found, values, group=self._of(values))
        return torch.stack(found)

    def order(self, *words: Any) -> None:
        if self.rank:
            return
        told = b"" if words == UPDATE else pickle.dumps(words)
        with self._together():
            dist.broadcast(torch.tensor([len(told)]), 0, group=self.orders)
            if told:
                whole = torch.frombuffer(bytearray(told), dtype=torch.uint8)
                dist.broadcast(whole, 0, group=self.orders)

    def ordered(self) -> tuple[Any, ...] | None:
        length = torch.zeros(1, dtype=torch.int64)
        with self._together():
            dist.broadcast(length, 0, group=self.orders)
            if length <= 0:
                return UPDATE if length == 0 else None
            told = torch.empty(int(length), dtype=torch.uint8)
            dist.broadcast(told, 0, group=self.orders)
        words: tuple[Any, ...] = pickle.loads(told.numpy().tobytes())
        return words

    def collected(self, told: Any) -> list[Any]:
        found: list[Any] | None = None if self.rank else [None] * self.size
        with self._together():
            dist.gather_object(told, found, dst=0)
        return found or []

    def close(self) -> None:
        """Ends the group; those that follow are told so, where they are still there."""
        if self.lost:
            return  # what is broken may wait for ever for its own end
        if not self.rank:
            with self._together():
                dist.broadcast(torch.tensor([ENDED]), 0, group=self.orders)
        dist.destroy_process_group()

    def _of(self, values: Tensor) -> Any:
        return self.between_gpus if values.device.type == "cuda" else None

    @contextmanager
    def _together(self) -> Iterator[None]:
        """What goes wrong between the ranks is that one is gone."""
        try:
            yield
        except RuntimeError as error:
            self.lost = True
            told = str(error).partition(". ")[0]
            raise RankLost(
                f"another process of the run is gone, or answers no more ({told})"
            ) from error
