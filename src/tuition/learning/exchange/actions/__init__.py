"""Bringing in and taking out."""
