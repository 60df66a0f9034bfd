"""What was mailed and what was done: the outbox and the audit log."""

from __future__ import annotations

import html
from datetime import datetime, time
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from tuition import identity, messaging
from tuition.edge import EdgeRoute, Reading, Writing
from tuition.messaging import EMAIL_KINDS, EmailStatus
from tuition.platform import audit, paging
from tuition.web.owner.surroundings import Auditor, Postmaster, owner_page
from tuition.web.rendering import page_reader, see_other, with_query
from tuition.web.rendering import translate as _
from tuition.web.studio.forms import say

router = APIRouter(prefix="/owner", route_class=EdgeRoute, include_in_schema=False)
Cursor = Annotated[str, Query(max_length=paging.CURSOR_LENGTH_MAX)]
LETTER_POLICY = "sandbox; default-src 'none'; img-src https: data:; style-src 'unsafe-inline'; frame-ancestors 'self'"
"""A letter is shown as it was sent, and can do nothing here."""


@router.get("/outbox")
async def outbox(
    request: Request,
    session: Reading,
    actor: Postmaster,
    status: Annotated[str, Query(max_length=20)] = "",
    kind: Annotated[str, Query(max_length=60)] = "",
    q: Annotated[str, Query(max_length=200)] = "",
    cursor: Cursor = "",
) -> Response:
    """Every letter, newest first, and how far it has come."""
    words = q.replace("\x00", "").strip()
    page = await messaging.list_emails(
        session,
        actor,
        status=status if status in list(EmailStatus) else None,
        kind=kind if kind in EMAIL_KINDS else None,
        recipient=words or None,
        cursor=cursor or None,
    )
    context: dict[str, Any] = {
        "emails": page.items,
        "asked": {"q": words, "status": status, "kind": kind},
        "kinds": sorted(EMAIL_KINDS),
        "next_href": with_query(request, cursor=page.next_cursor) if page.next_cursor else None,
        "start_href": with_query(request) if cursor else None,
    }
    return owner_page(request, "records/outbox.html", **context)


@router.get("/outbox/{email_id}")
async def email(request: Request, email_id: UUID, session: Reading, actor: Postmaster) -> Response:
    """One letter: to whom, how far, and what it said."""
    row, body = await messaging.get_email_for(session, actor, email_id)
    can_retry = row.status in {EmailStatus.FAILED, EmailStatus.BOUNCED} and body.text is not None
    return owner_page(request, "records/email.html", email=row, body=body, can_retry=can_retry)


@router.get("/outbox/{email_id}/letter")
async def letter(email_id: UUID, session: Reading, actor: Postmaster) -> Response:
    """The letter itself, for a frame in which it can do nothing."""
    _row, body = await messaging.get_email_for(session, actor, email_id)
    written = body.html or f"<pre>{html.escape(body.text or '')}</pre>"
    headers = {"content-security-policy": LETTER_POLICY, "cache-control": "private, no-store", "referrer-policy": "no-referrer"}
    return HTMLResponse(written, headers=headers)


@router.post("/outbox/{email_id}/retry")
async def retry(request: Request, email_id: UUID, session: Writing, actor: Postmaster) -> Response:
    """Send it once more."""
    try:
        await messaging.retry_email(session, actor, email_id)
    except messaging.EmailNotRetryable as error:
        return see_other(request, f"/owner/outbox/{email_id}", say=say(request, error), tone="warn")
    return see_other(request, f"/owner/outbox/{email_id}", say=_("It is sent once more."))


@router.get("/audit")
async def audit_log(
    request: Request,
    session: Reading,
    actor: Auditor,
    action: Annotated[str, Query(max_length=80)] = "",
    who: Annotated[str, Query(max_length=36)] = "",
    since: Annotated[str, Query(max_length=10)] = "",
    cursor: Cursor = "",
) -> Response:
    """Who did what, newest first."""
    del actor
    wanted = action.strip()
    page = await audit.entries(
        session,
        actor_id=_person(who),
        action=wanted if "." in wanted else f"{wanted}." if wanted else None,
        since=_day(request, since),
        cursor=cursor or None,
    )
    entries = page.items
    context: dict[str, Any] = {
        "entries": entries,
        "people": await identity.people_by_id(session, {entry.actor_id for entry in entries if entry.actor_id}),
        "origins": await audit.origins(session, [entry.id for entry in entries]),
        "asked": {"action": wanted, "who": who, "since": since},
        "next_href": with_query(request, cursor=page.next_cursor) if page.next_cursor else None,
        "start_href": with_query(request) if cursor else None,
    }
    return owner_page(request, "records/audit.html", **context)


def _person(typed: str) -> UUID | None:
    try:
        return UUID(typed) if typed else None
    except ValueError:
        return None


def _day(request: Request, typed: str) -> datetime | None:
    try:
        return datetime.combine(datetime.fromisoformat(typed).date(), time(), tzinfo=page_reader(request).time_zone)
    except ValueError:
        return None
