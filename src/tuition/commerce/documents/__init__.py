"""Invoices, credit notes and statements as PDF."""

from tuition.commerce.documents.rendering import DocumentWords, render_invoice
from tuition.commerce.documents.statements import StatementRow, StatementWords, render_statement

__all__ = ["DocumentWords", "StatementRow", "StatementWords", "render_invoice", "render_statement"]
