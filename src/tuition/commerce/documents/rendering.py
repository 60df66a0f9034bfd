"""An invoice, typeset by Typst from the row that was stored when it was issued."""

from __future__ import annotations

import json
from pathlib import Path

import typst

from tuition.commerce.models import Invoice
from tuition.commerce.rules import InvoiceKind
from tuition.kernel import Currency, Money

TEMPLATE = Path(__file__).with_name("invoice.typ")


def render_invoice(invoice: Invoice) -> bytes:
    """The document as PDF. The same row always gives the same figures; nothing is computed anew."""
    currency = Currency(invoice.currency)

    def figure(minor: int) -> str:
        return f"{Money(minor, currency).decimal:,f}"

    data = {
        "kind": "Credit note" if invoice.kind == InvoiceKind.CREDIT_NOTE.value else "Invoice",
        "number": invoice.number,
        "date": f"{invoice.issued_at:%d %B %Y}",
        "currency": invoice.currency,
        "seller": invoice.seller,
        "buyer": invoice.buyer,
        "lines": [{"title": line["title"], "amount": figure(line["amount_minor"])} for line in invoice.lines],
        "net": figure(invoice.total_minor - invoice.tax_minor),
        "tax": figure(invoice.tax_minor),
        "tax_name": invoice.tax_name or "Tax",
        "tax_percent": f"{invoice.tax_rate * 100:.2f}".rstrip("0").rstrip("."),
        "total": figure(invoice.total_minor),
    }
    pdf = typst.compile(TEMPLATE.read_bytes(), sys_inputs={"data": json.dumps(data)})
    assert isinstance(pdf, bytes), "one document is one file"
    return pdf
