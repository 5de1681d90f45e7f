"""Wrong tokens are slowed down: each makes its address wait longer for its next try."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

FREE = 5
"""Wrong tokens that anybody may show."""
LONGEST_WAIT = 60.0
FORGOTTEN_AFTER = 3600.0
MOST_ADDRESSES = 1024


class Attempts:
    """Who has shown wrong tokens of late. Memory is bounded: the longest quiet are forgotten."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()
        """How many, and when the last one was; the newest is last."""

    def wait(self, address: str) -> int:
        """Whole seconds until this address may show a token again, 0 where it may now."""
        count, last = self._wrong.get(network(address), (0, 0.0))
        if count < FREE:
            return 0
        pause = min(LONGEST_WAIT, 2.0 ** min(count - FREE, 10))
        return max(0, math.ceil(last + pause - self._clock()))

    def failed(self, address: str) -> None:
        """A wrong token came from there."""
        now = self._clock()
        count, last = self._wrong.pop(network(address), (0, now))
        self._wrong[network(address)] = (count + 1 if now < last + FORGOTTEN_AFTER else 1, now)
        while len(self._wrong) > MOST_ADDRESSES:
            self._wrong.popitem(last=False)

    def succeeded(self, address: str) -> None:
        """The right one came from there: what was wrong before is forgiven."""
        self._wrong.pop(network(address), None)


def network(address: str) -> str:
    """What one person is taken to have: an IPv4 address, or an IPv6 network of 64 bits."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(int(found) >> 64) if isinstance(found, IPv6Address) else address
