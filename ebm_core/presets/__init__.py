"""Presets: the recipes of papers for images."""

from collections.abc import Mapping

from ebm_core.presets.igebm import IGEBM
from ebm_core.presets.jem import JEM
from ebm_core.presets.kim_bengio import KIM_BENGIO
from ebm_core.presets.mdsm import MDSM
from ebm_core.presets.meg import MEG
from ebm_core.presets.ncsn import NCSN
from ebm_core.presets.preset import Measured, Preset, Setup
from ebm_core.presets.short_run import SHORT_RUN
from ebm_core.presets.vera import VERA

IN_ORDER = (IGEBM, SHORT_RUN, KIM_BENGIO, MEG, VERA, NCSN, MDSM, JEM)
"""That of the lecture."""

PRESETS: Mapping[str, Preset] = {preset.name: preset for preset in IN_ORDER}
"""Every preset by its name."""

__all__ = ["PRESETS", "Measured", "Preset", "Setup", "preset_called"]


def preset_called(name: str) -> Preset:
    """The preset of a name.

    Raises:
        ValueError: There is none.
    """
    if name not in PRESETS:
        raise ValueError(
            f"there is no preset {name!r}; choose one of {', '.join(PRESETS)} "
            "(`ebm list presets` tells what they are)"
        )
    return PRESETS[name]
