"""Writing articles and captions."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from tuition.catalog.adapters.markup import render_markup
from tuition.catalog.errors import FieldInvalid, KindRefuses
from tuition.catalog.models import Caption, Content, WrittenBody
from tuition.catalog.queries.contents import get_owned_content
from tuition.catalog.rules.captions import parse_captions
from tuition.catalog.rules.drafts import cleaned
from tuition.catalog.rules.states import PLAYABLE, BodyFormat, Kind
from tuition.identity import Actor
from tuition.platform.database import Session

SEARCH_TEXT_LENGTH_MAX = 100_000
LABEL_LENGTH_MAX = 60


async def write_body(session: Session, actor: Actor, content_id: UUID, source: str, written_as: BodyFormat) -> WrittenBody:
    """Put the text of an article in place of the one before. What readers get is sanitised here, once.

    Raises ``ContentUnknown``, ``KindRefuses``, ``FieldInvalid``.
    """
    content = await get_owned_content(session, actor, content_id, lock=True)
    if content.kind != Kind.WRITTEN:
        raise KindRefuses(kind=content.kind, wish="text")
    rendered = render_markup(source, written_as)
    if not rendered.words and "<img" not in rendered.html:
        raise FieldInvalid(field="source", reason="write something")
    values = {
        "format": str(written_as),
        "source": source.replace("\x00", ""),
        "html": rendered.html,
        "excerpt_html": rendered.excerpt_html,
        "word_count": rendered.word_count,
    }
    statement = insert(WrittenBody).values(content_id=content_id, **values)
    body: WrittenBody | None = await session.scalar(
        statement.on_conflict_do_update(index_elements=["content_id"], set_=values).returning(WrittenBody),
        execution_options={"populate_existing": True},
    )
    content.search_text = rendered.words[:SEARCH_TEXT_LENGTH_MAX]
    assert body is not None, "an upsert returns its row"
    return body


async def set_captions(
    session: Session, actor: Actor, content_id: UUID, *, language: str, source: str, kind: str = "captions", label: str = ""
) -> Caption:
    """Give a film its words in one language, in place of those before. The transcript comes with them.

    Raises ``ContentUnknown``, ``KindRefuses``, ``FieldInvalid``, ``CaptionsInvalid``.
    """
    content = await _playable(session, actor, content_id)
    cleaned({"language": language})
    if kind not in ("captions", "subtitles"):
        raise FieldInvalid(field="kind", reason="choose one of captions, subtitles")
    captions = parse_captions(source)
    values = {
        "label": label.strip()[:LABEL_LENGTH_MAX] or language,
        "vtt": captions.vtt,
        "transcript": captions.transcript,
        "cue_count": len(captions.cues),
    }
    statement = insert(Caption).values(content_id=content_id, language=language, kind=kind, **values)
    caption: Caption | None = await session.scalar(
        statement.on_conflict_do_update(index_elements=["content_id", "language", "kind"], set_=values).returning(Caption),
        execution_options={"populate_existing": True},
    )
    await _search_by_transcripts(session, content)
    assert caption is not None, "an upsert returns its row"
    return caption


async def remove_captions(session: Session, actor: Actor, content_id: UUID, *, language: str, kind: str = "captions") -> None:
    """Take a film's words in one language away. None there: nothing happens."""
    content = await _playable(session, actor, content_id)
    await session.execute(
        delete(Caption).where(Caption.content_id == content_id, Caption.language == language, Caption.kind == kind)
    )
    await _search_by_transcripts(session, content)


async def _playable(session: Session, actor: Actor, content_id: UUID) -> Content:
    content = await get_owned_content(session, actor, content_id, lock=True)
    if Kind(content.kind) not in PLAYABLE:
        raise KindRefuses(kind=content.kind, wish="captions")
    return content


async def _search_by_transcripts(session: Session, content: Content) -> None:
    query = select(Caption.transcript).where(Caption.content_id == content.id).order_by(Caption.language)
    content.search_text = "\n".join(await session.scalars(query))[:SEARCH_TEXT_LENGTH_MAX]
