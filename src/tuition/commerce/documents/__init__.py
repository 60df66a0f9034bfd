"""Invoices and credit notes as PDF."""

from tuition.commerce.documents.rendering import render_invoice

__all__ = ["render_invoice"]
