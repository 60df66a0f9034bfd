"""Open Badges 3.0: the badges themselves, the lists of revocations, and the keys that signed them. All of it public."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from tuition.api.learning.certificates import Number
from tuition.edge import EdgeRoute, Reading, SignedIn, Writing, problems
from tuition.kernel import clock
from tuition.learning import certificates
from tuition.learning.certificates import Badge, Certificate, badges
from tuition.platform import site
from tuition.platform.database import AnySession

router = APIRouter(prefix="/v1", tags=["badges"], route_class=EdgeRoute)
well_known = APIRouter(tags=["badges"], route_class=EdgeRoute)

CREDENTIAL = "application/vc+ld+json"
DID = "application/did+ld+json"
TOKEN = "application/vc+jwt"  # noqa: S105 - a media type
FRESH = {"cache-control": "public, max-age=60", "access-control-allow-origin": "*"}
"""Verifiers run in browsers too; and a revocation is seen within a minute."""
ListNumber = Annotated[int, Path(ge=1, le=1_000_000)]


async def _badge(session: AnySession, number: str) -> tuple[Certificate, Badge]:
    certificate = await certificates.find_by_number(session, number)
    if certificate is None:
        raise certificates.CertificateUnknown
    return certificate, await certificates.badge_of(session, certificate)


def _found(media_type: str, what: str) -> dict[int | str, dict[str, Any]]:
    shape: dict[str, Any] = {}
    if "json" in media_type:
        example = {"@context": ["https://www.w3.org/ns/credentials/v2"], "id": "https://school.example/v1/badges/issuer"}
        shape = {"schema": {"type": "object"}, "example": example}
    return {**problems(404), 200: {"description": what, "content": {media_type: shape}}}


@router.get(
    "/certificates/{certificate_number}/badge.json",
    summary="Fetch a badge with its proof",
    response_class=Response,
    responses=_found(CREDENTIAL, "An OpenBadgeCredential with a Data Integrity proof"),
)
async def badge_document(certificate_number: Number, session: Reading) -> JSONResponse:
    """The credential, signed with eddsa-rdfc-2022."""
    _, badge = await _badge(session, certificate_number)
    return JSONResponse(badge.credential, media_type=CREDENTIAL, headers=FRESH)


@router.get(
    "/certificates/{certificate_number}/badge.jwt",
    summary="Fetch a badge as a token",
    response_class=Response,
    responses=_found(TOKEN, "The same as a JSON Web Token, signed with RS256"),
)
async def badge_token(certificate_number: Number, session: Reading) -> Response:
    """For verifiers that read tokens."""
    _, badge = await _badge(session, certificate_number)
    return Response(badge.token, media_type=TOKEN, headers=FRESH)


@router.get(
    "/certificates/{certificate_number}/badge.png",
    summary="Fetch a badge as a picture",
    response_class=Response,
    responses=_found("image/png", "A picture with the credential inside"),
)
async def badge_picture(certificate_number: Number, session: Reading) -> Response:
    """Upload it to a wallet of badges: the picture is the badge."""
    certificate, badge = await _badge(session, certificate_number)
    settings = await site.glance(session)
    picture = await run_in_threadpool(_picture, certificate, badge, settings.primary_color)
    return Response(picture, media_type="image/png", headers=FRESH | _named(certificate, "png"))


@router.get(
    "/certificates/{certificate_number}/badge.svg",
    summary="Fetch a badge as a drawing",
    response_class=Response,
    responses=_found("image/svg+xml", "A drawing with the credential inside"),
)
async def badge_drawing(certificate_number: Number, session: Reading) -> Response:
    """The same for who prefers lines to dots."""
    certificate, badge = await _badge(session, certificate_number)
    settings = await site.glance(session)
    drawing = await run_in_threadpool(_drawing, certificate, badge, settings.primary_color)
    return Response(drawing, media_type="image/svg+xml", headers=FRESH | _named(certificate, "svg"))


def _picture(certificate: Certificate, badge: Badge, accent: str) -> bytes:
    return badges.bake_png(certificates.render_badge_png(**_medal(certificate), accent=accent), badge.credential)


def _drawing(certificate: Certificate, badge: Badge, accent: str) -> bytes:
    return badges.bake_svg(certificates.render_badge_svg(**_medal(certificate), accent=accent), badge.credential)


def _medal(certificate: Certificate) -> dict[str, Any]:
    return {
        "course": certificate.course_title,
        "school": certificate.school_name,
        "year": certificate.completion_date.year,
        "language": certificate.language,
    }


def _named(certificate: Certificate, suffix: str) -> dict[str, str]:
    return {"content-disposition": f'inline; filename="{certificate.certificate_number}.{suffix}"'}


@router.get(
    "/badges/status/{list_number}.jwt",
    summary="Fetch a list of revocations as a token",
    response_class=Response,
    responses=_found(TOKEN, "The same as a JSON Web Token"),
)
async def status_list_token(list_number: ListNumber, session: Reading) -> Response:
    """For verifiers that read tokens."""
    issuer, keys = await _issuer(session), await badges.keys_in_use(session)
    published = await badges.published_list_token(session, list_number, issuer, keys, now=clock.now()) if keys else None
    if published is None:
        raise certificates.CertificateUnknown
    return Response(published, media_type=TOKEN, headers=FRESH)


@router.get(
    "/badges/status/{list_number}",
    summary="Fetch a list of revocations",
    response_class=Response,
    responses=_found(CREDENTIAL, "A BitstringStatusListCredential with a Data Integrity proof"),
)
async def status_list(list_number: ListNumber, session: Reading) -> JSONResponse:
    """Who verifies looks at one bit of many, so that we do not learn whose badge it was."""
    issuer, keys = await _issuer(session), await badges.keys_in_use(session)
    published = await badges.published_list(session, list_number, issuer, keys, now=clock.now()) if keys else None
    if published is None:
        raise certificates.CertificateUnknown
    return JSONResponse(published, media_type=CREDENTIAL, headers=FRESH)


@router.get(
    "/badges/issuer",
    summary="Show who issues badges here",
    response_class=Response,
    responses=_found("application/json", "The profile of this school"),
)
async def issuer_profile(session: Reading) -> JSONResponse:
    """This school, as it stands in every badge."""
    return JSONResponse((await _issuer(session)).profile, headers=FRESH)


@router.post("/badges/keys/rotation", status_code=204, summary="Sign with new keys", responses=problems(401, 403))
async def rotate_keys(session: Writing, actor: SignedIn) -> None:
    """The private halves of the present keys are forgotten; what they signed stays verifiable. Needs `site:configure`."""
    await certificates.rotate_keys(session, actor)


@well_known.get(
    "/.well-known/did.json",
    summary="Show the keys that sign badges",
    response_class=Response,
    responses=_found(DID, "A DID document"),
)
async def did_document(session: Reading) -> JSONResponse:
    """The DID document of this installation (did:web): every key that ever signed here."""
    issuer = await _issuer(session)
    document = badges.public_document(issuer.id, await badges.public_keys(session))
    return JSONResponse(document, media_type=DID, headers=FRESH)


async def _issuer(session: AnySession) -> badges.Issuer:
    return certificates.issuer_of((await site.glance(session)).platform_name)
