"""What browsers and workers show, signed by secrets that never leave the data folder.

A browser gives the server's token once, and gets a session for it, as a cookie. A worker is given
its own name with a signature, which opens nothing but what that worker may do.
"""

import hashlib
import hmac
import secrets
import time

DAYS = 30
SESSION_SECONDS = DAYS * 24 * 3600


class Sessions:
    """Sessions of browsers, which hold over restarts of the server.

    Args:
        token: For which sessions are given; another one ends them all.
    """

    def __init__(self, key: bytes, token: str | None) -> None:
        self._key = hmac.digest(key, (token or "").encode(), "sha256")

    def new(self) -> str:
        """A session that begins now."""
        body = f"{int(time.time()) + SESSION_SECONDS}.{secrets.token_urlsafe(12)}"
        return f"{body}.{signature(self._key, body)}"

    def holds(self, session: str) -> bool:
        """Whether it is one of ours, and not over."""
        body, _, shown = session.rpartition(".")
        if not same(shown, signature(self._key, body)):
            return False
        return time.time() < int(body.partition(".")[0])


class WorkerTokens:
    """What a worker shows when it calls: its name, signed. It has one run, so the token has too."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, worker: str) -> str:
        """The token of a worker."""
        return f"{worker}.{signature(self._key, worker)}"

    def worker(self, authorization: str) -> str | None:
        """The name of the worker that shows this header, None where it is no worker's."""
        name, _, _ = authorization.removeprefix("Bearer ").partition(".")
        return name if name and same(authorization, f"Bearer {self.of(name)}") else None


def signature(key: bytes, text: str) -> str:
    """What only the holder of the key can write under a text."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def same(shown: str, right: str) -> bool:
    """Whether two secrets are equal, in a time that does not tell how far they are."""
    return hmac.compare_digest(shown.encode(errors="replace"), right.encode())
