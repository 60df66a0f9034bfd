"""What would be, before anybody decides: what an order would come to, what a refund would give back."""

from tuition.commerce.previews.quotes import Quote, QuoteLine, quote, why_not_sold
from tuition.commerce.previews.refunds import RefundPreview, preview_refund

__all__ = ["Quote", "QuoteLine", "RefundPreview", "preview_refund", "quote", "why_not_sold"]
