"""An invoice, typeset by Typst from the row that was stored when it was issued."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import typst

from tuition.commerce.models import Invoice
from tuition.commerce.rules import InvoiceKind
from tuition.kernel import Currency, Money

TEMPLATE = Path(__file__).with_name("invoice.typ")
FONTS = Path(__file__).with_name("fonts")
ACCENT = "#3b82f6"


@dataclass(frozen=True, slots=True)
class DocumentWords:
    """What stands on a document besides names and figures, in one language. The figures never depend on it."""

    language: str = "en"
    date: str = ""
    """When it was issued, as that language writes dates; left out: day, month and year in English."""
    invoice: str = "Invoice"
    credit_note: str = "Credit note"
    to: str = "For"
    what: str = "What"
    net: str = "Net"
    tax: str = "Tax"
    total: str = "Total"
    given_back: str = "Given back in total"
    tax_number: str = "Tax number"
    number: str = "Number"
    dated: str = "Date"
    footer: str = "The figures are those that were booked when this document was issued."


def render_invoice(invoice: Invoice, words: DocumentWords | None = None, *, accent: str = ACCENT) -> bytes:
    """The document as PDF. The same row always gives the same figures; nothing is computed anew."""
    currency = Currency(invoice.currency)
    said = words or DocumentWords()
    is_credit = invoice.kind == InvoiceKind.CREDIT_NOTE.value

    def figure(minor: int) -> str:
        return f"{Money(minor, currency).decimal:,f}"

    data = {
        "accent": accent,
        "kind": said.credit_note if is_credit else said.invoice,
        "is_credit": is_credit,
        "number": invoice.number,
        "currency": invoice.currency,
        "seller": invoice.seller,
        "buyer": invoice.buyer,
        "lines": [{"title": line["title"], "amount": figure(line["amount_minor"])} for line in invoice.lines],
        "has_tax": bool(invoice.tax_minor),
        "net": figure(invoice.total_minor - invoice.tax_minor),
        "tax": figure(invoice.tax_minor),
        "tax_name": invoice.tax_name or said.tax,
        "tax_percent": f"{invoice.tax_rate * 100:.2f}".rstrip("0").rstrip("."),
        "total": figure(invoice.total_minor),
        "words": asdict(said) | {"date": said.date or f"{invoice.issued_at.day} {invoice.issued_at:%B %Y}"},
    }
    pdf = typst.compile(TEMPLATE.read_bytes(), sys_inputs={"data": json.dumps(data)}, font_paths=fonts())
    assert isinstance(pdf, bytes), "one document is one file"
    return pdf


@cache
def fonts() -> typst.Fonts:
    """Typst's own and ours; never the machine's, so that a document looks the same everywhere."""
    return typst.Fonts(include_system_fonts=False, font_paths=[FONTS])
