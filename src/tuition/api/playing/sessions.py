"""Play sessions: begin, look, close."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from tuition import metering, playback
from tuition.edge import EdgeRoute, MoneyOut, PageOut, Reading, SignedIn, Writing, problems
from tuition.kernel import clock
from tuition.learning import enrollments
from tuition.platform import paging
from tuition.playback import Device, EndReason, PlaySession

router = APIRouter(prefix="/v1/play-sessions", tags=["playing"], route_class=EdgeRoute)


class PlayIn(BaseModel):
    """What to play, and on what."""

    model_config = ConfigDict(extra="forbid")

    content_id: UUID
    device_id: str = Field(min_length=1, max_length=100, description="A name that this device keeps, of your choosing.")
    device_name: str = Field(
        default="", max_length=200, description="What a person would call it.", examples=["Firefox on Linux"]
    )
    take_over: bool = Field(default=False, description="Go on here although another device plays; it stops there.")
    preview: bool = Field(default=False, description="Play only the free beginning.")


class TermsOut(BaseModel):
    """What the minutes of this session cost. Frozen when it begins."""

    rate: Decimal = Field(description="Major units per minute.", examples=["0.12"])
    currency: str
    paid: MoneyOut = Field(description="What counts towards owning it: paid by the minute since it was last given back.")
    cap: MoneyOut | None = Field(description="When what was paid reaches this, the content is owned.")
    free_until_ms: int


class BegunOut(BaseModel):
    """A play session that has begun."""

    id: UUID
    token: str = Field(description="Authorises reports: send it as `Authorization: Bearer …`.")
    content_id: UUID
    started_at: datetime
    position_ms: int = Field(description="Where to go on.")
    duration_ms: int
    limit_ms: int = Field(description="Nothing beyond it is played: the duration, or the end of the preview.")
    playlist: str = Field(description="The HLS playlist.")
    terms: TermsOut | None = Field(description="Null when nothing is charged.")


class PlaySessionOut(BaseModel):
    """A play session."""

    id: UUID
    content_id: UUID
    content_title: str
    device_name: str
    status: str
    started_at: datetime
    ended_at: datetime | None
    end_reason: str | None
    duration_seconds: int = Field(description="Distinct content time that was played; counted when the session ends.")
    price_per_minute: Decimal | None
    total_cost: MoneyOut | None


def _shape(row: PlaySession, line: metering.MeteredLine | None) -> PlaySessionOut:
    return PlaySessionOut(
        id=row.id,
        content_id=row.content_id,
        content_title=row.content_title,
        device_name=row.device_name,
        status=row.status,
        started_at=row.started_at,
        ended_at=row.ended_at,
        end_reason=row.end_reason,
        duration_seconds=row.played_ms // 1000,
        price_per_minute=line.price_per_minute if line else None,
        total_cost=MoneyOut.of(line.cost) if line else None,
    )


@router.post("", status_code=201, summary="Press play", responses=problems(401, 402, 403, 404, 409))
async def begin(body: PlayIn, session: Writing, actor: SignedIn) -> BegunOut:
    """Begin to play on a right that you have, or by the minute from your wallet.

    402 says what is missing; 409 says on which device you are playing at the moment (repeat with `take_over`).
    """
    device = Device(body.device_id, body.device_name or body.device_id)
    start = metering.begin_preview if body.preview else metering.begin
    now = clock.now()
    begun = await start(session, actor, body.content_id, device=device, take_over=body.take_over, now=now)
    # After the question whether there is a right at all: what a course shows waits for its day and its turn.
    await enrollments.require_open(session, actor, body.content_id, now=now)
    meter = begun.meter
    terms = None
    if meter is not None:
        terms = TermsOut(
            rate=meter.rate,
            currency=meter.currency,
            paid=MoneyOut.of(meter.content_cost),
            cap=MoneyOut.of(meter.price) if meter.price is not None else None,
            free_until_ms=meter.free_until_ms,
        )
    return BegunOut(
        id=begun.play_session.id,
        token=begun.token,
        content_id=body.content_id,
        started_at=begun.play_session.started_at,
        position_ms=begun.position_ms,
        duration_ms=begun.duration_ms,
        limit_ms=begun.play_session.limit_ms,
        playlist=f"/media/{body.content_id}/main.m3u8?play={begun.token}",
        terms=terms,
    )


@router.get("", summary="List your play sessions", responses=problems(401))
async def list_sessions(
    session: Reading,
    actor: SignedIn,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=paging.LIMIT_MAX)] = 25,
) -> PageOut[PlaySessionOut]:
    """Your play sessions, newest first."""
    page = await playback.sessions_page(session, actor.id, cursor=cursor, limit=limit)
    lines = await metering.lines_of(session, [row.id for row in page.items])
    return PageOut(items=[_shape(row, lines.get(row.id)) for row in page.items], next_cursor=page.next_cursor)


@router.get("/{play_session_id}", summary="Show a play session", responses=problems(401, 404))
async def show(play_session_id: UUID, session: Reading, actor: SignedIn) -> PlaySessionOut:
    """One of your play sessions; a running one shows what it has cost so far."""
    row = await playback.get_play_session_for(session, actor, play_session_id)
    return _shape(row, (await metering.lines_of(session, [row.id])).get(row.id))


@router.post("/{play_session_id}/close", summary="Stop playing", responses=problems(401, 404))
async def close(play_session_id: UUID, session: Writing, actor: SignedIn) -> PlaySessionOut:
    """End a play session and write its bill. Ending it twice is the same as once."""
    row = await playback.get_play_session_for(session, actor, play_session_id)
    await playback.end(session, row.id, reason=EndReason.STOPPED, at=clock.now())
    return _shape(row, (await metering.lines_of(session, [row.id])).get(row.id))
