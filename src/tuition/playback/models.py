"""Who played what, when, on which right."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import INT8MULTIRANGE
from sqlalchemy.orm import Mapped, mapped_column

from tuition.kernel import new_id
from tuition.platform.database import AppendOnly, Base, Timestamped, one_of
from tuition.playback.rules import ALLOWANCE_START_MS, SPEED_ONE, EndReason


class PlaySession(Timestamped, Base):
    """One device playing one content. status: active → completed, or cancelled when nothing was played."""

    __tablename__ = "play_sessions"
    __personal__ = ("device_name",)
    __backup__ = "full"
    __table_args__ = (
        one_of("status", ("active", "completed", "cancelled")),
        one_of("end_reason", EndReason),
        CheckConstraint("played_ms >= 0", name="played"),
        CheckConstraint("(status = 'active') = (ended_at is null)", name="ended"),
        Index("uq_play_sessions_active", "user_id", unique=True, postgresql_where=text("status = 'active'")),
        Index("idx_sessions_user_id", "user_id", "started_at"),
        Index("idx_sessions_content_id", "content_id"),
        Index("idx_sessions_started_at", "started_at"),
        Index("idx_sessions_status", "status"),
        Index("idx_play_sessions_basis", "basis_type", "basis_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    content_id: Mapped[UUID] = mapped_column(ForeignKey("contents.id", ondelete="CASCADE"))
    content_title: Mapped[str]
    device_id: Mapped[str]
    device_name: Mapped[str]
    basis_type: Mapped[str]
    basis_id: Mapped[UUID]
    status: Mapped[str] = mapped_column(default="active", server_default="active")
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
    limit_ms: Mapped[int] = mapped_column(BigInteger)
    right_until: Mapped[datetime | None]
    """When the right on which it plays ends; nothing that is reported later counts."""
    played_ms: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class Playback(Timestamped, Base):
    """All that one person has played of one content: its coverage, and where to go on."""

    __tablename__ = "playback"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("user_id", "content_id"),
        ForeignKeyConstraint(
            ["content_id", "kind"], ["contents.id", "contents.kind"], name="fk_playback_content", ondelete="CASCADE"
        ),
        one_of("kind", ("video", "audio")),
        CheckConstraint("duration_ms > 0", name="duration"),
        CheckConstraint("covered_ms between 0 and duration_ms", name="covered"),
        CheckConstraint("position_ms between 0 and duration_ms", name="position"),
        CheckConstraint("allowance_ms >= 0", name="allowance"),
        Index("idx_playback_content_id", "content_id", "kind"),
        Index("idx_playback_session_id", "session_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    content_id: Mapped[UUID]
    kind: Mapped[str]
    duration_ms: Mapped[int] = mapped_column(BigInteger)
    coverage: Mapped[Any] = mapped_column(INT8MULTIRANGE, default=text("'{}'::int8multirange"), server_default=text("'{}'"))
    covered_ms: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    position_ms: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    completed_at: Mapped[datetime | None]
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("play_sessions.id", ondelete="SET NULL"))
    """The session that may report; every other one has been taken over."""
    allowance_ms: Mapped[int] = mapped_column(BigInteger, default=ALLOWANCE_START_MS, server_default=str(ALLOWANCE_START_MS))
    speed: Mapped[int] = mapped_column(default=SPEED_ONE, server_default=str(SPEED_ONE))
    seen_at: Mapped[datetime]
    leased: Mapped[Any] = mapped_column(INT8MULTIRANGE, default=text("'{}'::int8multirange"), server_default=text("'{}'"))
    """Content time that a lease has let out: what was fetched and never reported shows here."""


class PlayInterval(AppendOnly, Base):
    """What of one report counted (new or played again): the evidence. Partitioned by month; never the target of a foreign key."""

    __tablename__ = "play_intervals"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        CheckConstraint("new_ms >= 0", name="new"),
        Index("idx_play_intervals_play_session_id", "play_session_id"),
        Index("idx_play_intervals_user_id_content_id", "user_id", "content_id"),
        {"postgresql_partition_by": "RANGE (at)"},
    )

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    play_session_id: Mapped[UUID]
    content_id: Mapped[UUID]
    played: Mapped[Any] = mapped_column(INT8MULTIRANGE)
    new_ms: Mapped[int]
    speed: Mapped[int]
