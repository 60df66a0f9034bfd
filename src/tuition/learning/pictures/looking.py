"""Looking at a picture before anybody else does."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass, field

from PIL import Image, UnidentifiedImageError

from tuition.learning.pictures.errors import PictureRefused

PICTURE_BYTES_MAX = 8 * 1024 * 1024
PIXELS_MAX = 50_000_000
FRAMES_MAX = 500
ENDINGS = {"GIF": "gif", "JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
TYPES = {"gif": "image/gif", "jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


@dataclass(frozen=True, slots=True)
class Looked:
    """A picture that can be shown."""

    data: bytes = field(repr=False)
    ending: str
    """Of its kind, not of its name: gif, jpg, png, webp."""
    width: int
    height: int

    @property
    def content_type(self) -> str:
        """Its media type."""
        return TYPES[self.ending]


def look_at(data: bytes) -> Looked:
    """What a file shows. Blocking for a moment. Raises ``PictureRefused``."""
    if len(data) > PICTURE_BYTES_MAX:
        raise PictureRefused(reason=f"it has more than {PICTURE_BYTES_MAX // 1_048_576} MB.")
    if b"<svg" in data[:4096].lower():
        raise PictureRefused(reason="SVG can run scripts; save it as PNG.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=tuple(ENDINGS)) as picture:
                # Only the head is read so far: how large it would become is known before it does.
                if picture.width * picture.height * min(getattr(picture, "n_frames", 1), FRAMES_MAX) > PIXELS_MAX:
                    raise PictureRefused(reason=f"it has more than {PIXELS_MAX // 1_000_000} million pixels.")
                width, height, ending = picture.width, picture.height, ENDINGS[picture.format or ""]
                picture.load()
    except UnidentifiedImageError as error:
        raise PictureRefused(reason="it is no PNG, JPEG, GIF or WebP.") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureRefused(reason=f"it has more than {PIXELS_MAX // 1_000_000} million pixels.") from error
    except (OSError, ValueError, SyntaxError, KeyError, EOFError) as error:
        raise PictureRefused(reason="it is damaged.") from error
    return Looked(data, ending, width, height)
