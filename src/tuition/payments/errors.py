"""What payments refuse."""

from __future__ import annotations

from tuition.kernel import DomainError, ErrorKind


class AmountDiffers(DomainError):
    """The provider speaks of {said}, and this payment is about {asked}. Nothing was recorded; a person has to look."""

    kind = ErrorKind.INVALID
    code = "payments.amount_differs"


class GatewayRefused(DomainError):
    """“{provider}” cannot be used here: {reason}"""

    kind = ErrorKind.INVALID
    code = "payments.gateway_refused"


class GatewayUnavailable(DomainError):
    """The payment provider does not answer at the moment. Nothing is lost: it is asked again by itself."""

    # Nothing is known about the call; its key makes it safe to ask again.
    kind = ErrorKind.UNAVAILABLE
    code = "payments.gateway_unavailable"


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


class RefundNotFailed(DomainError):
    """Only a refund that the provider refused can be sent again; this one is {status}."""

    kind = ErrorKind.CONFLICT
    code = "payments.refund_not_failed"


class RefundTooLarge(DomainError):
    """Only {left} of this payment can still be refunded."""

    kind = ErrorKind.CONFLICT
    code = "payments.refund_too_large"


class SignatureInvalid(DomainError):
    """The signature of this message is wrong or too old."""

    # The edge answers 400, which is what providers understand as “do not count this as delivered”.
    kind = ErrorKind.INVALID
    code = "payments.signature_invalid"


class WebhookEventNotFound(DomainError):
    """There is no such webhook event."""

    kind = ErrorKind.NOT_FOUND
    code = "payments.webhook_event_not_found"
