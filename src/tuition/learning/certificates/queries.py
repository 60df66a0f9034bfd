"""Finding certificates: their owner's, a course's, and the one whose number somebody holds in their hand."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from tuition.identity import Actor
from tuition.learning import courses
from tuition.learning.certificates.errors import CertificateUnknown
from tuition.learning.certificates.models import Badge, Certificate, CertificateChange
from tuition.learning.certificates.rules import read_number
from tuition.learning.courses import Right
from tuition.platform import paging
from tuition.platform.database import AnySession, Session


async def find_by_number(session: AnySession, number: str) -> Certificate | None:
    """The certificate with this number, however it was typed. For everybody: whoever has the number may verify it."""
    read = read_number(number)
    if read is None:
        return None
    found: Certificate | None = await session.scalar(select(Certificate).where(Certificate.certificate_number == read))
    return found


async def get_for(session: AnySession, actor: Actor, number: str) -> Certificate:
    """A certificate of one's own, or of a course where one may manage the members. Raises ``CertificateUnknown``."""
    certificate = await find_by_number(session, number)
    if certificate is None:
        raise CertificateUnknown
    if certificate.student_id != actor.id and not await courses.may(session, actor, certificate.course_id, Right.MEMBERS):
        raise CertificateUnknown
    return certificate


async def get_for_course(session: AnySession, actor: Actor, course_id: UUID, number: str) -> Certificate:
    """A certificate of this course, for who may manage its members. Raises ``CertificateUnknown``."""
    certificate = await find_by_number(session, number)
    if certificate is None or certificate.course_id != course_id:
        raise CertificateUnknown
    if not await courses.may(session, actor, course_id, Right.MEMBERS):
        raise CertificateUnknown
    return certificate


async def get_for_staff(session: Session, actor: Actor, number: str) -> Certificate:
    """A certificate of a course where one may manage the members, locked. Raises ``CertificateUnknown``."""
    certificate = await _locked(session, number)
    if not await courses.may(session, actor, certificate.course_id, Right.MEMBERS):
        raise CertificateUnknown
    return certificate


async def get_own(session: Session, actor: Actor, number: str) -> Certificate:
    """One's own certificate, locked. Raises ``CertificateUnknown``."""
    certificate = await _locked(session, number)
    if certificate.student_id != actor.id:
        raise CertificateUnknown
    return certificate


async def _locked(session: Session, number: str) -> Certificate:
    query = select(Certificate).where(Certificate.certificate_number == read_number(number)).with_for_update()
    certificate: Certificate | None = await session.scalar(query.execution_options(populate_existing=True))
    if certificate is None:
        raise CertificateUnknown
    return certificate


async def certificates_of(
    session: AnySession, student_id: UUID, *, limit: int = paging.LIMIT_USUAL, cursor: str | None = None
) -> paging.Page[Certificate]:
    """What a person was awarded, newest first."""
    query = select(Certificate).where(Certificate.student_id == student_id)
    scope = f"certificates.of/{student_id}"
    return await paging.paginate(session, query, keys=[Certificate.id.desc()], limit=limit, cursor=cursor, scope=scope)


async def certificates_of_course(
    session: AnySession, actor: Actor, course_id: UUID, *, limit: int = paging.LIMIT_USUAL, cursor: str | None = None
) -> paging.Page[Certificate]:
    """What was awarded in a course, newest first, for its staff. Raises ``courses.CourseUnknown`` for others."""
    await courses.get_for_staff(session, actor, course_id, Right.MEMBERS)
    query = select(Certificate).where(Certificate.course_id == course_id)
    scope = f"certificates.of_course/{course_id}"
    return await paging.paginate(session, query, keys=[Certificate.id.desc()], limit=limit, cursor=cursor, scope=scope)


async def of_enrollments(session: AnySession, enrollment_ids: list[UUID]) -> dict[UUID, Certificate]:
    """The certificates of these enrollments, by enrollment."""
    rows = await session.scalars(select(Certificate).where(Certificate.enrollment_id.in_(enrollment_ids)))
    return {certificate.enrollment_id: certificate for certificate in rows}


async def history_of(session: AnySession, certificate: Certificate) -> list[CertificateChange]:
    """What happened to it, the earliest first."""
    query = select(CertificateChange).where(CertificateChange.certificate_id == certificate.id).order_by(CertificateChange.id)
    return list(await session.scalars(query))


async def badge_of(session: AnySession, certificate: Certificate) -> Badge:
    """Its signed badge."""
    return await session.get_one(Badge, certificate.id)
