"""The embedded PostgreSQL server: a folder of data, shared by every process that holds it.

Words: a *holder* is a process (or a block of one) that needs the server; the *door* is the moment of coming or going.
Invariants: the first holder starts the server and the last one out stops it, counted by locks of the kernel; it listens only
on a socket in a folder that nobody else enters; it never runs as root; a signal from our terminal does not reach it.
"""

from tuition.platform.postgres.binaries import Binaries, packaged
from tuition.platform.postgres.errors import (
    DataOfAnotherUser,
    DataOfAnotherVersion,
    FolderOutOfReach,
    ServerMissing,
    ServerNotDurable,
    ServerWillNotStart,
)
from tuition.platform.postgres.holding import Server, hold, holding

__all__ = [
    "Binaries",
    "DataOfAnotherUser",
    "DataOfAnotherVersion",
    "FolderOutOfReach",
    "Server",
    "ServerMissing",
    "ServerNotDurable",
    "ServerWillNotStart",
    "hold",
    "holding",
    "packaged",
]
