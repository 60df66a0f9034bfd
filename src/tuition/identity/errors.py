"""What identity refuses, in words for the person."""

from __future__ import annotations

from tuition.kernel import DomainError, ErrorKind


class PermissionMissing(DomainError):
    """Your account may not do this: it needs the permission “{permission}”."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "identity.permission_missing"


class EmailUnverified(DomainError):
    """Please verify your e-mail address first: open the link that we sent you, or ask for a new one in your settings."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "identity.email_unverified"


class TokenRefused(DomainError):
    """This access token is not valid, has expired, or its sign-in was ended. Sign in again."""

    kind = ErrorKind.UNAUTHENTICATED
    code = "identity.token_refused"


class SignInNeeded(DomainError):
    """Please sign in first."""

    kind = ErrorKind.UNAUTHENTICATED
    code = "identity.sign_in_needed"


class PersonUnknown(DomainError):
    """There is no such person."""

    kind = ErrorKind.NOT_FOUND
    code = "identity.person_unknown"
