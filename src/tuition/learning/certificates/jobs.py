"""Issuing: the page is rendered and stored first, and only then does the certificate exist.

A rendering that fails records nothing, and the job tries again. This is why issuing opens its own transactions: a page is not
typeset while rows are locked.
"""

from __future__ import annotations

import asyncio
import secrets as entropy
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from tuition import catalog, identity, messaging
from tuition.identity import Actor
from tuition.kernel import clock, new_id
from tuition.learning import courses, enrollments
from tuition.learning.certificates import documents
from tuition.learning.certificates.actions.changing import note, reason_from
from tuition.learning.certificates.actions.signing import issuer_of, sign_badge
from tuition.learning.certificates.documents import Paper
from tuition.learning.certificates.errors import CertificateMoved, RecipientNameless
from tuition.learning.certificates.events import CertificateIssued
from tuition.learning.certificates.models import Certificate
from tuition.learning.certificates.rules import RANDOM_BITS, Change, expiry, number_of
from tuition.learning.courses import Right
from tuition.learning.enrollments import Enrollment, EnrollmentStatus
from tuition.platform import events, jobs, site
from tuition.platform.database import Database, ReadSession, Session
from tuition.platform.files import Store

NAME_LENGTH_MAX = 200
PREFIX = "certificates"


@dataclass(frozen=True, slots=True)
class _Draft:
    """What is going to be issued, as it was found."""

    id: UUID
    known: bool
    """Whether there is a certificate already, which is written anew."""
    version: int
    paper: Paper
    school: site.SiteSettings
    enrollment_id: UUID
    student_id: UUID
    course_id: UUID
    issued_at: datetime

    @property
    def pdf_path(self) -> str:
        return f"{PREFIX}/{self.id}/{self.version}.pdf"


@jobs.work("certificates.issue", retries=jobs.PATIENT)
async def issue_certificate(context: jobs.Context, *, enrollment_id: str) -> None:
    """Issue the certificate of a completed course, once."""
    await issue(context.database, context.service(Store), UUID(enrollment_id))


@jobs.work("certificates.forget_files", retries=jobs.PATIENT)
async def forget_files(context: jobs.Context, *, certificate_id: str) -> None:
    """Delete every version of a page whose person was erased."""
    await context.service(Store).delete_prefix(f"{PREFIX}/{UUID(certificate_id)}")


async def issue(
    database: Database, store: Store, enrollment_id: UUID, *, actor: Actor | None = None, name: str = "", reason: str = ""
) -> UUID | None:
    """Render, store, and then record. Returns the certificate's id, or ``None`` when none is due.

    Without an actor: for a completed course that gives certificates, once. By staff with ``members:manage``: whenever they say
    so, under another name if they give one; a certificate that exists is written anew under its number.
    """
    async with database.reading(fresh=True) as reading:
        draft = await _draft(reading, enrollment_id, actor, name)
    if not isinstance(draft, _Draft):
        return draft
    said = reason_from(reason) if draft.known else " ".join(reason.split())
    look = await documents.look_of(draft.school)
    page = await asyncio.to_thread(documents.render_certificate, draft.paper, look)
    await store.put(draft.pdf_path, page, content_type="application/pdf")
    try:
        async with database.transaction() as session:
            await _record(session, draft, actor, said)
    except BaseException:
        await store.delete(draft.pdf_path)
        raise
    return draft.id


async def _draft(session: ReadSession, enrollment_id: UUID, actor: Actor | None, name: str) -> _Draft | UUID | None:
    enrollment = await session.get(Enrollment, enrollment_id)
    if enrollment is None or (actor and not await courses.may(session, actor, enrollment.course_id, Right.MEMBERS)):
        if actor:
            raise enrollments.EnrollmentUnknown
        return None
    course = (await courses.find(session, [enrollment.course_id]))[enrollment.course_id]
    known = await session.scalar(select(Certificate).where(Certificate.enrollment_id == enrollment.id))
    if actor is None:
        if known is not None:
            return known.id
        if not course.certificate_enabled or enrollment.status != EnrollmentStatus.COMPLETED:
            return None
    content = (await catalog.contents_by_id(session, [course.content_id]))[course.content_id]
    people = await identity.people_by_id(session, [enrollment.student_id, content.creator_id])
    settings = await site.current(session)
    now = clock.now()
    certificate_id, number = (known.id, known.certificate_number) if known else (new_id(), _number(now))
    written = " ".join(name.split()) or (known.recipient_name if known else "") or people[enrollment.student_id].full_name
    if not 1 <= len(written) <= NAME_LENGTH_MAX:
        raise RecipientNameless(length_max=NAME_LENGTH_MAX)
    teacher = people.get(content.creator_id)
    paper = Paper(
        number=number,
        name=written,
        course=content.title,
        teacher=teacher.full_name if teacher else "",
        language=content.language if content.language in identity.LOCALES else settings.default_locale,
        completed_at=enrollment.completed_at or (known.completion_date if known else now),
        expires_at=known.expires_at if known else expiry(now, course.certificate_valid_months),
        verified_seconds=await enrollments.verified_seconds(session, enrollment.id),
        page=issuer_of(settings.platform_name).page_of(number),
    )
    return _Draft(
        id=certificate_id,
        known=known is not None,
        version=known.version + 1 if known else 1,
        paper=paper,
        school=settings,
        enrollment_id=enrollment.id,
        student_id=enrollment.student_id,
        course_id=enrollment.course_id,
        issued_at=known.issued_at if known else now,
    )


async def _record(session: Session, draft: _Draft, actor: Actor | None, reason: str) -> None:
    # The number, the enrollment and the version are unique or locked: of two that issue at once, one fails here and looks again.
    certificate = await session.get(Certificate, draft.id, with_for_update=True)
    if certificate is None:
        certificate = Certificate(
            id=draft.id, enrollment_id=draft.enrollment_id, student_id=draft.student_id, course_id=draft.course_id,
            certificate_number=draft.paper.number, issued_at=draft.issued_at,
        )  # fmt: skip
        session.add(certificate)
    elif certificate.version != draft.version - 1:
        raise CertificateMoved
    paper = draft.paper
    certificate.version, certificate.pdf_path, certificate.language = draft.version, draft.pdf_path, paper.language
    certificate.recipient_name, certificate.course_title = paper.name, paper.course
    certificate.teacher_name, certificate.school_name = paper.teacher, draft.school.platform_name
    certificate.verified_seconds, certificate.completion_date = paper.verified_seconds, paper.completed_at
    certificate.expires_at = paper.expires_at
    await session.flush()  # the status and the badge point at the row
    now = clock.now()
    await sign_badge(session, certificate, now=now)
    change = Change.REISSUED if draft.known else Change.ISSUED
    await note(session, certificate, change, actor.id if actor else None, reason=reason, now=now)
    if draft.known:
        return
    await enrollments.note_certificate(session, certificate.enrollment_id, at=certificate.issued_at)
    fact = CertificateIssued(certificate.id, certificate.enrollment_id, certificate.student_id, certificate.course_id, now)
    await events.publish(session, fact)
    await _tell(session, certificate)


async def _tell(session: Session, certificate: Certificate) -> None:
    await messaging.notify(
        session,
        certificate.student_id,
        "system",
        title="Your certificate is ready",
        message="You have completed “{title}”. Here is the proof.",
        fields={"title": certificate.course_title},
        action_url="/learning/certificates",
        action_label="See your certificates",
        dedupe_key=f"certificate:{certificate.id}",
    )
    context = {"title": certificate.course_title, "number": certificate.certificate_number, "url": "/learning/certificates"}
    await messaging.send_email(session, "certificate_issued", to_person=certificate.student_id, context=context)


def _number(now: datetime) -> str:
    while True:
        drawn = number_of(now.year, entropy.randbits(RANDOM_BITS))
        if drawn is not None:
            return drawn
