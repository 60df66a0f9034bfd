"""Who runs the house, and where they can go from any of their pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import Response

from tuition import identity
from tuition.edge import unit_of
from tuition.identity import Actor, Permission
from tuition.web.rendering import render
from tuition.web.rendering import translate as _

NavGroup = tuple[str, list[tuple[str, str, str]]]


def _holder(permission: Permission) -> Callable[[Request], Awaitable[Actor]]:
    async def holder(request: Request) -> Actor:
        unit = unit_of(request)
        actor = identity.require(await unit.actor(), permission)
        await unit.require_second_factor(actor)
        return actor

    return holder


Auditor = Annotated[Actor, Depends(_holder("audit:read"))]
Bookkeeper = Annotated[Actor, Depends(_holder("ledger:read"))]
Cashier = Annotated[Actor, Depends(_holder("payments:manage"))]
Editor = Annotated[Actor, Depends(_holder("content:edit_any"))]
Host = Annotated[Actor, Depends(_holder("people:manage"))]
Mechanic = Annotated[Actor, Depends(_holder("jobs:manage"))]
Moderator = Annotated[Actor, Depends(_holder("community:moderate"))]
Owner = Annotated[Actor, Depends(_holder("site:configure"))]
Postmaster = Annotated[Actor, Depends(_holder("outbox:read"))]
"""Each page asks for the one permission that its work needs; whoever lacks it is refused."""


def navigation() -> list[NavGroup]:
    """The side of the owner's pages."""
    money = [
        (_("Payments"), "/owner/payments", "credit-card"),
        (_("Refunds"), "/owner/refunds", "undo-2"),
        (_("Webhooks"), "/owner/webhooks", "webhook"),
    ]
    house = [(_("Outbox"), "/owner/outbox", "mail"), (_("Audit log"), "/owner/audit", "scroll-text")]
    return [
        ("", [(_("Dashboard"), "/owner", "gauge"), (_("Settings"), "/owner/settings", "settings")]),
        (
            _("School"),
            [
                (_("People"), "/owner/people", "users"),
                (_("Contents"), "/owner/contents", "film"),
                (_("Reports"), "/owner/reports", "flag"),
            ],
        ),
        (_("Money"), [*money, (_("Books"), "/owner/books", "scale")]),
        (_("House"), [*house, (_("System"), "/owner/system", "server"), (_("Raw tables"), "/owner/tables/", "table-2")]),
    ]


def owner_page(request: Request, name: str, *, status: int = 200, **context: Any) -> Response:
    """One of the owner's pages."""
    return render(request, f"owner/{name}", status=status, nav=navigation(), **context)
