"""Opening archives that nobody here has packed.

A member is read only when it is asked for, and then no further than its limit, whatever the archive says about its size
(a zip bomb states a small size, or nests others; nested archives are never opened). A name that is absolute, climbs out, or is
a link makes the whole archive unreadable.
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Self
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from tuition.kernel import DomainError, ErrorKind, Phrase

MEMBERS_MAX = 10_000
MEMBER_BYTES_MAX = 64 * 1024 * 1024
TOTAL_BYTES_MAX = 512 * 1024 * 1024
RATIO_MAX = 200
"""How many bytes a compressed byte may become, over the whole archive; text reaches about twenty."""
NAME_LENGTH_MAX = 500
DEPTH_MAX = 200
"""Elements inside each other; whoever walks a tree of XML does it by calling itself."""
_PIECE = 1 << 16


class FileUnreadable(DomainError):
    """This file cannot be read: {reason}"""

    kind = ErrorKind.INVALID
    code = "platform.file_unreadable"


class FileTooLarge(DomainError):
    """This file is too large to be taken in: {reason}"""

    kind = ErrorKind.TOO_LARGE
    code = "platform.file_too_large"


class Archive:
    """A zip, in memory or in a file, whose members are read one by one, within limits."""

    def __init__(self, source: bytes | Path, *, total_bytes_max: int = TOTAL_BYTES_MAX) -> None:
        try:
            self._zip = zipfile.ZipFile(BytesIO(source) if isinstance(source, bytes) else source)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
            raise FileUnreadable(reason="it is not a whole zip archive.") from error
        self._read = 0
        self._total_max = total_bytes_max
        infos = self._zip.infolist()
        if len(infos) > MEMBERS_MAX:
            raise FileTooLarge(reason=Phrase("it holds more than {most} files.", most=MEMBERS_MAX))
        stated = sum(info.file_size for info in infos)
        packed = len(source) if isinstance(source, bytes) else source.stat().st_size
        if stated > total_bytes_max or stated > RATIO_MAX * max(packed, 4096):
            raise FileTooLarge(reason=Phrase("unpacked it would have {stated} MB.", stated=stated // 1_000_000))
        self._names = {self._checked(info): info for info in infos if not info.is_dir()}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    @property
    def names(self) -> list[str]:
        """The files in it, in the order of the archive."""
        return list(self._names)

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def read(self, name: str, *, limit: int = MEMBER_BYTES_MAX) -> bytes:
        """One file. Raises ``FileUnreadable`` when it is missing or damaged, ``FileTooLarge``."""
        return b"".join(self._pieces(name, limit))

    def save(self, name: str, path: Path) -> None:
        """Write one file, however large, to a file on this machine. Raises what ``read`` raises."""
        with path.open("wb") as target:
            target.writelines(self._pieces(name, self._total_max))

    def xml(self, name: str) -> Element:
        """One file as XML. Raises also ``FileUnreadable`` when it is none."""
        return parse_xml(self.read(name), name)

    def _pieces(self, name: str, limit: int) -> Iterator[bytes]:
        info = self._names.get(name)
        if info is None:
            raise FileUnreadable(reason=Phrase("“{name}” is named in it and missing.", name=name))
        size = 0
        try:
            with self._zip.open(info) as member:
                while piece := member.read(_PIECE):
                    size += len(piece)
                    self._read += len(piece)
                    if size > limit or self._read > self._total_max:
                        raise FileTooLarge(
                            reason=Phrase("“{name}” has more than {limit} MB.", name=name, limit=limit // 1_000_000)
                        )
                    yield piece
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
            raise FileUnreadable(reason=Phrase("“{name}” is damaged or encrypted.", name=name)) from error

    @staticmethod
    def _checked(info: zipfile.ZipInfo) -> str:
        name = info.filename.replace("\\", "/")
        path = PurePosixPath(name)
        if stat.S_ISLNK(info.external_attr >> 16):
            raise FileUnreadable(reason=Phrase("“{name}” is a link.", name=name[:80]))
        if path.is_absolute() or ".." in path.parts or (len(name) > 1 and name[1] == ":") or "\x00" in name:
            raise FileUnreadable(reason=Phrase("“{name}” would land outside of its folder.", name=name[:80]))
        if len(name) > NAME_LENGTH_MAX:
            raise FileUnreadable(reason=Phrase("a name in it has more than {most} letters.", most=NAME_LENGTH_MAX))
        return str(path)


def parse_xml(data: bytes, name: str = "it") -> Element:
    """XML without entities, external or nested: neither is needed, and both are attacks. Raises ``FileUnreadable``."""
    try:
        root: Element = fromstring(data, forbid_dtd=False)
    except ParseError as error:
        line, _ = error.position
        raise FileUnreadable(reason=Phrase("“{name}” is not well-formed XML (line {line}).", name=name, line=line)) from error
    except (DefusedXmlException, ValueError, LookupError) as error:
        raise FileUnreadable(reason=Phrase("“{name}” defines entities, or is in an unknown encoding.", name=name)) from error
    level, depth = [root], 0
    while level:
        if depth > DEPTH_MAX:
            raise FileUnreadable(reason=Phrase("“{name}” is nested more than {most} levels deep.", name=name, most=DEPTH_MAX))
        level, depth = [child for element in level for child in element], depth + 1
    return root
