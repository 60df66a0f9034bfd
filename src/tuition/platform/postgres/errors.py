"""Why the embedded server cannot be had, in sentences that say what to do."""

from __future__ import annotations

from tuition.kernel import DomainError, ErrorKind


class DataOfAnotherVersion(DomainError):
    """The data in {folder} was written by PostgreSQL {found}, and this installation brings PostgreSQL {wanted}.
    Nothing was changed. Start the old installation once more, make a backup there, and restore it with this one."""

    kind = ErrorKind.CONFLICT
    code = "platform.postgres_other_version"


class DataOfAnotherUser(DomainError):
    """{folder} belongs to another user of this machine (number {owner}). Start as that user, or choose another folder
    with TUITION_HOME."""

    kind = ErrorKind.CONFLICT
    code = "platform.postgres_other_user"


class FolderOutOfReach(DomainError):
    """PostgreSQL refuses to run as root, so it runs as user number {uid}, who may not pass through {folder}. Choose a
    folder that others may pass through with TUITION_HOME, or start as an ordinary user."""

    kind = ErrorKind.CONFLICT
    code = "platform.postgres_out_of_reach"


class ServerWillNotStart(DomainError):
    """PostgreSQL does not start on {folder}. It says: {reason}"""

    kind = ErrorKind.UNAVAILABLE
    code = "platform.postgres_will_not_start"


class ServerNotDurable(DomainError):
    """The server on {folder} is running for tests, without writing safely to disk. Stop those tests first, or choose
    another folder."""

    kind = ErrorKind.CONFLICT
    code = "platform.postgres_not_durable"


class ServerMissing(DomainError):
    """The package {package} brings no PostgreSQL for this machine. Set TUITION_DATABASE_URL to a server of your own."""

    kind = ErrorKind.UNAVAILABLE
    code = "platform.postgres_missing"
