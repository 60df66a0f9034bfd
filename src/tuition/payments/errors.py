"""What payments refuse."""

from __future__ import annotations

from tuition.kernel import DomainError, ErrorKind


class GatewayUnknown(DomainError):
    """“{provider}” is not a way to pay here. Choose one of: {known}."""

    kind = ErrorKind.INVALID
    code = "payments.gateway_unknown"


class MethodNotFound(DomainError):
    """There is no such saved card."""

    kind = ErrorKind.NOT_FOUND
    code = "payments.method_not_found"


class PaymentNotFound(DomainError):
    """There is no such payment."""

    kind = ErrorKind.NOT_FOUND
    code = "payments.not_found"


class RefundTooLarge(DomainError):
    """Only {left} of this payment can still be refunded."""

    kind = ErrorKind.CONFLICT
    code = "payments.refund_too_large"


class SandboxRefused(DomainError):
    """This installation takes real money, and the sandbox gives none: choose another way to pay."""

    kind = ErrorKind.CONFLICT
    code = "payments.sandbox_refused"


class SignatureInvalid(DomainError):
    """The signature of this message is wrong or too old."""

    # The edge answers 400, which is what providers understand as “do not count this as delivered”.
    kind = ErrorKind.INVALID
    code = "payments.signature_invalid"


class WebhookEventNotFound(DomainError):
    """There is no such webhook event."""

    kind = ErrorKind.NOT_FOUND
    code = "payments.webhook_event_not_found"
