"""Is this certificate real? A page for everybody who holds one in their hand."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from tuition.edge import ClientInfo, EdgeRoute, Reading, Services
from tuition.kernel import clock
from tuition.learning import certificates
from tuition.platform import rates
from tuition.web.rendering import render

router = APIRouter(prefix="/verify", route_class=EdgeRoute, include_in_schema=False)
LOOKS_PER_MINUTE = 30


@router.get("")
async def ask(request: Request, number: Annotated[str, Query(max_length=200)] = "") -> Response:
    """The form, and from it to the answer."""
    if number.strip():
        wanted = number.strip()[: certificates.NUMBER_LENGTH_MAX]
        return RedirectResponse(f"/verify/{quote(certificates.read_number(wanted) or wanted, safe='')}", status_code=303)
    return render(request, "learning/verify/ask.html", typed="")


@router.get("/{number}")
async def answer(
    number: Annotated[str, Path(max_length=200)], request: Request, session: Reading, services: Services, client: ClientInfo
) -> Response:
    """Valid, expired, revoked or unknown; and what its owner lets it say."""
    await rates.hit(services.database, f"verify:{client.ip}", limit=LOOKS_PER_MINUTE, per_s=60)
    certificate = await certificates.find_by_number(session, number)
    if certificate is None:
        return render(request, "learning/verify/ask.html", status=404, typed=number[: certificates.NUMBER_LENGTH_MAX])
    issuer = certificates.issuer_of(certificate.school_name)
    return render(
        request,
        "learning/verify/answer.html",
        certificate=certificate,
        standing=certificates.standing(
            revoked_at=certificate.revoked_at, expires_at=certificate.expires_at, now=clock.now()
        ).value,
        holder=certificate.recipient_name if certificate.shows_name else "",
        page_url=issuer.page_of(certificate.certificate_number),
        files=f"/v1/certificates/{certificate.certificate_number}",
    )
