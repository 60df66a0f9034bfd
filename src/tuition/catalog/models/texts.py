"""What is read: articles, documents, captions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tuition.catalog.rules.states import BodyFormat
from tuition.kernel import new_id
from tuition.platform.database import Base, Timestamped, one_of


class WrittenBody(Timestamped, Base):
    """An article: what its author wrote, and the sanitised HTML that readers get."""

    __tablename__ = "written_bodies"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (one_of("format", BodyFormat), CheckConstraint("word_count >= 0", name="word_count"))

    content_id: Mapped[UUID] = mapped_column(ForeignKey("contents.id", ondelete="CASCADE"), primary_key=True)
    format: Mapped[str]
    source: Mapped[str]
    html: Mapped[str]
    excerpt_html: Mapped[str] = mapped_column(server_default="", default="")
    """What everybody may read: the paragraphs before the author's ``<!--more-->``."""
    word_count: Mapped[int] = mapped_column(Integer, server_default="0", default=0)


class Document(Timestamped, Base):
    """A file to read, and the text found in it."""

    __tablename__ = "documents"
    __personal__ = ("file_name",)
    __backup__ = "full"
    __table_args__ = (
        CheckConstraint("kind = 'document'", name="kind"),
        CheckConstraint("size > 0 and page_count > 0", name="size"),
        ForeignKeyConstraint(
            ["content_id", "kind"], ["contents.id", "contents.kind"], ondelete="CASCADE", name="fk_documents_content"
        ),
    )

    content_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(server_default="document", default="document")
    file_key: Mapped[str]
    file_name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    page_count: Mapped[int | None] = mapped_column(Integer)
    raw_text: Mapped[str] = mapped_column(server_default="", default="", deferred=True)
    outline: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"), default=list)
    """The table of contents: ``{"title", "page", "level"}`` in order."""


class Caption(Timestamped, Base):
    """The words of a film in one language, as WebVTT; the transcript is what it says without the times."""

    __tablename__ = "captions"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("content_id", "language", "kind"),
        CheckConstraint("kind in ('captions', 'subtitles')", name="kind"),
        CheckConstraint("language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'", name="language"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    content_id: Mapped[UUID] = mapped_column(ForeignKey("media.content_id", ondelete="CASCADE"))
    language: Mapped[str]
    kind: Mapped[str] = mapped_column(server_default="captions", default="captions")
    label: Mapped[str]
    vtt: Mapped[str]
    transcript: Mapped[str]
    cue_count: Mapped[int] = mapped_column(Integer)
