"""In and out: questions and courses from other programs, and for them.

Words: an *import* is one file that somebody brought; each *item* of it has an *outcome* (imported, converted, skipped) with a
note; an *export* says everything in the words of its format, and what the format cannot say beside them.
Invariants: nothing that a file holds goes without an outcome; a file that cannot be read leaves nothing behind; what was taken
out and is brought back is equal; no package reads or writes outside of itself, or unpacks without a limit.
"""

from tuition.learning.exchange import jobs, privacy
from tuition.learning.exchange.actions.beginning import accept_file, announce_import, call_off, key_of
from tuition.learning.exchange.actions.taking_out import (
    VERSIONS,
    export_bank,
    export_cartridge,
    export_markdown,
    export_moodle,
    export_quiz,
)
from tuition.learning.exchange.errors import FormatUnknown, ImportBegun, ImportUnknown, ScormPackage
from tuition.learning.exchange.models import ImportItem, ImportJob
from tuition.learning.exchange.queries import get_import_for, imports_of, items_of
from tuition.learning.exchange.rules import FILE_BYTES_MAX, ImportStatus
from tuition.learning.exchange.values import Format, Outcome, Taken

__all__ = [
    "FILE_BYTES_MAX",
    "VERSIONS",
    "Format",
    "FormatUnknown",
    "ImportBegun",
    "ImportItem",
    "ImportJob",
    "ImportStatus",
    "ImportUnknown",
    "Outcome",
    "ScormPackage",
    "Taken",
    "accept_file",
    "announce_import",
    "call_off",
    "export_bank",
    "export_cartridge",
    "export_markdown",
    "export_moodle",
    "export_quiz",
    "get_import_for",
    "imports_of",
    "items_of",
    "jobs",
    "key_of",
    "privacy",
]
