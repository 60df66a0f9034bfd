"""Invoices and credit notes as PDF."""

from tuition.commerce.documents.rendering import DocumentWords, render_invoice

__all__ = ["DocumentWords", "render_invoice"]
