"""One picture from the bytes of a file, and its middle square in grey or colour."""

import io
import warnings
from typing import NoReturn

import numpy as np
from jaxtyping import UInt8
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from ebm_core.pictures.limits import FILE_BYTES, PIXELS, BadPictures

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "PPM")
"""Those that are read; Pillow knows more, with decoders that are seldom tried."""
DEEP = ("I;16", "I;16B", "I;16L", "I;16N")
FLOATING = ("I", "F")


def decoded(data: bytes, name: str) -> Image.Image:
    """A picture in 8 bits of grey or of colour, upright.

    Sixteen bits become eight, palettes and CMYK become colours, transparent parts become white; of
    a moving picture the first frame is taken.

    Raises:
        BadPictures: It is no picture, damaged, or larger than is read.
    """
    if len(data) > FILE_BYTES:
        refuse(name, f"has {len(data):,} bytes", f"{FILE_BYTES:,} are read; make it smaller")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # PIXELS is asked below
            picture = Image.open(io.BytesIO(data), formats=FORMATS)
        width, height = picture.size
        if width * height > PIXELS:
            refuse(name, f"is {width:,} x {height:,} pixels", f"{PIXELS:,} in all are read")
        picture.load()
        return in_eight_bits(ImageOps.exif_transpose(picture))
    except Image.DecompressionBombError as error:
        raise BadPictures(f"{name} has more than the {PIXELS:,} pixels that are read") from error
    except UnidentifiedImageError as error:
        kinds = ", ".join(FORMATS)
        raise BadPictures(f"{name} is no picture that can be read; {kinds} can") from error
    except (OSError, SyntaxError, ValueError) as error:
        if isinstance(error, BadPictures):
            raise
        raise BadPictures(f"{name} is damaged ({error}); save it again, or leave it out") from error


def in_eight_bits(picture: Image.Image) -> Image.Image:
    """Of mode "L" or "RGB"."""
    if picture.mode in DEEP:
        deep = np.asarray(picture).astype(np.uint16)
        return Image.fromarray((deep / 257).round().astype(np.uint8))
    if picture.mode in FLOATING:
        return Image.fromarray(in_range(np.asarray(picture)))
    if picture.mode in ("1", "L"):
        return picture.convert("L")
    if picture.has_transparency_data:
        own = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", own.size, "white"), own)
    return picture.convert("RGB")


def in_range(values: NDArray[np.generic]) -> UInt8[np.ndarray, "*shape"]:
    """Numbers of any type as 0 to 255, by the range that they say themselves.

    Whole numbers up to 255 are taken as they are, larger ones up to 65,535 as sixteen bits;
    fractions in [0, 1] or [-1, 1] fill the range.

    Raises:
        ValueError: They are not finite, or in none of these ranges.
    """
    numbers = values.astype(np.float64)
    if not np.isfinite(numbers).all():
        raise ValueError("some of its numbers are not finite")
    low, high = (float(numbers.min()), float(numbers.max())) if numbers.size else (0.0, 0.0)
    whole = values.dtype.kind in "biu" or bool((numbers == np.round(numbers)).all())
    if values.dtype.kind == "b":
        scaled = numbers * 255
    elif whole and high > 1 and low >= 0:
        scaled = numbers if high <= 255 else numbers / 257
    elif low >= 0 and high <= 1:
        scaled = numbers * 255
    elif low >= -1 and high <= 1:
        scaled = (numbers + 1) * 127.5
    else:
        scaled = numbers if low >= 0 else np.array(np.inf)
    if scaled.max(initial=0) > 255:
        raise ValueError(
            f"its numbers go from {low:g} to {high:g}; grey values in [0, 255], [0, 65535], [0, 1] "
            "or [-1, 1] are read"
        )
    return np.rint(scaled).astype(np.uint8)


def is_grey(picture: Image.Image) -> bool:
    """Whether it has no colour anywhere."""
    if picture.mode == "L":
        return True
    red, green, blue = (np.asarray(band) for band in picture.split())
    return bool((red == green).all() and (green == blue).all())


def middle(picture: Image.Image, edge: int) -> Image.Image:
    """The middle square of a picture, scaled to `edge` x `edge` by Lanczos' filter."""
    width, height = picture.size
    shorter = min(width, height)
    left, top = (width - shorter) // 2, (height - shorter) // 2
    square = picture.crop((left, top, left + shorter, top + shorter))
    return square if shorter == edge else square.resize((edge, edge), Image.Resampling.LANCZOS)


def pixels(picture: Image.Image, channels: int) -> UInt8[np.ndarray, "c h w"]:
    """Grey values (1 channel, by ITU-R 601) or colours (3)."""
    values = np.asarray(picture.convert("L" if channels == 1 else "RGB"), np.uint8)
    return values[None] if channels == 1 else np.ascontiguousarray(values.transpose(2, 0, 1))


def refuse(name: str, what: str, allowed: str) -> NoReturn:
    """Raises BadPictures."""
    raise BadPictures(f"{name} {what}; {allowed}")
