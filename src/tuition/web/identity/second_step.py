"""The second step of signing in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from tuition import identity
from tuition.edge import EdgeRoute, Writing, status_of
from tuition.kernel import DomainError
from tuition.web.identity.forms import SECOND_STEP_COOKIE, beside, device_of, let_in, party_of, spoken
from tuition.web.identity.signing_in import sign_in_page
from tuition.web.rendering import render
from tuition.web.site.appearance import local_path

router = APIRouter(prefix="/sign-in/second", route_class=EdgeRoute, include_in_schema=False)
To = Annotated[str, Query(alias="next")]
ToField = Annotated[str, Form(alias="next")]


def _token(request: Request) -> str:
    return request.cookies.get(SECOND_STEP_COOKIE, "")[:100]


async def _page(request: Request, session: Writing, *, to: str, way: str = "", error: DomainError | None = None) -> Response:
    try:
        step = await identity.second_step_of(session, _token(request))
    except identity.ChallengeExpired as over:
        # What was wrong last says more than that there is no further try.
        return sign_in_page(request, to=to, error=over)
    shown = way if way in step.ways else next(iter(step.ways), "code")
    return render(
        request,
        "identity/entering/second_step.html",
        status=200 if error is None else status_of(error),
        step=step,
        way=shown,
        next=to,
        errors={} if error is None else spoken(request, {beside(error): error}),
    )


@router.get("")
async def second_step(request: Request, session: Writing, to: To = "/", way: str = "") -> Response:
    """What can be given, one at a time."""
    return await _page(request, session, to=local_path(to), way=way)


@router.post("")
async def give_code(
    request: Request, session: Writing, code: Annotated[str, Form()] = "", way: Annotated[str, Form()] = "", to: ToField = "/"
) -> Response:
    """Give a code from the app or from paper."""
    return await _finish(request, session, code, to=local_path(to), way=way)


@router.post("/passkey")
async def give_passkey(
    request: Request, session: Writing, credential: Annotated[str, Form()] = "", to: ToField = "/"
) -> Response:
    """Give what a passkey signed."""
    answer = identity.PasskeyAnswer(credential, party_of(request))
    return await _finish(request, session, answer, to=local_path(to), way="passkey")


async def _finish(request: Request, session: Writing, proof: str | identity.PasskeyAnswer, *, to: str, way: str) -> Response:
    try:
        outcome = await identity.finish_in_browser(session, _token(request), proof, **device_of(request))
    except identity.ChallengeExpired as error:
        return sign_in_page(request, to=to, error=error)
    if isinstance(outcome, identity.Refused):
        return await _page(request, session, to=to, way=way, error=outcome.error)
    return await let_in(request, session, outcome, to)
