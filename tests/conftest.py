"""What every test shares: shapes and types are checked as code runs, and torch uses one thread."""

import os

import hypothesis
import pytest
import torch
from jaxtyping import install_import_hook

from tests import shapes

install_import_hook("ebm_core", f"{shapes.__name__}.checked")
torch.set_num_threads(1)
os.environ.setdefault("EBM_SPARES", "1")  # a server of a test has few runs; each takes seconds

hypothesis.settings.register_profile("ebm", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ebm")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser's tests go last: Playwright's event loop then stays in this thread."""
    items.sort(key=lambda item: "e2e" in item.path.parts)
