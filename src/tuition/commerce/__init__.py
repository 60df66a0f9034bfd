"""Buying: orders become purchases, purchases become grants and money, and a refund undoes its own line and nothing else.

Words: an *order* is what a buyer pays for together; a *line* is one thing of it; a line *fans out* to one *purchase* per
content, each with its allocated amount, so that each can be refunded alone; a *quote* is what an order would come to.
Invariants: a content is owned once (a partial unique index says so); of two payments for the same thing one becomes a sale
and the other goes back by itself; amounts of a fan-out sum to the line, parts of a split to the purchase; a refund goes back
where the money came from and ends its own grant.
"""

from tuition.commerce import jobs, privacy
from tuition.commerce.actions.checkout import checkout
from tuition.commerce.actions.completing import on_payment_failed, on_payment_succeeded
from tuition.commerce.actions.disputing import on_payment_disputed, on_refunded_outside
from tuition.commerce.actions.metered import record_metered_ownership
from tuition.commerce.actions.refunding import on_refund_failed, on_refund_succeeded, refund
from tuition.commerce.documents import (
    WAIVER,
    DocumentWords,
    StatementRow,
    StatementWords,
    Waiver,
    render_invoice,
    render_statement,
    waiver_in,
)
from tuition.commerce.errors import (
    AlreadyOwned,
    InOrderTwice,
    NotForSale,
    NothingToRefund,
    OrderNotFound,
    OwnWork,
    PurchaseNotFound,
    WaiverNeeded,
)
from tuition.commerce.events import OrderCompleted, PurchaseRefunded
from tuition.commerce.models import Invoice, Order, OrderLine, Purchase, Refund
from tuition.commerce.policy import configure
from tuition.commerce.previews import Quote, QuoteLine, RefundPreview, preview_refund, quote, why_not_sold
from tuition.commerce.queries import (
    get_invoice_for,
    get_order_for,
    get_purchase_for,
    invoices_of,
    lines_of,
    orders_page,
    purchases_of,
    purchases_of_orders,
    refund_titles,
    refunds_of,
    sales_page,
)
from tuition.commerce.rules import (
    Funding,
    InvoiceKind,
    OrderStatus,
    PurchaseStatus,
    RefundStatus,
    Refusal,
    allocate_line,
    refund_split,
)

__all__ = [
    "WAIVER",
    "AlreadyOwned",
    "DocumentWords",
    "Funding",
    "InOrderTwice",
    "Invoice",
    "InvoiceKind",
    "NotForSale",
    "NothingToRefund",
    "Order",
    "OrderCompleted",
    "OrderLine",
    "OrderNotFound",
    "OrderStatus",
    "OwnWork",
    "Purchase",
    "PurchaseNotFound",
    "PurchaseRefunded",
    "PurchaseStatus",
    "Quote",
    "QuoteLine",
    "Refund",
    "RefundPreview",
    "RefundStatus",
    "Refusal",
    "StatementRow",
    "StatementWords",
    "Waiver",
    "WaiverNeeded",
    "allocate_line",
    "checkout",
    "configure",
    "get_invoice_for",
    "get_order_for",
    "get_purchase_for",
    "invoices_of",
    "jobs",
    "lines_of",
    "on_payment_disputed",
    "on_payment_failed",
    "on_payment_succeeded",
    "on_refund_failed",
    "on_refund_succeeded",
    "on_refunded_outside",
    "orders_page",
    "preview_refund",
    "privacy",
    "purchases_of",
    "purchases_of_orders",
    "quote",
    "record_metered_ownership",
    "refund",
    "refund_split",
    "refund_titles",
    "refunds_of",
    "render_invoice",
    "render_statement",
    "sales_page",
    "waiver_in",
    "why_not_sold",
]
