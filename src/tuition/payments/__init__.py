"""Money asked of the outside: gateways, saved methods, payments, refunds, and what providers tell us.

Words: a *gateway* is a provider behind our port; a *payment* is money that we asked for; a *method* is a card (or other
means) that a person let us keep; a *webhook event* is something a provider said. Invariants: no provider is called inside a
transaction; every call carries a key made from our own id; what a provider says is stored before it is understood, counts
once, in any order, and can be replayed; the ledger, not this room, records money that moved.
"""

from tuition.payments import privacy
from tuition.payments.actions.admitting import admit, require_admitted
from tuition.payments.actions.asking import PAYMENT_PLACE, open_payment, record_answer, start_later
from tuition.payments.actions.methods import make_default, remove_method
from tuition.payments.actions.refunding import request_refund, retry_refund
from tuition.payments.actions.webhooks import process, receive, replay
from tuition.payments.errors import (
    AmountDiffers,
    GatewayRefused,
    GatewayUnavailable,
    GatewayUnknown,
    MethodNotFound,
    PaymentNotFound,
    RefundNotFailed,
    RefundTooLarge,
    SignatureInvalid,
    WebhookEventNotFound,
)
from tuition.payments.events import (
    MethodRemoved,
    PaymentDisputed,
    PaymentFailed,
    PaymentSucceeded,
    RefundedOutside,
    RefundFailed,
    RefundSucceeded,
)
from tuition.payments.jobs import ask, refresh, send_refund, start
from tuition.payments.models import Payment, PaymentMethod, PaymentRefund, WebhookEvent
from tuition.payments.ports import (
    AnswerStatus,
    Gateway,
    GatewayAnswer,
    Gateways,
    MethodCard,
    PaymentRequest,
    RefundAnswer,
    RefundRequest,
    WebhookMessage,
)
from tuition.payments.queries import (
    get_method_for,
    get_payment_for,
    get_webhook_event,
    methods_of,
    payments_by_id,
    payments_of,
    payments_page,
    refunds_page,
    stuck_payments,
    webhook_events_page,
)
from tuition.payments.rules import PaymentStatus, RefundStatus, WebhookStatus, why_declined

__all__ = [
    "PAYMENT_PLACE",
    "AmountDiffers",
    "AnswerStatus",
    "Gateway",
    "GatewayAnswer",
    "GatewayRefused",
    "GatewayUnavailable",
    "GatewayUnknown",
    "Gateways",
    "MethodCard",
    "MethodNotFound",
    "MethodRemoved",
    "Payment",
    "PaymentDisputed",
    "PaymentFailed",
    "PaymentMethod",
    "PaymentNotFound",
    "PaymentRefund",
    "PaymentRequest",
    "PaymentStatus",
    "PaymentSucceeded",
    "RefundAnswer",
    "RefundFailed",
    "RefundNotFailed",
    "RefundRequest",
    "RefundStatus",
    "RefundSucceeded",
    "RefundTooLarge",
    "RefundedOutside",
    "SignatureInvalid",
    "WebhookEvent",
    "WebhookEventNotFound",
    "WebhookMessage",
    "WebhookStatus",
    "admit",
    "ask",
    "get_method_for",
    "get_payment_for",
    "get_webhook_event",
    "make_default",
    "methods_of",
    "open_payment",
    "payments_by_id",
    "payments_of",
    "payments_page",
    "privacy",
    "process",
    "receive",
    "record_answer",
    "refresh",
    "refunds_page",
    "remove_method",
    "replay",
    "request_refund",
    "require_admitted",
    "retry_refund",
    "send_refund",
    "start",
    "start_later",
    "stuck_payments",
    "webhook_events_page",
    "why_declined",
]
