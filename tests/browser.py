"""The Chromium of the browser tests, and how it is let in; as a script, says how to get one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from tests.server.laboratory import Laboratory

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ASK_PLAYWRIGHT = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""
"""In a process of its own, for one cannot start Playwright while it runs."""


def chromium() -> str:
    """The path of a Chromium: $CHROMIUM, one on the PATH, or the one Playwright has downloaded.

    Raises:
        FileNotFoundError: There is none; the message says how to get one.
    """
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        if shutil.which(chosen) is None:
            raise FileNotFoundError(f"CHROMIUM={chosen} is not a program; set it to a Chromium")
        return chosen
    for name in NAMES:
        found = shutil.which(name)
        if found is not None:
            return found
    bundled = subprocess.run(
        [sys.executable, "-c", ASK_PLAYWRIGHT], capture_output=True, text=True, check=True
    ).stdout.strip()
    if Path(bundled).is_file():
        return bundled
    raise FileNotFoundError(
        "the browser tests need a Chromium and none is on the PATH; run `apt-get install chromium` "
        "(Debian), or `.venv/bin/playwright install chromium`, or set CHROMIUM to its path"
    )


def admitted(context: "BrowserContext", lab: "Laboratory") -> "BrowserContext":
    """The same context, with a session of the server in its cookies."""
    assert context.request.get(lab.address).ok
    return context


if __name__ == "__main__":
    try:
        chromium()
    except FileNotFoundError as error:
        sys.exit(str(error))
