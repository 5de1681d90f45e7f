"""Where processes that are started here find these packages."""

import importlib.util
import os
from pathlib import Path


def search_path() -> str:
    """Where workers find these very packages first, whatever folder the server was started in."""
    specs = [importlib.util.find_spec(name) for name in ("ebm_server", "ebm_core")]
    found = [str(Path(spec.origin).parents[1]) for spec in specs if spec and spec.origin]
    return os.pathsep.join(filter(None, (*dict.fromkeys(found), os.environ.get("PYTHONPATH"))))
