"""Papers' recipes as `ebm list` tells them."""

import textwrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ebm_core.presets import Preset

WIDTH = 100


def preset_in_words(preset: "Preset") -> str:
    """A preset with its paper, its settings, and what came of it on each data set."""
    from ebm_core.presets.run import parameters

    lines = [
        f"preset {preset.name}: {preset.title}",
        *wrapped(f"{preset.paper}, {preset.link}: {preset.where}."),
        *wrapped(f"The paper: {preset.recipe} {preset.reached}".rstrip()),
        *wrapped(f"Here: {' '.join(preset.differs)}"),
    ]
    for kind, setup in preset.on.items():
        size = f"{parameters(preset, kind):,} parameters; {setup.takes}. "
        differs = " ".join((*setup.differs, ""))
        lines += wrapped(f"{kind}: {size}{differs}{setup.figures}", "    ")
    return "\n".join(lines)


def preset_as_json(preset: "Preset") -> dict[str, Any]:
    """All that is known of a preset."""
    from ebm_core.presets.run import parameters

    told = preset.model_dump(mode="json")
    for kind, setup in told["on"].items():
        setup["parameters"] = parameters(preset, kind)
    return told


def wrapped(text: str, indent: str = "  ") -> list[str]:
    """Lines that are not too long to read."""
    further = indent + "  "
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=further, break_on_hyphens=False
    )
