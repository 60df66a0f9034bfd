"""Certificates: one's own, a course's, and the public answer to "is this real?"."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from tuition.edge import ClientInfo, EdgeRoute, PageOut, Reading, Services, SignedIn, Steps, Writing, problems
from tuition.kernel import clock
from tuition.learning import certificates
from tuition.learning.certificates import Certificate, CertificateChange
from tuition.platform import files, paging, rates

router = APIRouter(prefix="/v1/certificates", tags=["certificates"], route_class=EdgeRoute)
of_courses = APIRouter(prefix="/v1/courses", tags=["certificates"], route_class=EdgeRoute)

Number = Annotated[
    str, Path(max_length=certificates.NUMBER_LENGTH_MAX, description="As printed; spaces, case and dashes do not matter.",
              examples=["TUI-2026-7KQ2M-9XW4B-H"])
]  # fmt: skip
Cursor = Annotated[str | None, Query(max_length=500)]
Limit = Annotated[int, Query(ge=1, le=paging.LIMIT_MAX)]
LOOKS_PER_MINUTE = 30


class VerificationOut(BaseModel):
    """What a certificate is worth, and what its owner lets it say."""

    certificate_number: str = Field(examples=["TUI-2026-7KQ2M-9XW4B-H"])
    standing: str = Field(examples=["valid"], description="valid, expired or revoked.")
    name: str | None = Field(description="Left out when its owner wants it so.")
    course_title: str
    school_name: str
    teacher_name: str
    completed_at: datetime
    issued_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    verified_minutes: int
    badge_url: str

    @classmethod
    def of(cls, row: Certificate) -> VerificationOut:
        """What anybody may see."""
        return cls(**_public(row))


class CertificateOut(VerificationOut):
    """A certificate, for its owner and the course's staff."""

    id: UUID
    course_id: UUID
    enrollment_id: UUID
    recipient_name: str
    shows_name: bool
    version: int
    revoke_reason: str

    @classmethod
    def of(cls, row: Certificate) -> CertificateOut:
        """What its owner may see."""
        return cls(
            **_public(row),
            id=row.id,
            course_id=row.course_id,
            enrollment_id=row.enrollment_id,
            recipient_name=row.recipient_name,
            shows_name=row.shows_name,
            version=row.version,
            revoke_reason=row.revoke_reason,
        )


class IssueIn(BaseModel):
    """Whose certificate is to be written."""

    model_config = ConfigDict(extra="forbid")

    enrollment_id: UUID
    name: str = Field(default="", max_length=200, description="Left out: the name that is there.", examples=["Dana Young"])
    reason: str = Field(default="", max_length=1000, description="Needed when one exists already, which is then written anew.")


class ReasonIn(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=1000, examples=["It was issued by mistake."])


class NameIn(BaseModel):
    """Whether the public page and the badge say whose it is."""

    model_config = ConfigDict(extra="forbid")

    shows_name: bool


class ChangeOut(BaseModel):
    """One thing that happened to a certificate."""

    change: str = Field(examples=["reissued"])
    version: int
    recipient_name: str
    reason: str
    changed_by: UUID | None
    changed_at: datetime

    @classmethod
    def of(cls, row: CertificateChange) -> ChangeOut:
        """How it is shown."""
        return cls.model_validate(row, from_attributes=True)


def _public(row: Certificate) -> dict[str, Any]:
    standing = certificates.standing(revoked_at=row.revoked_at, expires_at=row.expires_at, now=clock.now())
    return {
        "certificate_number": row.certificate_number,
        "standing": standing.value,
        "name": row.recipient_name if row.shows_name else None,
        "course_title": row.course_title,
        "school_name": row.school_name,
        "teacher_name": row.teacher_name,
        "completed_at": row.completion_date,
        "issued_at": row.issued_at,
        "expires_at": row.expires_at,
        "revoked_at": row.revoked_at,
        "verified_minutes": row.verified_seconds // 60,
        "badge_url": certificates.issuer_of(row.school_name).credential_of(row.certificate_number),
    }


@router.get("", summary="List your certificates", responses=problems(401))
async def list_own(session: Reading, actor: SignedIn, cursor: Cursor = None, limit: Limit = 25) -> PageOut[CertificateOut]:
    """Newest first."""
    page = await certificates.certificates_of(session, actor.id, cursor=cursor, limit=limit)
    return PageOut(items=[CertificateOut.of(row) for row in page.items], next_cursor=page.next_cursor)


@router.post("", status_code=201, summary="Issue a certificate, or write it anew", responses=problems(401, 404, 409, 422))
async def issue(body: IssueIn, database: Steps, services: Services, actor: SignedIn) -> CertificateOut:
    """By staff who manage the course's members: before the course is completed, or under a corrected name. The number stays."""
    store = services.service(files.Store)
    await certificates.issue(database, store, body.enrollment_id, actor=actor, name=body.name, reason=body.reason)
    async with database.reading(fresh=True) as reading:
        return CertificateOut.of((await certificates.of_enrollments(reading, [body.enrollment_id]))[body.enrollment_id])


@router.get("/{certificate_number}", summary="Verify a certificate", responses=problems(404, 429))
async def verify(certificate_number: Number, session: Reading, services: Services, client: ClientInfo) -> VerificationOut:
    """For everybody who has the number. Says what it is worth now, and nothing that its owner does not want said."""
    await rates.hit(services.database, f"verify:{client.ip}", limit=LOOKS_PER_MINUTE, per_s=60)
    row = await certificates.find_by_number(session, certificate_number)
    if row is None:
        raise certificates.CertificateUnknown
    return VerificationOut.of(row)


@router.patch("/{certificate_number}", summary="Show or hide your name", responses=problems(401, 404, 409))
async def choose_name(certificate_number: Number, body: NameIn, session: Writing, actor: SignedIn) -> CertificateOut:
    """Whether the public page and the badge name you. The paper does in any case."""
    return CertificateOut.of(await certificates.show_name(session, actor, certificate_number, shown=body.shows_name))


@router.get("/{certificate_number}/history", summary="See what happened to a certificate", responses=problems(401, 404))
async def show_history(certificate_number: Number, session: Reading, actor: SignedIn) -> PageOut[ChangeOut]:
    """For its owner and the course's staff; the earliest first."""
    certificate = await certificates.get_for(session, actor, certificate_number)
    return PageOut(items=[ChangeOut.of(row) for row in await certificates.history_of(session, certificate)])


@router.post("/{certificate_number}/revocation", summary="Revoke a certificate", responses=problems(401, 404, 409))
async def revoke(certificate_number: Number, body: ReasonIn, session: Writing, actor: SignedIn) -> CertificateOut:
    """Its page and its badge say so from now on, and its owner is told why."""
    return CertificateOut.of(await certificates.revoke(session, actor, certificate_number, reason=body.reason))


@router.post("/{certificate_number}/reinstatement", summary="Undo a revocation", responses=problems(401, 404, 409))
async def reinstate(certificate_number: Number, body: ReasonIn, session: Writing, actor: SignedIn) -> CertificateOut:
    """It is worth again what it was."""
    return CertificateOut.of(await certificates.reinstate(session, actor, certificate_number, reason=body.reason))


@router.get(
    "/{certificate_number}/page.pdf",
    summary="Fetch the page to print",
    response_class=StreamingResponse,
    responses={**problems(401, 404), 200: {"description": "A4, landscape", "content": {"application/pdf": {}}}},
)
async def fetch_page(certificate_number: Number, session: Reading, actor: SignedIn, services: Services) -> StreamingResponse:
    """For its owner and the course's staff."""
    certificate = await certificates.get_for(session, actor, certificate_number)
    store = services.service(files.Store)
    headers = {
        "content-length": str(await store.size(certificate.pdf_path)),
        "content-disposition": f'inline; filename="{certificate.certificate_number}.pdf"',
        "cache-control": "private, no-cache",
    }
    return StreamingResponse(store.stream(certificate.pdf_path), media_type="application/pdf", headers=headers)


@of_courses.get("/{course_id}/certificates", summary="List a course's certificates", responses=problems(401, 404))
async def list_of_course(
    course_id: UUID, session: Reading, actor: SignedIn, cursor: Cursor = None, limit: Limit = 25
) -> PageOut[CertificateOut]:
    """For staff who manage its members; newest first."""
    page = await certificates.certificates_of_course(session, actor, course_id, cursor=cursor, limit=limit)
    return PageOut(items=[CertificateOut.of(row) for row in page.items], next_cursor=page.next_cursor)
