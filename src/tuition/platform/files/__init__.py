"""Files: bytes with a key, in a local folder or in a bucket.

Words: a *key* is a path of plain words (``films/0190…/720p/00001.m4s``), made by us and never by a caller; a *prefix* is the
beginning of keys. Invariants: a file is whole or not there, also when the process dies or the source breaks off; a key never
leaves its folder; a name that a person chose is data in a table, not a key.
"""

from tuition.platform.files.archives import Archive, FileTooLarge, FileUnreadable, parse_xml
from tuition.platform.files.keys import FileMissing, KeyInvalid, RangeInvalid, StoreUnreachable, check_key
from tuition.platform.files.store import Store, from_address, gcs, local, s3

__all__ = [
    "Archive",
    "FileMissing",
    "FileTooLarge",
    "FileUnreadable",
    "KeyInvalid",
    "RangeInvalid",
    "Store",
    "StoreUnreachable",
    "check_key",
    "from_address",
    "gcs",
    "local",
    "parse_xml",
    "s3",
]
