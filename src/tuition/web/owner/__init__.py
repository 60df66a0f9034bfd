"""The owner's pages: how the school does, how it looks, who is in it, and how the house is."""

from __future__ import annotations

from fastapi import APIRouter

from tuition.web.owner import books, contents, dashboard, payments, people, records, settings, system
from tuition.web.owner.tables import mount_tables

ROUTERS: list[APIRouter] = [
    dashboard.router,
    settings.router,
    people.router,
    contents.router,
    payments.router,
    books.router,
    records.router,
    system.router,
]

__all__ = ["ROUTERS", "mount_tables"]
