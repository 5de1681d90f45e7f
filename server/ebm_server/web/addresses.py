"""Names and origins: what a Host header says, who may be meant by it, who may call from where."""

import re
from urllib.parse import urlsplit

from ebm_server.settings import Settings

HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?)(?::[0-9]{1,5})?")
"""A name or an address, and perhaps a port: nothing that means more in a header of ours."""
ORIGIN = re.compile(rf"https?://{HOST.pattern}")


def name_of(host: str) -> str | None:
    """The name in a Host header, without its port; None where the header is none."""
    found = HOST.fullmatch(host.lower())
    return found["name"].strip("[]") if found else None


class Addresses:
    """By which names this server is called, and from which origins."""

    def __init__(self, settings: Settings) -> None:
        self.hosts = settings.hosts
        self.origins = {origin.rstrip("/").lower() for origin in settings.allowed_origins}
        self.numeric = settings.token is not None

    def refuse_host(self, host: str) -> str | None:
        """Why this server may not be called so: other sites' names must not lead here.

        With a token any plain address will do: a name is what an attacker could bend.
        """
        name = name_of(host)
        if name is None:
            return f"the Host {host!r} is not a name with a port"
        if name in self.hosts or (self.numeric and _plain(name)):
            return None
        return (
            f"the Host {host!r} is not a name of this server; if it shall be, start it with "
            f"--allow-host {name} (or EBM_ALLOWED_HOSTS)"
        )

    def refuse_origin(self, origin: str, host: str) -> str | None:
        """Why a page from elsewhere may not talk to this server."""
        shown = origin.lower()
        if shown in self.origins or shown in {f"http://{host.lower()}", f"https://{host.lower()}"}:
            return None
        what = f"the origin {origin!r} may not talk to this server, which was called {host!r}"
        if not ORIGIN.fullmatch(shown):
            return f"{what}; a page in a sandbox, or from a file, has no origin that can be allowed"
        return (
            f"{what}; if it shall, start it with --allow-origin {shown} (or EBM_ALLOWED_ORIGINS), "
            "or let the proxy before it pass the Host on as it came"
        )


def same_site(origin: str, host: str) -> bool:
    """Whether a page of this origin and one of this host are surely one site to a browser."""
    return urlsplit(origin).hostname == name_of(host)


def _plain(name: str) -> bool:
    return name.replace(".", "").isdigit() or ":" in name
