"""The media themselves: playlists and captions for whoever holds a play token, segments for whoever holds a lease."""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Cookie, Header, Path, Query, Request
from fastapi.responses import Response, StreamingResponse

from tuition import catalog, playback
from tuition.edge import EdgeRoute, Reading, Services, problems, runtime_of
from tuition.kernel import DomainError, ErrorKind, clock
from tuition.platform import files
from tuition.platform.database import AnySession
from tuition.playback import PlayTokenInvalid

router = APIRouter(prefix="/media", tags=["playing"], route_class=EdgeRoute)

PLAYLIST = "application/vnd.apple.mpegurl"
PLAYLIST_ANSWER: dict[str, object] = {"description": "An HLS playlist", "content": {PLAYLIST: {}}}
CAPTIONS = "text/vtt; charset=utf-8"
KNOWN_MAX = 500
"""Films whose segment table a process keeps: a table is some ten kilobytes, and never changes for one version."""
KNOWN_S = 60
Rendition = Annotated[str, Path(pattern=r"^[a-z0-9_]{1,40}$")]
Play = Annotated[str, Query(max_length=400, description="The token of a play session or of a visit.")]
Paced = Annotated[
    int | None,
    Query(ge=0, le=2**40, description="List only what the lease in the cookie lets out, and begin at this millisecond."),
]
LeaseCookie = Annotated[str | None, Cookie(alias="tuition_lease", max_length=400)]
_CUE = re.compile(r"(\d{2,}):(\d{2}):(\d{2})\.(\d{3}) --> ")


class OutsideLease(DomainError):
    """This part of the film is not let out to you at the moment. Report where you are, and fetch what the new lease allows."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "api.outside_lease"


class PieceUnknown(DomainError):
    """This film has no such piece."""

    kind = ErrorKind.NOT_FOUND
    code = "api.piece_unknown"


class Shelf:
    """The segment tables of the films that are played at the moment, each kept for a minute: a player asks with every piece."""

    def __init__(self) -> None:
        self._known: OrderedDict[UUID, tuple[float, catalog.Playable]] = OrderedDict()

    async def find(self, request: Request, content_id: UUID) -> catalog.Playable:
        """A film's tables. Raises ``MediaNotReady``."""
        now = clock.now().timestamp()
        known = self._known.get(content_id)
        if known is not None and now - known[0] < KNOWN_S:
            return known[1]
        # In a session of its own: that of a request which is refused afterwards would let what we keep expire with it.
        async with runtime_of(request).database.reading() as session:
            playable = await catalog.media_of(session, content_id)
        self._known[content_id] = (now, playable)
        self._known.move_to_end(content_id)
        while len(self._known) > KNOWN_MAX:
            self._known.popitem(last=False)
        return playable


@router.get(
    "/{content_id}/main.m3u8",
    summary="The playlist of all renditions",
    response_class=Response,
    responses={**problems(401, 404, 409), 200: PLAYLIST_ANSWER},
)
async def main_playlist(content_id: UUID, request: Request, play: Play, paced: Paced = None) -> Response:
    """HLS (RFC 8216): one entry per rendition. It holds no media, and needs a play token of this content."""
    playable = await _playable(request, content_id, play)
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for rendition in playable.renditions:
        size = f",RESOLUTION={rendition.width}x{rendition.height}" if rendition.width and rendition.height else ""
        lines.append(
            f"#EXT-X-STREAM-INF:BANDWIDTH={rendition.bandwidth},AVERAGE-BANDWIDTH={rendition.average_bandwidth}"
            f'{size},CODECS="{rendition.codecs}"'
        )
        lines.append(f"{rendition.name}/index.m3u8?play={play}" + (f"&paced={paced}" if paced is not None else ""))
    return _playlist(lines)


@router.get(
    "/{content_id}/captions/{caption_id}.vtt",
    summary="Captions",
    response_class=Response,
    responses={**problems(401, 404, 410), 200: {"description": "WebVTT", "content": {"text/vtt": {}}}},
)
async def captions(content_id: UUID, caption_id: UUID, session: Reading, play: Play) -> Response:
    """One file of captions (WebVTT), for a play session that runs or a visit. A preview has the words of the preview."""
    limit_ms = await _limit(session, content_id, play)
    found = next((item for item in await catalog.captions_of(session, content_id) if item.id == caption_id), None)
    if found is None:
        raise PieceUnknown
    headers = {"cache-control": "private, no-store"}
    return Response(_until(found.vtt, limit_ms), media_type=CAPTIONS, headers=headers)


@router.get(
    "/{content_id}/{rendition}/index.m3u8",
    summary="The playlist of one rendition",
    response_class=Response,
    responses={**problems(401, 404, 409), 200: PLAYLIST_ANSWER},
)
async def rendition_playlist(
    content_id: UUID, rendition: Rendition, request: Request, play: Play, paced: Paced = None, lease_cookie: LeaseCookie = None
) -> Response:
    """Every segment of one rendition. Fetching a segment needs a lease on its moment.

    A player that fetches ahead as it likes (the system player of a phone) asks for a paced playlist: it ends where the lease
    does and grows with it, as that of an event under way.
    """
    playable = await _playable(request, content_id, play)
    _find(playable, rendition)
    longest_s = max((-(-segment.duration_ms // 1000) for segment in playable.segments), default=1)
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{longest_s}"]
    segments = playable.segments
    if paced is None:
        lines.append("#EXT-X-PLAYLIST-TYPE:VOD")
    else:
        end_ms = _lease_on(content_id, lease_cookie or "").end_ms
        segments = [segment for segment in segments if segment.start_ms < end_ms]
        lines += ["#EXT-X-PLAYLIST-TYPE:EVENT", f"#EXT-X-START:TIME-OFFSET={_seconds(paced)},PRECISE=YES"]
    lines += ["#EXT-X-INDEPENDENT-SEGMENTS", '#EXT-X-MAP:URI="init.mp4"']
    for segment in segments:
        lines += [f"#EXTINF:{_seconds(segment.duration_ms)},", f"{segment.index:05d}.m4s"]
    is_whole = len(segments) == len(playable.segments) or playback.is_visit(play)
    return _playlist([*lines, "#EXT-X-ENDLIST"] if is_whole else lines)


@router.get(
    "/{content_id}/{rendition}/{piece}",
    summary="A segment",
    responses=problems(401, 403, 404, 409) | {200: {"content": {"video/mp4": {}, "audio/mp4": {}}, "description": "The piece."}},
    response_class=Response,
)
async def segment(
    content_id: UUID,
    rendition: Rendition,
    piece: Annotated[str, Path(pattern=r"^(init\.mp4|\d{5}\.m4s)$", examples=["00000.m4s"])],
    request: Request,
    services: Services,
    tuition_lease: Annotated[str | None, Header(max_length=400)] = None,
    lease_cookie: LeaseCookie = None,
) -> Response:
    """One piece of media, for the holder of a lease on its moment (header `Tuition-Lease`, or the cookie that reports set).

    Pieces are a few seconds each and are fetched whole, so there are no ranges.
    """
    lease = _lease_on(content_id, tuition_lease or lease_cookie or "")
    playable = await _shelf(request).find(request, content_id)
    found = _find(playable, rendition)
    if piece == "init.mp4":
        key, size = playable.init_key(found), found.init_bytes
    else:
        index = int(piece.removesuffix(".m4s"))
        if index >= len(playable.segments):
            raise PieceUnknown
        part = playable.segments[index]
        # A lease may begin or end within a segment; the segments that hold its first and its last moment are served whole. A
        # system player reads the very first one to learn how the film is coded, wherever it begins: it has that one, too.
        is_probe = index == 0 and tuition_lease is None
        if not is_probe and not (part.start_ms < lease.end_ms and lease.start_ms < part.start_ms + part.duration_ms):
            raise OutsideLease
        key, size = playable.segment_key(found, index), int(part.sizes[found.position])
    # The address of a piece does not change with its film's version, so it is not kept for long.
    headers = {"cache-control": "private, max-age=300", "content-length": str(size), "vary": "tuition-lease, cookie"}
    kind = "video/mp4" if playable.media.kind == catalog.Kind.VIDEO else "audio/mp4"
    return StreamingResponse(services.service(files.Store).stream(key), media_type=kind, headers=headers)


async def _playable(request: Request, content_id: UUID, token: str) -> catalog.Playable:
    named = playback.read_visit(token, now=clock.now()) if playback.is_visit(token) else playback.read_token(token)
    if named.content_id != content_id:
        raise PlayTokenInvalid
    return await _shelf(request).find(request, content_id)


def _lease_on(content_id: UUID, value: str) -> playback.Lease:
    lease = playback.read_lease(value)
    if lease.content_id != content_id or clock.now() >= lease.expires_at:
        raise OutsideLease
    return lease


async def _limit(session: AnySession, content_id: UUID, play: str) -> int:
    """How far into the film its words are given: as far as the play session or the visit goes."""
    if playback.is_visit(play):
        visit = playback.read_visit(play, now=clock.now())
        if visit.content_id == content_id:
            return visit.limit_ms
    else:
        token = playback.read_token(play)
        if token.content_id == content_id:
            return (await playback.get_running(session, token.session_id)).limit_ms
    raise PlayTokenInvalid


def _shelf(request: Request) -> Shelf:
    """The application's own: a test's application never sees another one's films."""
    state = request.app.state
    if not hasattr(state, "media_shelf"):
        state.media_shelf = Shelf()
    shelf: Shelf = state.media_shelf
    return shelf


def _find(playable: catalog.Playable, name: str) -> catalog.MediaRendition:
    for rendition in playable.renditions:
        if rendition.name == name:
            return rendition
    raise PieceUnknown


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds // 1000}.{milliseconds % 1000:03d}"


def _playlist(lines: list[str]) -> Response:
    return Response("\n".join(lines) + "\n", media_type=PLAYLIST, headers={"cache-control": "no-store"})


def _until(vtt: str, limit_ms: int) -> str:
    """The cues that begin before a moment. The catalogue writes every cue in one form, so that the first line tells."""
    kept = []
    for block in vtt.split("\n\n"):
        timing = _CUE.search(block)
        if timing is not None:
            hours, minutes, seconds, thousandths = (int(part) for part in timing.groups())
            if ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths >= limit_ms:
                break
        kept.append(block)
    return "\n\n".join(kept)
