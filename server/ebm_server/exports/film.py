"""A run, or several beside each other, as an animated GIF: maps, data, chains and the update."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ebm_core import Frame
from ebm_core.runs.display import true_density
from ebm_core.runs.frame import Landscape
from ebm_server.exports.colors import THEMES, palette
from ebm_server.exports.limits import LARGEST_GIF, refuse_larger, refuse_unlike, thinned, within
from ebm_server.exports.looks import LAYERS, Clock, Layer, Show, Theme
from ebm_server.exports.maps import contoured, painted
from ebm_server.exports.material import Material
from ebm_server.refusals import Refused

CAPTION = 26
"""Pixels below each map."""
GAP = 8
LAST = 5
"""Times as long as the others that the last picture stays."""
SMOOTH = 2
"""Times finer that points are drawn, for their edges."""
BYTES_A_PIXEL = 0.3
"""About what GIF takes of such pictures."""
DOT = 1.35 / 560
"""Radius of a point, as a share of the width; chains are twice as large."""


@dataclass(frozen=True)
class Film:
    """What a film is to be like."""

    width: int = 480
    """Pixels of each map."""
    per_second: float = 12.0
    pictures: int = 60
    first: int | None = None
    last: int | None = None
    """Updates between which it plays; all of the run without."""
    theme: Theme = "dark"
    clock: Clock = "seconds"
    layers: tuple[Layer, ...] = LAYERS
    """Of images the first source that is named here and that they have: generator, chains,
    perturbed, data."""
    show: Show = "energy"
    """Of the plane, what its map shows."""


def gif(materials: Sequence[Material], wanted: Film) -> bytes:
    """The film as GIF; several runs stand on one clock.

    Raises:
        Refused: There is nothing to show, it would be too large, or the map is to show a true
            density that is not known.
    """
    refuse_unlike(materials)
    truth = _truth(materials[0], wanted.show)
    reels = [_reel(material, wanted) for material in materials]
    times = thinned(sorted({time for reel in reels for time, _ in reel}), wanted.pictures)
    refuse_large(len(times), len(materials), wanted.width)
    drawn = [
        _picture(materials, [_at(reel, time) for reel in reels], wanted, truth) for time in times
    ]
    return _packed(drawn, wanted.per_second)


def _truth(material: Material, show: Show) -> Landscape | None:
    """The true density of the data of the plane; null where it is neither known nor needed."""
    dataset = material.config.dataset
    if dataset.shape == (2,) and dataset.has_density:
        return true_density(dataset)
    if show in ("truth", "difference") and dataset.shape == (2,):
        raise Refused(
            409,
            f"the true density of {material.initial['dataset']['kind']} is not known; have the map "
            "show energy or density",
        )
    return None


def refuse_large(pictures: int, runs: int, width: int) -> None:
    """Refuses a film that would be too large.

    Raises:
        Refused: It says how large it would be, and what to change.
    """
    pixels = pictures * (runs * (width + GAP) - GAP) * (width + CAPTION)
    refuse_larger(
        "the film",
        BYTES_A_PIXEL * pixels,
        LARGEST_GIF,
        f"ask for fewer pictures (now {pictures}) or a smaller width (now {width})",
    )


Reel = list[tuple[float, int]]
"""What the clock shows at each moment, and its update."""


def _reel(material: Material, wanted: Film) -> Reel:
    steps = within(material, wanted.first, wanted.last)
    if wanted.clock == "updates":
        return [(float(step), step) for step in steps]
    if wanted.clock == "seconds":
        seconds = dict(material.moments)
        return [(seconds[step], step) for step in steps]
    name = "gradient_evaluations"
    known = [(0.0, 0.0)]
    known += [(row["step"], row["values"][name]) for row in material.rows if name in row["values"]]
    if len(known) < 2:
        raise Refused(
            409, f"run {material.run.id} tells no evaluations; choose the clock seconds or updates"
        )
    at, counts = np.array(known).T
    return [(float(np.interp(step, at, counts)), step) for step in steps]


def _at(reel: Reel, time: float) -> int:
    """The newest moment that is not later, the first where all are."""
    return max((step for known, step in reel if known <= time), default=reel[0][1])


def _picture(
    materials: Sequence[Material], steps: Sequence[int], wanted: Film, truth: Landscape | None
) -> Image.Image:
    """All runs beside each other."""
    size = (len(steps) * (wanted.width + GAP) - GAP, wanted.width + CAPTION)
    whole = Image.new("RGB", size, THEMES[wanted.theme]["background"])
    for i, (material, step) in enumerate(zip(materials, steps, strict=True)):
        part = drawing(material.frame(step), _name(material), wanted, truth)
        whole.paste(part, (i * (wanted.width + GAP), 0))
    return whole


def _name(material: Material) -> str:
    config = material.config
    return f"{config.dataset.title} · {config.method.title}"


def drawing(frame: Frame, name: str, wanted: Film, truth: Landscape | None = None) -> Image.Image:
    """A moment of a run, with its name and update below."""
    colors = THEMES[wanted.theme]
    picture = Image.new("RGB", (wanted.width, wanted.width + CAPTION), colors["background"])
    if frame.landscape is None:
        picture.paste(_tiles(frame, wanted), (0, 0))
    else:
        picture.paste(_stage(frame, wanted, truth).reduce(SMOOTH), (0, 0))
    text = ImageDraw.Draw(picture)
    font = ImageFont.load_default(13)
    text.text((6, wanted.width + 5), name, fill=colors["ink"], font=font)
    told = f"update {frame.step:,}"
    place = wanted.width - 6 - text.textlength(told, font=font)
    left = 12 + text.textlength(name, font=font)
    if place > left:
        text.text((place, wanted.width + 5), told, fill=colors["ink"], font=font)
    return picture


def _stage(frame: Frame, wanted: Film, truth: Landscape | None) -> Image.Image:
    """The map with what is switched on over it, SMOOTH times as wide as it will be."""
    width, layers, theme = SMOOTH * wanted.width, wanted.layers, wanted.theme
    over_viridis = "energy" in layers and wanted.show != "difference"
    colors = palette(theme, over_viridis)
    fine = Image.new("RGB", (width, width), colors["background"])
    if "energy" in layers:
        smooth = painted(frame, truth, wanted.show, wanted.width, theme)
        fine = smooth.resize((width, width), Image.Resampling.BILINEAR)
    if "contours" in layers:
        ink = THEMES["dark" if over_viridis else theme]["ink"]
        fine = contoured(fine, frame, ink, over_viridis)
    _points(ImageDraw.Draw(fine), frame, wanted, colors)
    return fine


def _points(draw: ImageDraw.ImageDraw, frame: Frame, wanted: Film, colors: dict[str, str]) -> None:
    """Data below, what the method draws above."""
    width, layers = SMOOTH * wanted.width, wanted.layers
    radius = max(DOT * width, 0.8)
    if "data" in layers:
        for x, y in _pixels(frame, "data", width):
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colors["data"])
    arm = 1.4 * radius
    for x, y in _pixels(frame, "perturbed", width) if "perturbed" in layers else ():
        for slant in (1, -1):
            ends = (x - arm, y - slant * arm, x + arm, y + slant * arm)
            draw.line(ends, fill=colors["perturbed"], width=max(1, round(0.7 * radius)))
    for x, y in _pixels(frame, "chains", width) if "chains" in layers else ():
        for size, color in ((2.4 * radius, "rim"), (1.7 * radius, "chains")):
            draw.ellipse((x - size, y - size, x + size, y + size), fill=colors[color])
    reach = 2.2 * radius
    for x, y in _pixels(frame, "generator", width) if "generator" in layers else ():
        corners = [(x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y)]
        draw.polygon(corners, fill=colors["generator"])


def _pixels(frame: Frame, name: str, width: int) -> list[tuple[float, float]]:
    points = frame.arrays.get(name)
    if points is None or frame.landscape is None or points.ndim != 2:
        return []
    low, high = np.array(frame.landscape.window).T
    share = (points - low) / (high - low)
    return [(float(x) * width, float(1 - y) * width) for x, y in share]


def _tiles(frame: Frame, wanted: Film) -> Image.Image:
    """Images of the first source that is wanted and there, as many as fill a square."""
    arrays, width = frame.arrays, wanted.width
    sources = [n for n in ("generator", "chains", "perturbed", "data") if n in wanted.layers]
    name = next((n for n in sources if n in arrays), None)
    if name is None:
        return Image.new("RGB", (width, width))
    images = arrays[name]
    side = int(np.sqrt(len(images)))
    _, channels, rows, columns = images.shape
    grid = images[: side * side].reshape(side, side, channels, rows, columns)
    sheet = grid.transpose(0, 3, 1, 4, 2).reshape(side * rows, side * columns, channels)
    shades: NDArray[Any] = ((sheet.clip(-1, 1) + 1) * 127.5).astype(np.uint8)
    shades = shades.repeat(3, 2) if channels == 1 else shades
    return Image.fromarray(shades).resize((width, width), Image.Resampling.NEAREST)


def _packed(pictures: Sequence[Image.Image], per_second: float) -> bytes:
    """One palette for all, so that nothing flickers."""
    sampled = [pictures[0], pictures[len(pictures) // 2], pictures[-1]]
    strip = Image.new("RGB", (pictures[0].width, sum(picture.height for picture in sampled)))
    for i, picture in enumerate(sampled):
        strip.paste(picture, (0, i * picture.height))
    palette = strip.quantize(256)
    whole = [p.quantize(palette=palette, dither=Image.Dither.NONE) for p in pictures]
    each = max(20, round(1000 / per_second / 10) * 10)  # GIF counts hundredths of a second
    durations = [each] * (len(whole) - 1) + [LAST * each]
    file = io.BytesIO()
    whole[0].save(
        file,
        "GIF",
        save_all=True,
        append_images=whole[1:],
        duration=durations,
        loop=0,
        optimize=False,
        disposal=1,
    )
    return file.getvalue()
