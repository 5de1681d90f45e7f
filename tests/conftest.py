"""What every test shares: shapes and types are checked as code runs, and torch uses one thread."""

import hypothesis
import torch
from jaxtyping import install_import_hook

from tests import shapes

install_import_hook("ebm_core", f"{shapes.__name__}.checked")
torch.set_num_threads(1)

hypothesis.settings.register_profile("ebm", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ebm")
