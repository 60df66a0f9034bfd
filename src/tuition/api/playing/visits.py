"""Playing without an account: what is free, and the free beginning of what is not."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from tuition import access, catalog, playback
from tuition.api.playing.heartbeat import lease_cookie
from tuition.edge import ClientInfo, EdgeRoute, Writing, problems
from tuition.kernel import clock
from tuition.platform import rates

router = APIRouter(prefix="/v1/visits", tags=["playing"], route_class=EdgeRoute)

VISITS_PER_HOUR = 900
"""From one address, behind which a whole school may sit: each film that plays asks about every four minutes."""
SAME_MOMENT_MS = 250
"""A piece that ends so little after the free beginning belongs to it: encoders cut at pictures, not at milliseconds."""


class VisitIn(BaseModel):
    """What to play."""

    model_config = ConfigDict(extra="forbid")

    content_id: UUID


class VisitOut(BaseModel):
    """The right to play something for a few minutes. Ask again before it expires."""

    content_id: UUID
    duration_ms: int
    limit_ms: int = Field(description="Nothing beyond it is played: the duration, or the end of the free beginning.")
    playlist: str = Field(description="The HLS playlist.")
    token: str = Field(description="Send it as `play` to fetch captions.")
    lease: str = Field(description="Send it as `Tuition-Lease` to fetch segments.")
    lease_start_ms: int
    lease_end_ms: int
    expires_at: datetime


@router.post("", status_code=201, summary="Play without an account", responses=problems(401, 403, 404, 409, 429))
async def visit(body: VisitIn, request: Request, session: Writing, client: ClientInfo, response: Response) -> VisitOut:
    """Play what everybody may play: a free film or recording, or the free beginning of one that is sold.

    Whoever asks is treated as a visitor, whatever they own. Nothing is counted and nothing is kept. 401 when a visitor may
    not play any of it.
    """
    await rates.hit(session, f"playing.visits:{client.ip}", limit=VISITS_PER_HOUR, per_s=3600)
    _content, decision = await access.get_content_for(session, None, body.content_id)
    playable = await catalog.media_of(session, body.content_id)
    duration_ms = playable.media.duration_ms or 0
    free_ms = duration_ms if decision.allowed else whole_pieces(playable, decision.preview_until_ms)
    if not free_ms:
        access.require(decision)
        raise catalog.MediaNotReady
    opened = playback.open_visit(body.content_id, limit_ms=free_ms, now=clock.now())
    lease, token = opened.lease(), opened.write()
    response.headers.append("set-cookie", lease_cookie(lease.write(), is_secure=request.url.scheme == "https"))
    return VisitOut(
        content_id=body.content_id,
        duration_ms=duration_ms,
        limit_ms=free_ms,
        playlist=f"/media/{body.content_id}/main.m3u8?play={token}",
        token=token,
        lease=lease.write(),
        lease_start_ms=lease.start_ms,
        lease_end_ms=lease.end_ms,
        expires_at=lease.expires_at,
    )


def whole_pieces(playable: catalog.Playable, free_ms: int) -> int:
    """Where the last piece ends that is free as a whole: a piece is served whole or not at all, and the paid part never."""
    ends = [piece.start_ms + piece.duration_ms for piece in playable.segments]
    return max((min(end, free_ms) for end in ends if end <= free_ms + SAME_MOMENT_MS), default=0)
