"""What a key may look like, and what can go wrong with files."""

from __future__ import annotations

import re

from tuition.kernel import DomainError, ErrorKind

KEY_LENGTH_MAX = 512
# Words of letters, digits, dots, dashes and underscores that begin with a letter or digit: so no "..", no hidden file, no
# drive, no escape, no "#" (which marks the store's own unfinished files), and the same on every system and in every bucket.
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*")


class KeyInvalid(DomainError):
    """There is no such file."""

    # A key that cannot be is a file that does not exist: whoever tried to climb learns nothing.
    kind = ErrorKind.NOT_FOUND
    code = "platform.file_key_invalid"


class FileMissing(DomainError):
    """There is no such file."""

    kind = ErrorKind.NOT_FOUND
    code = "platform.file_missing"


class RangeInvalid(DomainError):
    """This file has {size} bytes; the part that was asked for lies outside."""

    kind = ErrorKind.INVALID
    code = "platform.file_range_invalid"


class StoreUnreachable(DomainError):
    """The place where files are kept does not answer. Please try again in a moment."""

    kind = ErrorKind.UNAVAILABLE
    code = "platform.file_store_unreachable"


def check_key(key: str) -> str:
    """The key, if it is one. Raises ``KeyInvalid``."""
    if len(key) > KEY_LENGTH_MAX or not _KEY.fullmatch(key) or "\n" in key:
        raise KeyInvalid
    return key
