"""Films and sound: the file as it came, and the pieces that a player fetches."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tuition.catalog.rules.states import MediaStatus
from tuition.kernel import new_id
from tuition.platform.database import Base, Created, Timestamped, one_of


class Media(Timestamped, Base):
    """The media of a video or audio content, and how far its packaging is."""

    __tablename__ = "media"
    __personal__ = ("source_name",)
    __backup__ = "full"
    __table_args__ = (
        one_of("status", MediaStatus),
        CheckConstraint("kind in ('video', 'audio')", name="kind"),
        CheckConstraint("progress_percent between 0 and 100", name="progress"),
        CheckConstraint("duration_ms > 0", name="duration"),
        CheckConstraint("(status = 'ready') <= (hls_prefix is not null and duration_ms is not null)", name="ready"),
        CheckConstraint("(status = 'failed') = (failure is not null)", name="failed_says_why"),
        ForeignKeyConstraint(
            ["content_id", "kind"], ["contents.id", "contents.kind"], ondelete="CASCADE", name="fk_media_content"
        ),
        Index("idx_media_unfinished", "status", postgresql_where=text("status in ('uploaded', 'processing')")),
    )

    content_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=MediaStatus.EMPTY, default=MediaStatus.EMPTY)
    progress_percent: Mapped[int] = mapped_column(Integer, server_default="0", default=0)
    failure: Mapped[str | None]
    version: Mapped[int] = mapped_column(Integer, server_default="0", default=0)
    """Goes up with every accepted file, so that a job for an older file knows that it is late."""
    source_key: Mapped[str | None]
    source_name: Mapped[str] = mapped_column(server_default="", default="")
    source_type: Mapped[str] = mapped_column(server_default="", default="")
    source_size: Mapped[int | None] = mapped_column(BigInteger)
    source_sha256: Mapped[str | None]
    duration_ms: Mapped[int | None] = mapped_column(BigInteger)
    width: Mapped[int | None] = mapped_column(Integer)
    height: Mapped[int | None] = mapped_column(Integer)
    hls_prefix: Mapped[str | None]
    """Where the pieces begin in the file store: ``<hls_prefix>/<rendition>/<index>.m4s``."""
    poster_key: Mapped[str | None]


class MediaRendition(Timestamped, Base):
    """One quality of a film: its address in a playlist. Segments of all renditions begin at the same times."""

    __tablename__ = "media_renditions"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        CheckConstraint("bandwidth > 0", name="bandwidth"),
        UniqueConstraint("content_id", "position"),
        UniqueConstraint("content_id", "name"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    content_id: Mapped[UUID] = mapped_column(ForeignKey("media.content_id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str]
    width: Mapped[int | None] = mapped_column(Integer)
    height: Mapped[int | None] = mapped_column(Integer)
    bandwidth: Mapped[int] = mapped_column(Integer)
    """Bits a second of its heaviest segment, as a playlist must say (RFC 8216, 4.3.4.2)."""
    average_bandwidth: Mapped[int] = mapped_column(Integer)
    codecs: Mapped[str]
    init_bytes: Mapped[int] = mapped_column(BigInteger)


class MediaSegment(Created, Base):
    """A few seconds of a film. ``sizes`` holds its bytes in each rendition, by the rendition's position."""

    __tablename__ = "media_segments"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (CheckConstraint("start_ms >= 0 and duration_ms > 0", name="times"),)

    content_id: Mapped[UUID] = mapped_column(ForeignKey("media.content_id", ondelete="CASCADE"), primary_key=True)
    index: Mapped[int] = mapped_column(Integer, primary_key=True)
    start_ms: Mapped[int] = mapped_column(BigInteger)
    duration_ms: Mapped[int] = mapped_column(Integer)
    sizes: Mapped[list[Any]]
