"""Why something about a certificate cannot be done."""

from __future__ import annotations

from tuition.kernel import DomainError, ErrorKind


class CertificateUnknown(DomainError):
    """There is no such certificate."""

    kind = ErrorKind.NOT_FOUND
    code = "certificates.unknown"


class RecipientNameless(DomainError):
    """Whoever receives a certificate needs a name of at most {length_max} letters."""

    kind = ErrorKind.INVALID
    code = "certificates.recipient_nameless"


class ReasonMissing(DomainError):
    """Say why, in at most {length_max} letters: it is kept with the certificate."""

    kind = ErrorKind.INVALID
    code = "certificates.reason_missing"


class AlreadyRevoked(DomainError):
    """This certificate is revoked already."""

    kind = ErrorKind.CONFLICT
    code = "certificates.already_revoked"


class NotRevoked(DomainError):
    """This certificate is not revoked."""

    kind = ErrorKind.CONFLICT
    code = "certificates.not_revoked"


class NameErased(DomainError):
    """The name that stood here was erased and cannot be shown."""

    kind = ErrorKind.CONFLICT
    code = "certificates.name_erased"


class CertificateMoved(DomainError):
    """Somebody wrote this certificate anew in the same moment. Look again before you go on."""

    kind = ErrorKind.CONFLICT
    code = "certificates.moved"
