"""What a player, a reader and a studio need to know of files."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import undefer

from tuition.catalog.errors import MediaNotReady
from tuition.catalog.models import Caption, Document, Media, MediaRendition, MediaSegment, WrittenBody
from tuition.platform.database import AnySession

SEGMENTS_MAX = 20_000
"""More than the longest film that is accepted can have."""
_CAPTION_LANGUAGES = (
    select(Caption.language).where(Caption.content_id == bindparam("content_id")).order_by(Caption.language, Caption.kind)
)


@dataclass(frozen=True, slots=True)
class Playable:
    """A film that can be played: enough to write every playlist and to authorise every piece."""

    media: Media
    renditions: list[MediaRendition]
    """Best first."""
    segments: list[MediaSegment]
    """In order; the same for every rendition."""

    def init_key(self, rendition: MediaRendition) -> str:
        """Where the file store keeps a rendition's initialisation segment."""
        return f"{self.media.hls_prefix}/{rendition.name}/init.mp4"

    def segment_key(self, rendition: MediaRendition, index: int) -> str:
        """Where the file store keeps a piece."""
        return f"{self.media.hls_prefix}/{rendition.name}/{index:05d}.m4s"


async def find_media(session: AnySession, content_id: UUID) -> Media | None:
    """The media row of a video or audio, however far it is."""
    return await session.get(Media, content_id)


async def media_of(session: AnySession, content_id: UUID) -> Playable:
    """A film with its renditions and segments (two queries more than the row). Raises ``MediaNotReady``.

    While a newer file is being packaged, or when that failed, the older one still plays.
    """
    media = await session.get(Media, content_id)
    if media is None or media.hls_prefix is None:
        raise MediaNotReady
    renditions = await session.scalars(
        select(MediaRendition).where(MediaRendition.content_id == content_id).order_by(MediaRendition.position)
    )
    segments = await session.scalars(
        select(MediaSegment).where(MediaSegment.content_id == content_id).order_by(MediaSegment.index).limit(SEGMENTS_MAX)
    )
    return Playable(media, list(renditions), list(segments))


async def captions_of(session: AnySession, content_id: UUID) -> list[Caption]:
    """The captions and subtitles of a film, by language."""
    query = select(Caption).where(Caption.content_id == content_id).order_by(Caption.language, Caption.kind)
    return list(await session.scalars(query))


async def caption_languages(session: AnySession, content_id: UUID) -> list[str]:
    """In which languages a film has captions: all that a page says of them, and a fraction of what they weigh."""
    return list(await session.scalars(_CAPTION_LANGUAGES, {"content_id": content_id}))


async def body_of(session: AnySession, content_id: UUID) -> WrittenBody | None:
    """The text of an article."""
    return await session.get(WrittenBody, content_id)


async def document_of(session: AnySession, content_id: UUID, *, with_text: bool = False) -> Document | None:
    """The file of a document; its text only when asked for, since a book is long."""
    query = select(Document).where(Document.content_id == content_id)
    return await session.scalar(query.options(undefer(Document.raw_text)) if with_text else query)
