"""A Ray cluster, as the server reaches it: connected to, lost with its head, and found again."""

import importlib
import importlib.util
import logging
import os
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from ebm_server.settings import is_loopback

log = logging.getLogger(__name__)
NAMESPACE = "ebm-lab"
KNOCK_SECONDS = 10.0
SOON = 1.0
"""Seconds that a head which has answered before has to take a call."""
MISSING = "Ray is not installed; pip install 'ebm-lab[ray]', or leave --executor ray out"
PATIENCE = ("RAY_gcs_rpc_server_reconnect_timeout_s", str(10**9))
"""Ray would end this process where the head is away for a minute."""


def connect(address: str) -> Any:
    """The package `ray`, connected to a cluster.

    Raises:
        ValueError: It is not installed, or there is no such cluster.
    """
    if importlib.util.find_spec("ray") is None:
        raise ValueError(MISSING)
    os.environ.setdefault(*PATIENCE)
    ray = importlib.import_module("ray")
    if not ray.is_initialized():
        try:
            knock(os.environ.get("RAY_ADDRESS", address) if address == "auto" else address)
            ray.init(address, namespace=NAMESPACE, log_to_driver=False, logging_level="ERROR")
        except (ConnectionError, OSError, RuntimeError, ValueError) as error:
            said = next(reversed(str(error).strip().splitlines()), type(error).__name__)
            raise ValueError(
                f"there is no Ray cluster at {address!r} ({said}); start one with "
                "`ray start --head`, or name another by --ray-address"
            ) from error
    return ray


def knock(address: str, seconds: float = KNOCK_SECONDS) -> None:
    """Sees whether somebody listens at HOST:PORT: Ray itself would wait there for minutes.

    Raises:
        OSError: Nobody does.
    """
    parts = urlsplit(address if "://" in address else f"//{address}")
    if parts.hostname and parts.port:
        socket.create_connection((parts.hostname, parts.port), timeout=seconds).close()


def refuse_unreachable(ray: Any, url: str) -> None:
    """Refuses an address that is of this machine alone, where the cluster has others.

    Raises:
        ValueError: It is so.
    """
    machines = {node["NodeManagerAddress"] for node in ray.nodes() if node["Alive"]}
    others = {one for one in machines if not is_loopback(one)} - {ray.util.get_node_ip_address()}
    if others and is_loopback(urlsplit(url).hostname or ""):
        raise ValueError(
            f"workers on {', '.join(sorted(others))} cannot call {url}; listen on an address that "
            "they reach (--host) and name it by --advertise http://..."
        )


class RayCluster:
    """A connection to a cluster.

    While the head is away, a call of Ray waits for it without end: `here` is asked before each.

    Args:
        on_return: Called where it is connected anew: handles of before are void.

    Raises:
        ValueError: As `connect`.
    """

    def __init__(self, address: str, on_return: Callable[[], None]) -> None:
        self.address, self.on_return = address, on_return
        self.ray = connect(address)
        there = "://" in address
        self.head = address if there else self.ray.get_runtime_context().gcs_address
        self.away: str | None = None
        self.connection = 1
        """A number of its own for each."""

    def here(self) -> bool:
        """Whether its head answers."""
        if self.away is None:
            try:
                knock(self.head, SOON)
            except OSError as error:
                log.error("the head of the Ray cluster at %s is away: %s", self.head, error)
                self.away = (
                    "the head of the Ray cluster does not answer; it is tried again every few "
                    "seconds: runs that go do so as long as their nodes stay, new ones wait, and "
                    "those that are lost go on from their last checkpoint; start it again"
                )
        return self.away is None

    def answers_again(self) -> bool:
        """Whether its head was away and has come back; it may block."""
        if self.here():
            return False
        try:
            knock(self.head, SOON)
        except OSError:
            return False
        return True

    def connect_anew(self) -> None:
        """Connects once more; in the thread that did so before: Ray numbers its calls by thread,
        and two that believe to be the first one would give a number twice, which ends a process.
        """
        self.ray.shutdown()
        self.connection += 1
        try:
            self.ray = connect(self.address)
        except ValueError as error:
            log.warning("the Ray cluster is not yet back: %s", error)
            return
        log.info("the Ray cluster at %s is back", self.head)
        self.away = None
        self.on_return()


def first_line(error: Exception) -> str:
    """What went wrong, in a line."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
