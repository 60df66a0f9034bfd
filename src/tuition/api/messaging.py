"""What people are told: notifications, preferences, and the outbox for those who run the site."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from tuition import messaging
from tuition.edge import EdgeRoute, PageOut, Reading, Services, SignedIn, Writing, problems
from tuition.edge.body import CurrencyCode
from tuition.kernel import MINOR_MAX, Currency, Money
from tuition.messaging import EmailLog, EmailStatus, Notification, SettingsView
from tuition.platform import paging

router = APIRouter(prefix="/v1/me", tags=["messages"], route_class=EdgeRoute)
outbox = APIRouter(prefix="/v1/admin/emails", tags=["administration"], route_class=EdgeRoute)
RETRY_MS = 5000
"""How long a program waits before it opens the line again."""
ID_EXAMPLE = "0192f0c1-6d1e-7c3a-9a51-2f6d2c9c7b10"
EmailId = Annotated[UUID, Path(description="The e-mail.", examples=[ID_EXAMPLE])]


class NotificationOut(BaseModel):
    """Something that waits to be read."""

    id: UUID
    type: str = Field(examples=["low_balance"])
    title: str = Field(examples=["Your balance is low"])
    message: str
    action_url: str | None = Field(examples=["/wallet"])
    action_label: str | None = Field(examples=["Top up"])
    read_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, row: Notification) -> NotificationOut:
        """How a notification is shown."""
        return cls.model_validate(row, from_attributes=True)


class ReadOut(BaseModel):
    """How many were marked."""

    count: int


class UnreadOut(BaseModel):
    """How many wait to be read."""

    unread: int = Field(description="Counted up to a hundred.", le=100)


class NewsOut(UnreadOut):
    """What an open line says: how many wait to be read, and what has just arrived, if something has."""

    id: UUID | None = None
    kind: str | None = Field(default=None, examples=["low_balance"])
    title: str | None = None
    message: str | None = None
    action_url: str | None = None
    action_label: str | None = None
    at: datetime | None = None


class ThresholdIn(BaseModel):
    """An amount below which to warn; zero never warns."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"amount_minor": 100, "currency": "EUR"}]})

    amount_minor: int = Field(ge=0, le=MINOR_MAX, description="Integer in the currency's minor unit.")
    currency: CurrencyCode


class SettingsIn(BaseModel):
    """What is to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    low_balance_threshold: ThresholdIn | None = None
    notification_email: str | None = Field(
        default=None,
        max_length=254,
        description="Where notices go once the link that is mailed there was opened; `null` is the account's address.",
        examples=["notices@example.com"],
    )
    type_preferences: dict[str, dict[str, bool]] | None = Field(
        default=None,
        max_length=50,
        description="Per kind, which channels are on: `page`, `email`.",
        examples=[{"session_end": {"page": True, "email": False}}],
    )


class SettingsOut(BaseModel):
    """What a person wants to be told."""

    low_balance_threshold_minor: int = Field(description="In the minor unit of each wallet's own currency.")
    low_balance_currency: str | None = Field(description="The currency in which the threshold was named.", examples=["EUR"])
    notification_email: str | None = Field(description="Where notices go, if not to the account's address.")
    notification_email_confirmed: bool
    type_preferences: dict[str, Any]

    @classmethod
    def of(cls, view: SettingsView) -> SettingsOut:
        """How the settings are shown."""
        return cls.model_validate(view, from_attributes=True)


class EmailOut(BaseModel):
    """An e-mail that was written, and how far it has come."""

    id: UUID
    recipient_email: str
    user_id: UUID | None
    email_type: str = Field(examples=["purchase_receipt"])
    subject: str
    status: EmailStatus
    locale: str = Field(examples=["en"])
    provider: str | None
    error_message: str | None
    created_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None

    @classmethod
    def of(cls, row: EmailLog) -> EmailOut:
        """How an e-mail is shown in a list."""
        return cls.model_validate(row, from_attributes=True)


class EmailTextOut(EmailOut):
    """The same with its text, as long as that is kept."""

    text: str | None
    html: str | None


@router.get("/notifications", summary="List my notifications", responses=problems(401))
async def list_notifications(
    session: Reading,
    actor: SignedIn,
    unread: Annotated[bool, Query(description="Only what was not read.")] = False,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=paging.LIMIT_MAX)] = 25,
) -> PageOut[NotificationOut]:
    """What you were told, newest first."""
    page = await messaging.list_notifications(session, actor.id, unread_only=unread, cursor=cursor, limit=limit)
    return PageOut(items=[NotificationOut.of(row) for row in page.items], next_cursor=page.next_cursor)


@router.get("/notifications/unread", summary="Count my unread notifications", responses=problems(401))
async def count_unread(session: Reading, actor: SignedIn) -> UnreadOut:
    """How many wait to be read."""
    return UnreadOut(unread=await messaging.unread_count(session, actor.id))


@router.get(
    "/notifications/stream",
    summary="Hear of my notifications as they come",
    response_class=StreamingResponse,
    responses={**problems(401), 200: {"description": "Server-sent events", "content": {"text/event-stream": {}}}},
)
async def stream(actor: SignedIn, services: Services) -> StreamingResponse:
    """An open line of server-sent events (WHATWG HTML, 9.2), beginning with how things stand.

    Each `event: notification` carries JSON: `unread`, and when something has just arrived its `id`, `kind`, `title`, `message`,
    `action_url`, `action_label` and `at`. What was missed while the line was down is in the list.
    """
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    lines = _lines(services.service(messaging.Hub), actor.id)
    return StreamingResponse(lines, media_type="text/event-stream", headers=headers)


async def _lines(hub: messaging.Hub, person_id: UUID) -> AsyncIterator[str]:
    yield f"retry: {RETRY_MS}\n\n"
    async for news in hub.stream(person_id):
        if news is None:
            # Keeps proxies from thinking that the line is dead.
            yield ": still here\n\n"
            continue
        said = NewsOut.model_validate(news, from_attributes=True).model_dump_json(exclude_none=True)
        yield f"event: notification\ndata: {said}\n\n"


@router.post("/notifications/read", summary="Mark all my notifications as read", responses=problems(401))
async def read_all(session: Writing, actor: SignedIn) -> ReadOut:
    """Take note that you have read everything."""
    return ReadOut(count=await messaging.mark_all_read(session, actor.id))


@router.post("/notifications/{notification_id}/read", summary="Mark a notification as read", responses=problems(401, 404))
async def read_one(
    notification_id: Annotated[UUID, Path(examples=[ID_EXAMPLE])], session: Writing, actor: SignedIn
) -> NotificationOut:
    """Take note that you have read it. The first time counts."""
    return NotificationOut.of(await messaging.mark_read(session, actor.id, notification_id))


@router.get("/notification-settings", summary="Show what I want to be told", responses=problems(401))
async def show_settings(session: Reading, actor: SignedIn) -> SettingsOut:
    """Your choices; what you never chose has its usual value."""
    return SettingsOut.of(await messaging.settings_of(session, actor.id))


@router.put("/notification-settings", summary="Choose what I want to be told", responses=problems(401, 429))
async def change_settings(body: SettingsIn, session: Writing, actor: SignedIn) -> SettingsOut:
    """Below which balance to be warned, and which kinds of news to get on which channel.

    What the law or the money needs always comes.
    """
    low = body.low_balance_threshold
    if "notification_email" in body.model_fields_set:
        await messaging.choose_notification_email(session, actor.id, body.notification_email)
    view, _ = await messaging.change_settings(
        session,
        actor.id,
        low_balance=Money(low.amount_minor, Currency(low.currency)) if low else None,
        type_preferences=body.type_preferences,
    )
    return SettingsOut.of(view)


@outbox.get("", summary="List the e-mails that were written", responses=problems(401, 403))
async def list_emails(
    session: Reading,
    actor: SignedIn,
    status: Annotated[EmailStatus | None, Query()] = None,
    kind: Annotated[str | None, Query(max_length=60, examples=["purchase_receipt"])] = None,
    recipient: Annotated[str | None, Query(max_length=254, description="Part of the address.")] = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=paging.LIMIT_MAX)] = 25,
) -> PageOut[EmailOut]:
    """The outbox, newest first. Needs `outbox:read`."""
    page = await messaging.list_emails(session, actor, status=status, kind=kind, recipient=recipient, cursor=cursor, limit=limit)
    return PageOut(items=[EmailOut.of(row) for row in page.items], next_cursor=page.next_cursor)


@outbox.get("/{email_id}", summary="Read an e-mail that was written", responses=problems(401, 404))
async def show_email(email_id: EmailId, session: Reading, actor: SignedIn) -> EmailTextOut:
    """One of your own, or with `outbox:read` anybody's. A link that opens an account is forgotten once it has left."""
    row, body = await messaging.get_email_for(session, actor, email_id)
    return EmailTextOut(**EmailOut.of(row).model_dump(), text=body.text, html=body.html)


@outbox.post("/{email_id}/retry", status_code=202, summary="Send an e-mail again", responses=problems(401, 403, 404, 409))
async def retry_email(email_id: EmailId, session: Writing, actor: SignedIn) -> EmailOut:
    """Try a failed or bounced e-mail once more. Needs `outbox:read`."""
    await messaging.retry_email(session, actor, email_id)
    row, _ = await messaging.get_email_for(session, actor, email_id)
    return EmailOut.of(row)
