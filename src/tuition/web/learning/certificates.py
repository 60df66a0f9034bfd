"""A learner's certificates: print them, show them, decide what they say."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from tuition.edge import EdgeRoute, Reading, SignedIn, Writing
from tuition.kernel import clock
from tuition.learning import certificates
from tuition.learning.certificates import Certificate
from tuition.platform import paging
from tuition.web.rendering import render, see_other, with_query
from tuition.web.rendering import translate as _

router = APIRouter(prefix="/learning/certificates", route_class=EdgeRoute, include_in_schema=False)
PAGE = 20


def standing_of(certificate: Certificate) -> str:
    """What it is worth now."""
    now = clock.now()
    return certificates.standing(revoked_at=certificate.revoked_at, expires_at=certificate.expires_at, now=now).value


def page_url(certificate: Certificate) -> str:
    """The address to share."""
    return certificates.issuer_of(certificate.school_name).page_of(certificate.certificate_number)


@router.get("")
async def page(
    request: Request,
    session: Reading,
    actor: SignedIn,
    cursor: Annotated[str, Query(max_length=paging.CURSOR_LENGTH_MAX)] = "",
) -> Response:
    """Newest first."""
    found = await certificates.certificates_of(session, actor.id, limit=PAGE, cursor=cursor or None)
    return render(
        request,
        "learning/certificates/page.html",
        certificates=found.items,
        standing_of=standing_of,
        page_url=page_url,
        next_href=with_query(request, cursor=found.next_cursor) if found.next_cursor else None,
    )


@router.post("/{number}/name")
async def choose_name(
    number: str, request: Request, session: Writing, actor: SignedIn, shown: Annotated[str, Form()] = ""
) -> Response:
    """Say in public whose it is, or not."""
    certificate = await certificates.show_name(session, actor, number, shown=shown == "yes")
    say = _("Your name is shown.") if certificate.shows_name else _("Your name is not shown any more.")
    return see_other(request, "/learning/certificates", say=say)
