"""The door for plug-ins from outside the package: methods, samplers, distributions, energies.

`EBM_PLUGINS` names files, folders or modules, and installed packages name modules in the group of
entry points "ebm_lab.plugins"; all are put on the shelves when `ebm_core` is imported. `use` does
so later, in a notebook.
"""

from ebm_core.plugins.faults import Trouble
from ebm_core.plugins.loading import PlugInError, given_troubles, load_given, use
from ebm_core.plugins.mistakes import mistake

__all__ = ["PlugInError", "Trouble", "given_troubles", "load_given", "mistake", "use"]
