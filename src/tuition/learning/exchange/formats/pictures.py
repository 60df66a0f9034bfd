"""The pictures of a file that is being read, and of one that is being written.

While a file is read, its texts name each picture ``pictures/<digest>.png``, wherever the file keeps it; what is made of the file
gives each an address. A file that is written holds them under the same names, so that bringing it back changes nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from posixpath import dirname, join, normpath
from urllib.parse import unquote

from tuition.learning import pictures
from tuition.learning.pictures import Looked, PictureRefused
from tuition.platform.files import Archive

FOLDER = "pictures/"
WEB_FOLDER = "web_resources/"
"""Where cartridges keep what ``$IMS-CC-FILEBASE$`` leads to."""
COUNT_MAX = 2_000
BYTES_MAX = 256 * 1024 * 1024
ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")
NAMED = re.compile(r"pictures/[0-9a-f]{64}\.(?:gif|jpg|png|webp)")
"""How texts name a picture between two formats."""
_DATA = re.compile(r"data:image/[\w.+-]+;base64,(.*)", re.DOTALL | re.IGNORECASE)
_FILEBASE = re.compile(r"(?:\$|%24)IMS-CC-FILEBASE(?:\$|%24)/?(?:\.\./)*", re.IGNORECASE)
Find = Callable[[str], bytes | None]


@dataclass
class Shelf:
    """Pictures by their name, those that were found so far."""

    taken: dict[str, Looked] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    """Files of the package that are among them."""
    find: Find | None = None
    _known: dict[str, tuple[str, str]] = field(default_factory=dict)
    _size: int = 0

    def name_of(self, source: str) -> tuple[str, str]:
        """The name of what a text shows; or nothing, and why not."""
        known = self._known.get(source)
        if known is None:
            known = self._known[source] = self._take(source)
        return known

    def put(self, data: bytes) -> str:
        """Keep a picture; its name. Raises ``PictureRefused``."""
        if len(self.taken) >= COUNT_MAX or self._size + len(data) > BYTES_MAX:
            raise PictureRefused(reason=f"a file may bring {COUNT_MAX} pictures of {BYTES_MAX // 1_048_576} MB in all.")
        digest = hashlib.sha256(data).hexdigest()
        known = next((name for name in self.taken if name.startswith(f"{FOLDER}{digest}.")), None)
        if known is not None:
            return known
        looked = pictures.look_at(data)
        name = f"{FOLDER}{digest}.{looked.ending}"
        self.taken[name] = looked
        self._size += len(data)
        return name

    def _take(self, source: str) -> tuple[str, str]:
        try:
            data = _from_data(source) or (self.find(source) if self.find else None)
            return ("", "") if data is None else (self.put(data), "")
        except PictureRefused as error:
            return "", str(error)

    @contextmanager
    def looking(self, find: Find) -> Iterator[None]:
        """Inside the block, sources lead where ``find`` says."""
        before = self.find, self._known
        self.find, self._known = find, {}
        try:
            yield
        finally:
            self.find, self._known = before


_shelf: ContextVar[Shelf | None] = ContextVar("shelf", default=None)


@contextmanager
def open_shelf() -> Iterator[Shelf]:
    """A shelf for the file that is read inside the block."""
    shelf = Shelf()
    token = _shelf.set(shelf)
    try:
        yield shelf
    finally:
        _shelf.reset(token)


def shelf() -> Shelf:
    """The shelf of the file that is being read; an empty one when nobody wants its pictures."""
    return _shelf.get() or Shelf()


def inside(archive: Archive, base: str) -> Find:
    """Sources in a file of a package that lies at ``base``."""
    here = shelf()

    def find(source: str) -> bytes | None:
        path = unquote(source.partition("?")[0].partition("#")[0])
        rest, is_based = _FILEBASE.subn("", source.partition("?")[0].partition("#")[0])
        if is_based:
            path = unquote(rest)
            places = [WEB_FOLDER + path, path]
        else:
            places = [normpath(join(dirname(base), path)), path, WEB_FOLDER + path]
        for place in places:
            if place in archive:
                here.used.add(place)
                return archive.read(place, limit=pictures.PICTURE_BYTES_MAX + 1)
        return None

    return find


def named_in(text: str) -> list[str]:
    """The names of pictures in a text, each once."""
    return list(dict.fromkeys(NAMED.findall(text)))


def claim(archive: Archive, text: str) -> bool:
    """Take those that a text names from where we write them ourselves; whether all of them are there."""
    with shelf().looking(inside(archive, "")):
        return all(shelf().name_of(name)[0] == name for name in named_in(text))


def _from_data(source: str) -> bytes | None:
    found = _DATA.match(source)
    if found is None:
        return None
    try:
        return base64.b64decode("".join(unquote(found[1]).split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise PictureRefused(reason="it is damaged.") from error
