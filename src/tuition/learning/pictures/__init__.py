"""Pictures in lessons and questions: kept beside the course or the bank in which they are shown, and for nobody else.

Words: a *picture* is a file with an address of its own; a text *mentions* it by that address, in Markdown; a *place* is a course
in which it is shown. Invariants: a picture is a PNG, JPEG, GIF or WebP by its bytes, not by its name (SVG is a program, and
refused); whoever may open what mentions it may see it, and to everybody else it is not there; what nothing mentions any more is
thrown away.
"""

from tuition.learning.pictures import jobs, privacy
from tuition.learning.pictures.actions import keep_picture
from tuition.learning.pictures.errors import PictureRefused, PictureUnknown
from tuition.learning.pictures.looking import PICTURE_BYTES_MAX, TYPES, Looked, look_at
from tuition.learning.pictures.models import Picture, PicturePlace
from tuition.learning.pictures.queries import get_picture_for, pictures_by_id
from tuition.learning.pictures.reactions import wire
from tuition.learning.pictures.rules import address_of, key_of, mentioned

__all__ = [
    "PICTURE_BYTES_MAX",
    "TYPES",
    "Looked",
    "Picture",
    "PicturePlace",
    "PictureRefused",
    "PictureUnknown",
    "address_of",
    "get_picture_for",
    "jobs",
    "keep_picture",
    "key_of",
    "look_at",
    "mentioned",
    "pictures_by_id",
    "privacy",
    "wire",
]
