"""Taking a certificate back, giving it again, and whose name it says in public."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tuition import identity, messaging
from tuition.identity import Actor
from tuition.kernel import clock
from tuition.learning import enrollments
from tuition.learning.certificates import badges
from tuition.learning.certificates.actions.signing import sign_badge
from tuition.learning.certificates.errors import AlreadyRevoked, NameErased, NotRevoked, ReasonMissing
from tuition.learning.certificates.events import CertificateRevoked
from tuition.learning.certificates.models import Certificate, CertificateChange
from tuition.learning.certificates.queries import get_for_staff, get_own
from tuition.learning.certificates.rules import Change
from tuition.platform import audit, events
from tuition.platform.database import Session

REASON_LENGTH_MAX = 1000


async def revoke(session: Session, actor: Actor, number: str, *, reason: str) -> Certificate:
    """Take a certificate back: its page and its badge say so from this moment on."""
    said = reason_from(reason)
    certificate = await get_for_staff(session, actor, number)
    if certificate.revoked_at is not None:
        raise AlreadyRevoked
    now = clock.now()
    certificate.revoked_at, certificate.revoke_reason = now, said
    await badges.set_status(session, certificate.id, revoked=True)
    await enrollments.note_certificate(session, certificate.enrollment_id, at=None)
    await note(session, certificate, Change.REVOKED, actor.id, reason=said, now=now)
    await events.publish(session, CertificateRevoked(certificate.id, certificate.student_id, certificate.course_id, now))
    title, message = "A certificate was revoked", "Your certificate for “{title}” is not valid any more: {reason}"
    await _tell(session, certificate, title, message)
    return certificate


async def reinstate(session: Session, actor: Actor, number: str, *, reason: str) -> Certificate:
    """Undo a revocation. Its history keeps both."""
    said = reason_from(reason)
    certificate = await get_for_staff(session, actor, number)
    if certificate.revoked_at is None:
        raise NotRevoked
    certificate.revoked_at, certificate.revoke_reason = None, ""
    await badges.set_status(session, certificate.id, revoked=False)
    await enrollments.note_certificate(session, certificate.enrollment_id, at=certificate.issued_at)
    await note(session, certificate, Change.REINSTATED, actor.id, reason=said, now=clock.now())
    title, message = "A certificate is valid again", "Your certificate for “{title}” is valid again."
    await _tell(session, certificate, title, message)
    return certificate


async def show_name(session: Session, actor: Actor, number: str, *, shown: bool) -> Certificate:
    """Say in public whose certificate it is, or do not: its owner decides. The paper keeps the name."""
    certificate = await get_own(session, actor, number)
    if certificate.shows_name == shown:
        return certificate
    if shown and not certificate.recipient_name:
        raise NameErased
    certificate.shows_name = shown
    now = clock.now()
    await sign_badge(session, certificate, now=now)
    await note(session, certificate, Change.NAME_SHOWN if shown else Change.NAME_HIDDEN, actor.id, now=now)
    return certificate


async def rotate_keys(session: Session, actor: Actor) -> None:
    """Sign with new keys from now on; what was signed before stays verifiable. Needs ``site:configure``."""
    identity.require(actor, "site:configure")
    await badges.retire(session, now=clock.now())
    await audit.record(session, actor.id, "certificates.keys_rotated")


async def note(
    session: Session, certificate: Certificate, change: Change, by: UUID | None, *, now: datetime, reason: str = ""
) -> None:
    """Write down what happened, for the certificate's own history and for the audit log."""
    session.add(
        CertificateChange(
            certificate_id=certificate.id,
            change=change.value,
            version=certificate.version,
            recipient_name=certificate.recipient_name,
            reason=reason,
            changed_by=by,
            changed_at=now,
        )
    )
    subject = ("certificate", certificate.id)
    await audit.record(session, by, f"certificates.{change.value}", subject=subject, details={"version": certificate.version})


def reason_from(text: str) -> str:
    """The reason, which is never empty."""
    said = " ".join(text.split())
    if not 1 <= len(said) <= REASON_LENGTH_MAX:
        raise ReasonMissing(length_max=REASON_LENGTH_MAX)
    return said


async def _tell(session: Session, certificate: Certificate, title: str, message: str) -> None:
    await messaging.notify(
        session,
        certificate.student_id,
        "system",
        title=title,
        message=message,
        fields={"title": certificate.course_title, "reason": certificate.revoke_reason},
        action_url="/learning/certificates",
        action_label="See your certificates",
    )
