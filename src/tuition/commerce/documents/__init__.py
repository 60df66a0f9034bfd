"""Invoices, credit notes and statements as PDF; the waiver that a buyer signs."""

from tuition.commerce.documents.rendering import DocumentWords, render_invoice
from tuition.commerce.documents.statements import StatementRow, StatementWords, render_statement
from tuition.commerce.documents.waiver import WAIVER, WAIVERS, Waiver, waiver_in

__all__ = [
    "WAIVER",
    "WAIVERS",
    "DocumentWords",
    "StatementRow",
    "StatementWords",
    "Waiver",
    "render_invoice",
    "render_statement",
    "waiver_in",
]
