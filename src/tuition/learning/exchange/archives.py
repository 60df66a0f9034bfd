"""Opening packages that nobody here has packed.

A member is read only when it is asked for, and then no further than its limit, whatever the archive says about its size
(a zip bomb states a small size, or nests others; nested archives are never opened). A name that is absolute, climbs out, or is
a link makes the whole package invalid.
"""

from __future__ import annotations

import stat
import zipfile
from io import BytesIO
from pathlib import PurePosixPath
from typing import Self
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from tuition.learning.exchange.errors import PackageInvalid, PackageTooLarge

MEMBERS_MAX = 10_000
MEMBER_BYTES_MAX = 64 * 1024 * 1024
TOTAL_BYTES_MAX = 512 * 1024 * 1024
RATIO_MAX = 200
"""How many bytes a compressed byte may become, over the whole package; text reaches about twenty."""
NAME_LENGTH_MAX = 500
_PIECE = 1 << 16


class Archive:
    """A zip whose members are read one by one, within limits."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
            raise PackageInvalid(reason="it is not a whole zip archive.") from error
        self._read = 0
        infos = self._zip.infolist()
        if len(infos) > MEMBERS_MAX:
            raise PackageTooLarge(reason=f"it holds more than {MEMBERS_MAX} files.")
        stated = sum(info.file_size for info in infos)
        if stated > TOTAL_BYTES_MAX or stated > RATIO_MAX * max(len(data), 4096):
            raise PackageTooLarge(reason=f"unpacked it would have {stated // 1_000_000} MB.")
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
        """One file. Raises ``PackageInvalid`` when it is missing or damaged, ``PackageTooLarge``."""
        info = self._names.get(name)
        if info is None:
            raise PackageInvalid(reason=f"“{name}” is named in it and missing.")
        data = bytearray()
        try:
            with self._zip.open(info) as member:
                while piece := member.read(_PIECE):
                    data += piece
                    self._read += len(piece)
                    if len(data) > limit or self._read > TOTAL_BYTES_MAX:
                        raise PackageTooLarge(reason=f"“{name}” has more than {limit // 1_000_000} MB.")
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
            raise PackageInvalid(reason=f"“{name}” is damaged or encrypted.") from error
        return bytes(data)

    def xml(self, name: str) -> Element:
        """One file as XML. Raises also ``PackageInvalid`` when it is none."""
        return parse_xml(self.read(name), name)

    @staticmethod
    def _checked(info: zipfile.ZipInfo) -> str:
        name = info.filename.replace("\\", "/")
        path = PurePosixPath(name)
        if stat.S_ISLNK(info.external_attr >> 16):
            raise PackageInvalid(reason=f"“{name[:80]}” is a link.")
        if path.is_absolute() or ".." in path.parts or (len(name) > 1 and name[1] == ":") or "\x00" in name:
            raise PackageInvalid(reason=f"“{name[:80]}” would land outside of its folder.")
        if len(name) > NAME_LENGTH_MAX:
            raise PackageInvalid(reason=f"a name in it has more than {NAME_LENGTH_MAX} letters.")
        return str(path)


def parse_xml(data: bytes, name: str = "it") -> Element:
    """XML without entities, external or nested: neither is needed, and both are attacks. Raises ``PackageInvalid``."""
    try:
        root: Element = fromstring(data, forbid_dtd=False)
    except ParseError as error:
        line, _ = error.position
        raise PackageInvalid(reason=f"“{name}” is not well-formed XML (line {line}).") from error
    except (DefusedXmlException, ValueError, LookupError) as error:
        raise PackageInvalid(reason=f"“{name}” defines entities, or is in an unknown encoding.") from error
    return root
