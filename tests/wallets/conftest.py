"""The market of commerce's tests, with every room listening as in production."""

from __future__ import annotations

from tests.commerce.conftest import buyer, creator, market

__all__ = ["buyer", "creator", "market"]
