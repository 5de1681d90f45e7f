"""Settings of the server, from flags and from the environment (EBM_...)."""

import os
import re
import socket
from importlib.metadata import PackageNotFoundError, version
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ebm_server.limits import Limits
from ebm_server.logs import Format

COMPARED = 4
"""Runs of one comparison, which go at once; their seconds are each one's own, of one core."""
MOST_AT_ONCE = 1024
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")


def package_version() -> str:
    """The installed version of EBM Lab, or "0+source" in a checkout that is not installed."""
    try:
        return version("ebm-lab")
    except PackageNotFoundError:
        return "0+source"


def cores() -> int:
    """Processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def free_memory() -> int | None:
    """Bytes of memory that are free; None where the system does not say."""
    table = Path("/proc/meminfo")
    lines = table.read_text().splitlines() if table.is_file() else []
    kilobytes = [line.split()[1] for line in lines if line.startswith("MemAvailable:")]
    return int(kilobytes[0]) * 1024 if kilobytes else None


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def default_data_dir() -> Path:
    """EBM_DATA_DIR, or the user's data folder of this platform."""
    named = os.environ.get("EBM_DATA_DIR")
    return Path(named) if named else user_data_path("ebm-lab", appauthor=False)


def base_path(path: str) -> str:
    """A base path without the slash at its end: /lab, or nothing for the root.

    Raises:
        ValueError: It is none.
    """
    path = path.rstrip("/")
    if path and not re.fullmatch(r"(/[A-Za-z0-9._~@%+-]+)+", path):
        raise ValueError(f"{path!r} is no base path; give one such as /lab")
    return path


def origin(text: str) -> str:
    """An origin as browsers tell it.

    Raises:
        ValueError: It is none.
    """
    shown = text.rstrip("/").lower()
    if not re.fullmatch(r"https?://(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{1,5})?", shown):
        raise ValueError(f"{text!r} is no origin; give one such as https://example.org")
    return shown


Origin = Annotated[str, AfterValidator(origin)]


def web_address(text: str) -> str:
    """An address that workers call, without a slash at its end.

    Raises:
        ValueError: It is none.
    """
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"{text!r} is no address; give one such as http://lab.example.org:8642")
    return text.rstrip("/")


def most_at_once(others: dict[str, Any]) -> int:
    """Runs that go at once where nobody says how many: a cluster has a scheduler of its own."""
    return max(COMPARED, cores()) if others.get("executor") == "local" else MOST_AT_ONCE


class Settings(BaseModel):
    """What `create_app` needs to know."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(8642, ge=0, le=65535)
    data_dir: Path = Field(default_factory=default_data_dir)
    database: str | None = None
    """A SQLAlchemy URL; None is the file ebm.sqlite in the data folder."""
    token: str | None = None
    """What a browser must show; None asks for nothing (loopback only)."""
    allowed_hosts: tuple[str, ...] = ()
    """Further names this server is called by, beside its address (reverse proxies, DNS names)."""
    allowed_origins: tuple[Origin, ...] = ()
    """Further origins that may talk to it, such as a development server's http://localhost:5173."""
    embedders: tuple[Origin, ...] = ()
    """Origins whose pages may show this one within them."""
    root_path: Annotated[str, AfterValidator(base_path)] = ""
    """Where a reverse proxy has the page, such as /lab; whether it takes that away or not."""
    proxies: tuple[str, ...] = ()
    """Addresses of reverse proxies: they tell who has called, and whether by https."""
    log_format: Format = "text"
    executor: Literal["local", "ray"] = "local"
    """Where workers run: on this machine, or on a cluster."""
    ray_address: str = "auto"
    """The cluster, as `ray.init` takes it: auto, an address, or ray://..."""
    advertise: Annotated[str, AfterValidator(web_address)] | None = None
    """Where workers on other machines call; None is the address that it listens on."""
    storage: str | None = None
    """Where workers keep the runs' files, by URL; None is the data folder, which they then see."""
    max_running: int = Field(default_factory=most_at_once, ge=1, le=MOST_AT_ONCE)
    max_queued: int = Field(32, ge=0, le=100_000)
    answer_seconds: float = Field(30.0, gt=0)
    """A worker that does not obey for so long is taken for hung."""
    spare: bool = True
    """Prepare in advance, so that a run starts within a second: keep worker processes with torch
    imported (as many as `limits.spares`, where memory allows), and import it here too."""

    limits: Limits = Limits()

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.data_dir / 'ebm.sqlite'}"

    @property
    def runs_dir(self) -> Path:
        return self.data_dir / "runs"

    @property
    def points_dir(self) -> Path:
        return self.data_dir / "points"

    @property
    def hosts(self) -> frozenset[str]:
        """The names a request may call this server by, without port."""
        named = {*LOOPBACK_NAMES, *self.allowed_hosts}
        if self.advertise:
            named.add(urlsplit(self.advertise).hostname or "")
        if not is_loopback(self.host):
            named |= {self.host, socket.gethostname()}
        return frozenset(name.lower() for name in named)


def worker_url(settings: Settings) -> str:
    """Where workers reach the server."""
    if settings.advertise:
        return settings.advertise
    host = settings.host
    if is_loopback(host) or host in ("0.0.0.0", "::"):
        host = "[::1]" if ":" in host else "127.0.0.1"
    return f"http://{host}:{settings.port}"


def from_environment(**flags: object) -> Settings:
    """Settings with the environment's values below those of `flags` (None means not given)."""
    environment: dict[str, object] = {
        name: os.environ[variable]
        for name, variable in (
            ("database", "EBM_DATABASE_URL"),
            ("token", "EBM_TOKEN"),
            ("max_running", "EBM_MAX_RUNNING"),
            ("max_queued", "EBM_MAX_QUEUED"),
            ("answer_seconds", "EBM_ANSWER_SECONDS"),
            ("spare", "EBM_SPARE"),
            ("root_path", "EBM_ROOT_PATH"),
            ("log_format", "EBM_LOG_FORMAT"),
            ("executor", "EBM_EXECUTOR"),
            ("ray_address", "EBM_RAY_ADDRESS"),
            ("advertise", "EBM_ADVERTISE"),
            ("storage", "EBM_STORAGE"),
        )
        if os.environ.get(variable)
    }
    for name, variable in (
        ("allowed_hosts", "EBM_ALLOWED_HOSTS"),
        ("allowed_origins", "EBM_ALLOWED_ORIGINS"),
        ("embedders", "EBM_ALLOWED_EMBEDDERS"),
        ("proxies", "EBM_PROXIES"),
    ):
        if listed := os.environ.get(variable):
            environment[name] = tuple(part.strip() for part in listed.split(",") if part.strip())
    environment["limits"] = Limits.from_environment()
    given = {name: value for name, value in flags.items() if value not in (None, [], ())}
    return Settings.model_validate({**environment, **given})
