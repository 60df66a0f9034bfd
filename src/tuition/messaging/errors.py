"""What can go wrong in telling."""

from __future__ import annotations

from tuition.kernel import DomainError, ErrorKind


class NotificationUnknown(DomainError):
    """There is no such notification."""

    kind = ErrorKind.NOT_FOUND
    code = "messaging.notification_unknown"


class EmailUnknown(DomainError):
    """There is no such e-mail."""

    kind = ErrorKind.NOT_FOUND
    code = "messaging.email_unknown"


class EmailNotRetryable(DomainError):
    """This e-mail is {status}, or its text is no longer kept; only one that failed can be sent again."""

    kind = ErrorKind.CONFLICT
    code = "messaging.email_not_retryable"


class PreferenceInvalid(DomainError):
    """“{name}” is not something that can be switched: {problem}."""

    kind = ErrorKind.INVALID
    code = "messaging.preference_invalid"


class UnsubscribeTokenRefused(DomainError):
    """This link is not complete. Please open it again from the e-mail, or change your settings."""

    kind = ErrorKind.INVALID
    code = "messaging.unsubscribe_token_refused"


class AddressTokenRefused(DomainError):
    """This link is not complete or no longer fits. Please ask for a new one in your settings."""

    kind = ErrorKind.INVALID
    code = "messaging.address_token_refused"
