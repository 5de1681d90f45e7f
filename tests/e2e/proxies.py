"""What may stand before the laboratory: a real nginx, and a real Jupyter server."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
PATIENCE = 60.0
SITE = """
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        {location}
    }}
}}
"""


def documented(port: int, *, strips: bool) -> str:
    """The lines for nginx that docs/serving.md has, for a server on a port.

    Args:
        strips: Whether nginx takes the base path away.
    """
    page = (Path(__file__).parents[2] / "docs" / "serving.md").read_text()
    (lines,) = re.findall(r"```nginx\n(.*?)```", page, re.DOTALL)
    wanted = f"proxy_pass http://127.0.0.1:{port}{'/' if strips else ''};"
    return str(lines).replace("proxy_pass http://127.0.0.1:8642;", wanted)


@contextmanager
def nginx(folder: Path, location: str) -> Iterator[str]:
    """The address of a site with a location; it listens when this begins."""
    port = free_port()
    user = "user root;" if os.getuid() == 0 else ""
    config = folder / "nginx.conf"
    config.write_text(SITE.format(folder=folder, port=port, location=location, user=user))
    command = [str(NGINX), "-p", str(folder), "-c", str(config), "-e", str(folder / "error.log")]
    subprocess.run(command, check=True)  # its parent leaves when it listens
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        subprocess.run([*command, "-s", "stop"], check=True)


@contextmanager
def jupyter(folder: Path, token: str) -> Iterator[str]:
    """The address of a Jupyter server, which has its proxy from the same environment."""
    rooms = {f"JUPYTER_{name}_DIR": str(folder / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    options = {"port": 0, "port_retries": 0, "root_dir": folder, "open_browser": False}
    given = [f"--ServerApp.{name}={value}" for name, value in options.items()]
    root = ["--allow-root"] if os.getuid() == 0 else []
    with subprocess.Popen(
        [sys.executable, "-m", "jupyter_server", "--ip=127.0.0.1", *given, *root],
        env=os.environ | rooms | {"JUPYTER_TOKEN": token},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stderr is not None
        said = []
        try:
            for line in server.stderr:
                said.append(line)
                if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                    break
            else:
                raise AssertionError(f"Jupyter did not start:\n{''.join(said)}")
            server.stderr.close()
            yield found[0]
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(PATIENCE)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
