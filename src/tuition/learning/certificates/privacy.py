"""A person's certificates: handed out whole; after erasure they still verify, and name nobody."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from tuition.kernel import clock
from tuition.learning.certificates.actions.signing import sign_badge
from tuition.learning.certificates.models import Badge, Certificate, CertificateChange
from tuition.platform import jobs
from tuition.platform.database import AnySession, Session


async def export(session: AnySession, person_id: UUID) -> dict[str, Any]:
    """Every certificate with its signed badge and what happened to it."""
    rows = (
        await session.execute(
            select(Certificate, Badge)
            .outerjoin(Badge, Badge.certificate_id == Certificate.id)
            .where(Certificate.student_id == person_id)
            .order_by(Certificate.id)
        )
    ).all()
    changes = await session.scalars(
        select(CertificateChange)
        .where(CertificateChange.certificate_id.in_([certificate.id for certificate, _ in rows]))
        .order_by(CertificateChange.id)
    )
    return {
        "certificates": [
            {
                "number": certificate.certificate_number,
                "name": certificate.recipient_name,
                "name_is_public": certificate.shows_name,
                "course": certificate.course_title,
                "completed_at": certificate.completion_date.isoformat(),
                "issued_at": certificate.issued_at.isoformat(),
                "expires_at": certificate.expires_at.isoformat() if certificate.expires_at else None,
                "revoked_at": certificate.revoked_at.isoformat() if certificate.revoked_at else None,
                "revoke_reason": certificate.revoke_reason,
                "verified_seconds": certificate.verified_seconds,
                "badge": badge.credential if badge else None,
            }
            for certificate, badge in rows
        ],
        "history": [
            {"change": row.change, "at": row.changed_at.isoformat(), "name": row.recipient_name, "reason": row.reason}
            for row in changes
        ],
    }


async def erase(session: Session, person_id: UUID) -> None:
    """Take the name off pages, badges and history, and delete the files. That somebody passed stays true."""
    found = list(await session.scalars(select(Certificate).where(Certificate.student_id == person_id).with_for_update()))
    ids = [certificate.id for certificate in found]
    await session.execute(
        update(CertificateChange).where(CertificateChange.certificate_id.in_(ids)).values(recipient_name="", reason="")
    )
    for certificate in found:
        certificate.recipient_name, certificate.shows_name = "", False
        await sign_badge(session, certificate, now=clock.now())
        await jobs.defer(session, "certificates.forget_files", certificate_id=str(certificate.id))
