"""The media themselves: playlists for whoever holds a play token, segments for whoever holds a lease."""

from __future__ import annotations

from collections import OrderedDict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Cookie, Header, Path, Query, Request
from fastapi.responses import Response, StreamingResponse

from tuition import catalog, playback
from tuition.edge import EdgeRoute, Services, problems, unit_of
from tuition.kernel import clock
from tuition.platform import files
from tuition.playback import PlayTokenInvalid

router = APIRouter(prefix="/media", tags=["playing"], route_class=EdgeRoute)

PLAYLIST = "application/vnd.apple.mpegurl"
SEGMENT = "video/mp4"
KNOWN_MAX = 500
"""Films whose segment table a process keeps: a table is some ten kilobytes, and never changes for one version."""
Rendition = Annotated[str, Path(pattern=r"^[a-z0-9_]{1,40}$")]
_known: OrderedDict[tuple[int, UUID], tuple[float, catalog.Playable]] = OrderedDict()


@router.get("/{content_id}/main.m3u8", summary="The playlist of all renditions", responses=problems(401, 404))
async def main_playlist(content_id: UUID, request: Request, play: Annotated[str, Query(max_length=400)]) -> Response:
    """HLS (RFC 8216): one entry per rendition. It holds no media, and needs a play token of this content."""
    playable = await _playable(request, content_id, play)
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for rendition in playable.renditions:
        size = f",RESOLUTION={rendition.width}x{rendition.height}" if rendition.width and rendition.height else ""
        lines.append(
            f"#EXT-X-STREAM-INF:BANDWIDTH={rendition.bandwidth},AVERAGE-BANDWIDTH={rendition.average_bandwidth}"
            f'{size},CODECS="{rendition.codecs}"'
        )
        lines.append(f"{rendition.name}/index.m3u8?play={play}")
    return _playlist(lines)


@router.get("/{content_id}/{rendition}/index.m3u8", summary="The playlist of one rendition", responses=problems(401, 404))
async def rendition_playlist(
    content_id: UUID, rendition: Rendition, request: Request, play: Annotated[str, Query(max_length=400)]
) -> Response:
    """Every segment of one rendition. Fetching a segment needs a lease on its moment."""
    playable = await _playable(request, content_id, play)
    _find(playable, rendition)
    longest_s = max((-(-segment.duration_ms // 1000) for segment in playable.segments), default=1)
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{longest_s}", "#EXT-X-PLAYLIST-TYPE:VOD"]
    lines += ["#EXT-X-INDEPENDENT-SEGMENTS", '#EXT-X-MAP:URI="init.mp4"']
    for segment in playable.segments:
        lines += [f"#EXTINF:{segment.duration_ms // 1000}.{segment.duration_ms % 1000:03d},", f"{segment.index:05d}.m4s"]
    return _playlist([*lines, "#EXT-X-ENDLIST"])


@router.get("/{content_id}/{rendition}/{piece}", summary="A segment", responses=problems(401, 402, 404))
async def segment(
    content_id: UUID,
    rendition: Rendition,
    piece: Annotated[str, Path(pattern=r"^(init\.mp4|\d{5}\.m4s)$")],
    request: Request,
    services: Services,
    tuition_lease: Annotated[str | None, Header(max_length=400)] = None,
    lease_cookie: Annotated[str | None, Cookie(alias="tuition_lease", max_length=400)] = None,
) -> Response:
    """One piece of media, for the holder of a lease on its moment (header `Tuition-Lease`, or the cookie that reports set)."""
    lease = playback.read_lease(tuition_lease or lease_cookie or "")
    now = clock.now()
    playable = await _load(request, content_id)
    found = _find(playable, rendition)
    if piece == "init.mp4":
        allowed, key = lease.content_id == content_id and now < lease.expires_at, playable.init_key(found)
    else:
        index = int(piece.removesuffix(".m4s"))
        if index >= len(playable.segments):
            raise catalog.MediaNotReady
        start_ms = playable.segments[index].start_ms
        end_ms = start_ms + playable.segments[index].duration_ms
        # A lease may begin within a segment; the segment that holds its first moment is served whole.
        allowed = lease.allows(content_id, max(start_ms, min(lease.start_ms, end_ms - 1)), now=now)
        key = playable.segment_key(found, index)
    if not allowed:
        raise PlayTokenInvalid
    store = services.service(files.Store)
    headers = {"cache-control": "private, max-age=3600", "content-length": str(await store.size(key))}
    return StreamingResponse(store.stream(key), media_type=SEGMENT, headers=headers)


async def _playable(request: Request, content_id: UUID, token: str) -> catalog.Playable:
    if playback.read_token(token).content_id != content_id:
        raise PlayTokenInvalid
    return await _load(request, content_id)


async def _load(request: Request, content_id: UUID) -> catalog.Playable:
    """A film's tables, kept for a minute: a player asks for them with every segment."""
    unit = unit_of(request)
    key = (id(unit.runtime.database), content_id)
    now = clock.now().timestamp()
    known = _known.get(key)
    if known is not None and now - known[0] < 60:
        return known[1]
    playable = await catalog.media_of(await unit.reading(), content_id)
    _known[key] = (now, playable)
    _known.move_to_end(key)
    while len(_known) > KNOWN_MAX:
        _known.popitem(last=False)
    return playable


def _find(playable: catalog.Playable, name: str) -> catalog.MediaRendition:
    for rendition in playable.renditions:
        if rendition.name == name:
            return rendition
    raise catalog.MediaNotReady


def _playlist(lines: list[str]) -> Response:
    return Response("\n".join(lines) + "\n", media_type=PLAYLIST, headers={"cache-control": "no-store"})
