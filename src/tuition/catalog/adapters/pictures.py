"""Covers: read, turned upright, cut to one shape, written again in our sizes. Nothing of the original file survives."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from tuition.kernel import Phrase

WIDTHS = (1280, 640, 320)
RATIO = (16, 9)
PIXELS_MAX = 50_000_000
SIDE_MIN = 160
QUALITY = 82


class PictureUnreadable(Exception):
    """Its message says to a person why."""


def cover_sizes(path: Path) -> dict[str, bytes]:
    """A cover as WebP by file name (``640.webp``). Blocking: run it in a thread. Raises ``PictureUnreadable``."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=("JPEG", "PNG", "WEBP")) as picture:
                if picture.width * picture.height > PIXELS_MAX:
                    raise PictureUnreadable(Phrase("it has more than {most} million pixels.", most=PIXELS_MAX // 1_000_000))
                if min(picture.size) < SIDE_MIN:
                    raise PictureUnreadable(Phrase("it is smaller than {least} pixels.", least=SIDE_MIN))
                upright = ImageOps.exif_transpose(picture).convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PictureUnreadable("the picture is damaged.") from error
    except Image.DecompressionBombWarning as error:
        raise PictureUnreadable(Phrase("it has more than {most} million pixels.", most=PIXELS_MAX // 1_000_000)) from error
    # What is transparent becomes paper.
    flat = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright).convert("RGB")
    sizes = {}
    for width in WIDTHS:
        file = io.BytesIO()
        fitted = ImageOps.fit(flat, (width, width * RATIO[1] // RATIO[0]), Image.Resampling.LANCZOS)
        fitted.save(file, "WEBP", quality=QUALITY)
        sizes[f"{width}.webp"] = file.getvalue()
    return sizes
