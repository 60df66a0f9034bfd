"""Pages about money: the wallet, paying, buying, receipts; and the sandbox's own page."""

from __future__ import annotations

from fastapi import APIRouter

from tuition.web.money import checkout, receipts, returning, sandbox, statements, wallet

ROUTERS: list[APIRouter] = [wallet.router, statements.router, returning.router, sandbox.router, checkout.router, receipts.router]
