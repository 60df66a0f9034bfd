"""Who did what, when: append-only, by trigger.

Entries hold ids, not names. Where somebody was when they did it (an address) is personal and lies in a table beside the
log, which can be emptied while the log stays whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, delete, insert, select
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.orm import Mapped, mapped_column

from tuition.kernel import clock, new_id
from tuition.platform.database import AnySession, AppendOnly, Base, Created, Session
from tuition.platform.database.paging import LIMIT_USUAL, Page, paginate


class AuditEntry(AppendOnly, Base):
    """One thing that somebody did: actor, action (``room.what_happened``), subject, and details without personal data."""

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("idx_audit_log_created_at", "created_at", "id"),
        Index("idx_audit_log_actor_id", "actor_id", "created_at"),
        Index("idx_audit_log_subject", "subject_type", "subject_id", "created_at"),
        Index("idx_audit_log_action", "action", "created_at"),
    )
    __personal__: ClassVar[tuple[str, ...]] = ()
    __backup__: ClassVar[str] = "full"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    actor_id: Mapped[UUID | None]
    action: Mapped[str]
    subject_type: Mapped[str | None]
    subject_id: Mapped[UUID | None]
    details: Mapped[dict[str, Any]] = mapped_column(server_default="{}")


class AuditOrigin(Created, Base):
    """From which address an audited thing was done: personal, and therefore erasable."""

    __tablename__ = "audit_origins"
    __personal__: ClassVar[tuple[str, ...]] = ("ip",)
    __backup__: ClassVar[str] = "full"

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("audit_log.id"), primary_key=True)
    ip: Mapped[str] = mapped_column(INET)


async def record(
    session: Session,
    actor_id: UUID | None,
    action: str,
    *,
    subject: tuple[str, UUID] | None = None,
    details: Mapping[str, Any] | None = None,
    ip: str | None = None,
) -> UUID:
    """Write one entry, in the transaction of the thing itself. ``actor_id=None`` is the house (a job, the command line).

    ``details`` is JSON without names, addresses or secrets; ``ip`` is kept beside the log.
    """
    room, dot, _what = action.partition(".")
    assert room, "an action names its room"
    assert dot, f"an action reads room.what_happened, and {action!r} does not"
    entry_id, now = new_id(), clock.now()
    subject_type, subject_id = subject or (None, None)
    await session.execute(
        insert(AuditEntry).values(
            id=entry_id,
            actor_id=actor_id,
            action=action,
            subject_type=subject_type,
            subject_id=subject_id,
            details=dict(details or {}),
            created_at=now,
        )
    )
    if ip:
        await session.execute(insert(AuditOrigin).values(entry_id=entry_id, ip=ip, created_at=now))
    return entry_id


async def entries(
    session: AnySession,
    *,
    actor_id: UUID | None = None,
    subject: tuple[str, UUID] | None = None,
    action: str | None = None,
    since: datetime | None = None,
    limit: int = LIMIT_USUAL,
    cursor: str | None = None,
) -> Page[AuditEntry]:
    """The log, newest first. ``action`` is a whole action, or a room with its dot ("identity.")."""
    statement = select(AuditEntry)
    if actor_id is not None:
        statement = statement.where(AuditEntry.actor_id == actor_id)
    if subject is not None:
        statement = statement.where(AuditEntry.subject_type == subject[0], AuditEntry.subject_id == subject[1])
    if action is not None:
        matches = AuditEntry.action.startswith(action, autoescape=True) if action.endswith(".") else AuditEntry.action == action
        statement = statement.where(matches)
    if since is not None:
        statement = statement.where(AuditEntry.created_at >= since)
    return await paginate(
        session, statement, keys=[AuditEntry.created_at.desc(), AuditEntry.id.desc()], limit=limit, cursor=cursor, scope="audit"
    )


async def origins(session: AnySession, entry_ids: list[UUID]) -> dict[UUID, str]:
    """The addresses that are still kept for these entries."""
    rows = await session.execute(select(AuditOrigin.entry_id, AuditOrigin.ip).where(AuditOrigin.entry_id.in_(entry_ids)))
    return {entry_id: str(ip) for entry_id, ip in rows}


async def export(session: AnySession, person_id: UUID) -> dict[str, Any]:
    """What the log holds about a person's own doings."""
    rows = await session.execute(
        select(AuditEntry, AuditOrigin.ip)
        .outerjoin(AuditOrigin, AuditOrigin.entry_id == AuditEntry.id)
        .where(AuditEntry.actor_id == person_id)
        .order_by(AuditEntry.created_at, AuditEntry.id)
    )
    return {
        "audit_log": [
            {"at": entry.created_at.isoformat(), "action": entry.action, "details": entry.details, "ip": str(ip) if ip else None}
            for entry, ip in rows
        ]
    }


async def erase(session: Session, person_id: UUID) -> None:
    """Forget where a person was (also whoever tried to sign in as them); what was done stays, under an id that names nobody."""
    about_them = (AuditEntry.subject_type == "user") & (AuditEntry.subject_id == person_id) & AuditEntry.actor_id.is_(None)
    theirs = select(AuditEntry.id).where((AuditEntry.actor_id == person_id) | about_them)
    await session.execute(delete(AuditOrigin).where(AuditOrigin.entry_id.in_(theirs)))
