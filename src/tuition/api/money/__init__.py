"""Wallets, payments, orders, refunds, webhooks."""

from __future__ import annotations

from fastapi import APIRouter

from tuition.api.money import admin, earnings, orders, payments, wallets, webhooks

ROUTERS: list[APIRouter] = [
    wallets.router,
    wallets.mine,
    payments.router,
    payments.methods,
    orders.router,
    orders.purchases,
    orders.refunds,
    orders.invoices,
    earnings.router,
    admin.router,
    webhooks.router,
]
