"""What the catalogue refuses."""

from __future__ import annotations

from tuition.kernel import DomainError, ErrorKind


class ContentUnknown(DomainError):
    """There is no such content, or it is not open to you."""

    kind = ErrorKind.NOT_FOUND
    code = "catalog.content_unknown"


class CategoryUnknown(DomainError):
    """There is no category “{category}”."""

    kind = ErrorKind.INVALID
    code = "catalog.category_unknown"


class SlugTaken(DomainError):
    """The address “{slug}” is already used by another content. Choose another one."""

    kind = ErrorKind.CONFLICT
    code = "catalog.slug_taken"


class FieldInvalid(DomainError):
    """{field}: {reason}"""

    kind = ErrorKind.INVALID
    code = "catalog.field_invalid"


class StatusRefuses(DomainError):
    """A content that is {status} cannot be {wish}."""

    kind = ErrorKind.CONFLICT
    code = "catalog.status_refuses"


class NotReady(DomainError):
    """It cannot be published yet: {reason}"""

    kind = ErrorKind.CONFLICT
    code = "catalog.not_ready"


class PriceInvalid(DomainError):
    """This price is not possible: {reason}"""

    kind = ErrorKind.INVALID
    code = "catalog.price_invalid"


class KindRefuses(DomainError):
    """A {kind} content has no {wish}."""

    kind = ErrorKind.CONFLICT
    code = "catalog.kind_refuses"


class MembersInvalid(DomainError):
    """The members of a collection are not possible like this: {reason}"""

    kind = ErrorKind.INVALID
    code = "catalog.members_invalid"


class CaptionsInvalid(DomainError):
    """These captions are not valid WebVTT (line {line}): {reason}"""

    kind = ErrorKind.INVALID
    code = "catalog.captions_invalid"


class TakenDown(DomainError):
    """Whoever runs this site took it down. {note}"""

    kind = ErrorKind.CONFLICT
    code = "catalog.taken_down"


class UploadUnknown(DomainError):
    """There is no such upload, or it is not yours."""

    kind = ErrorKind.NOT_FOUND
    code = "catalog.upload_unknown"


class UploadTooLarge(DomainError):
    """The file is larger than the {limit_mb} MB that are allowed here."""

    kind = ErrorKind.TOO_LARGE
    code = "catalog.upload_too_large"


class UploadsTooMany(DomainError):
    """You have {limit} unfinished uploads. Finish or cancel one of them first."""

    kind = ErrorKind.CONFLICT
    code = "catalog.uploads_too_many"


class UploadOffsetWrong(DomainError):
    """The next byte to send is number {expected}, not {offset}."""

    kind = ErrorKind.CONFLICT
    code = "catalog.upload_offset_wrong"


class UploadClosed(DomainError):
    """This upload is {status} and takes no more."""

    kind = ErrorKind.CONFLICT
    code = "catalog.upload_closed"


class UploadIncomplete(DomainError):
    """Only {received} of {size} bytes have arrived."""

    kind = ErrorKind.CONFLICT
    code = "catalog.upload_incomplete"


class FileRefused(DomainError):
    """“{name}” was not accepted: {reason}"""

    kind = ErrorKind.INVALID
    code = "catalog.file_refused"


class MediaNotReady(DomainError):
    """This film is not ready to be played."""

    kind = ErrorKind.CONFLICT
    code = "catalog.media_not_ready"
