"""What was told to a person: the list, and what is read. News comes over the API's open line."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from tuition import messaging
from tuition.edge import EdgeRoute, Reading, SignedIn, Writing
from tuition.platform import paging
from tuition.web.rendering import render, see_other, with_query
from tuition.web.rendering import translate as _
from tuition.web.site.appearance import local_path

router = APIRouter(prefix="/notifications", route_class=EdgeRoute, include_in_schema=False)
ICONS = {
    "announcement": "megaphone",
    "auto_topup": "refresh-cw",
    "booking_reminder": "calendar",
    "credit_expiring": "clock",
    "discussion": "message-circle",
    "low_balance": "wallet",
    "new_content": "sparkles",
    "payment": "receipt",
    "promotional": "tag",
    "session_end": "film",
    "settlement": "banknote",
}


@router.get("")
async def notifications(
    request: Request,
    session: Reading,
    actor: SignedIn,
    show: Annotated[str, Query(max_length=10)] = "",
    cursor: Annotated[str, Query(max_length=2000)] = "",
) -> Response:
    """The newest first; for htmx the list alone."""
    unread_only = show == "unread"
    try:
        page = await messaging.list_notifications(session, actor.id, unread_only=unread_only, cursor=cursor or None)
    except paging.CursorInvalid:
        cursor = ""
        page = await messaging.list_notifications(session, actor.id, unread_only=unread_only)
    return render(
        request,
        "storefront/notifications/_list.html" if _is_part(request) else "storefront/notifications/page.html",
        icons=ICONS,
        items=page.items,
        next_href=with_query(request, cursor=page.next_cursor) if page.next_cursor else None,
        start_href=with_query(request) if cursor else None,
        show="unread" if unread_only else "",
        unread=await messaging.unread_count(session, actor.id),
    )


@router.post("/read")
async def read_all(request: Request, session: Writing, actor: SignedIn) -> Response:
    """Take note that all of them were read."""
    await messaging.mark_all_read(session, actor.id)
    return see_other(request, "/notifications", say=_("All read."))


@router.post("/{notification_id}/read")
async def read_one(notification_id: UUID, request: Request, session: Writing, actor: SignedIn) -> Response:
    """Take note that one was read."""
    row = await messaging.mark_read(session, actor.id, notification_id)
    if not _is_part(request):
        return see_other(request, "/notifications")
    unread = await messaging.unread_count(session, actor.id)
    return render(request, "storefront/notifications/_read.html", icons=ICONS, item=row, unread=unread)


@router.post("/{notification_id}/open")
async def open_one(notification_id: UUID, request: Request, session: Writing, actor: SignedIn) -> Response:
    """Go where it leads; it is read then."""
    row = await messaging.mark_read(session, actor.id, notification_id)
    return see_other(request, local_path(row.action_url or "/notifications"))


def _is_part(request: Request) -> bool:
    return request.headers.get("hx-request") == "true"
