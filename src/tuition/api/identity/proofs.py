"""Second proofs and passkeys on the way in, and proving again that it is you."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from tuition import identity
from tuition.api.identity.shapes import PASSWORD_EXAMPLE, Input, Secret, TokensOut, refused
from tuition.edge import ClientInfo, EdgeRoute, SignedIn, Writing, problems, runtime_of
from tuition.kernel import clock
from tuition.platform import site

router = APIRouter(prefix="/v1/auth", tags=["Signing in"], route_class=EdgeRoute)
Token = Field(min_length=1, max_length=200, description="The challenge that is being answered.", examples=["8sJq…"])
Code = Field(min_length=1, max_length=64, description="From the authenticator app, or a recovery code.", examples=["492039"])
Credential = Field(
    description="What `navigator.credentials` returned, as JSON (`credential.toJSON()`).", examples=[{"id": "…", "response": {}}]
)


class MfaChallenge(BaseModel):
    """The password was right and a second proof is needed: answer at `POST /v1/auth/mfa`."""

    mfa_required: bool = Field(default=True, examples=[True])
    challenge: str = Field(description="Stands for the first proof. Five answers may be wrong.")
    expires_at: datetime
    ways: list[str] = Field(description="What can be given.", examples=[["code", "passkey", "recovery_code"]])

    @classmethod
    def of(cls, step: identity.SecondStep) -> MfaChallenge:
        """How a second step is asked for."""
        return cls(challenge=step.token, expires_at=step.expires_at, ways=list(step.ways))


class CodeIn(Input):
    """The challenge and a code."""

    challenge: str = Token
    code: str = Code


class ChallengeIn(Input):
    """A challenge."""

    challenge: str = Token


class PasskeyIn(Input):
    """The challenge and what a passkey signed."""

    challenge: str = Token
    credential: dict[str, Any] = Credential


class PasskeyOptions(BaseModel):
    """What to hand to `navigator.credentials`, and the challenge to send back with the answer."""

    challenge: str
    options: dict[str, Any] = Field(description="`publicKey`, with binary values as base64url.")

    @classmethod
    def of(cls, question: identity.PasskeyQuestion) -> PasskeyOptions:
        """How a question for a passkey is put."""
        return cls(challenge=question.token, options=question.options)


class ConfirmPasswordIn(Input):
    """The present password, or a code: one of the two."""

    password: Secret | None = Field(default=None, examples=[PASSWORD_EXAMPLE])
    code: str | None = Field(default=None, min_length=1, max_length=64, examples=["492039"])


async def party_of(request: Request, session: Writing) -> identity.RelyingParty:
    """Who we are to passkeys."""
    settings = await site.glance(session)
    return identity.RelyingParty.of(runtime_of(request).settings.public_url, settings.platform_name)


@router.post("/mfa", response_model=TokensOut, responses=problems(403, 410, 429), summary="Give the second proof by a code")
async def give_code(body: CodeIn, session: Writing, client: ClientInfo) -> TokensOut | Response:
    """Finish signing in with a code from the authenticator app or a recovery code.

    Each code works once; a clock may be off by 30 seconds. Five wrong ones end the challenge (410), and further ones have to
    wait, longer each time (429 `identity.second_factor_locked`), whatever machine they come from.
    """
    outcome = await identity.finish_in_program(session, body.challenge, body.code, ip=client.ip, user_agent=client.user_agent)
    return refused(outcome) if isinstance(outcome, identity.Refused) else TokensOut.of(outcome, clock.now())


@router.post("/mfa/passkey-options", responses=problems(410), summary="Ask for the second proof by a passkey")
async def second_step_options(body: ChallengeIn, request: Request, session: Writing) -> PasskeyOptions:
    """What the person's passkeys have to sign."""
    question = await identity.question_for_second_step(session, body.challenge, await party_of(request, session))
    return PasskeyOptions.of(question)


@router.post(
    "/mfa/passkey", response_model=TokensOut, responses=problems(403, 404, 410, 429), summary="Give the second proof by a passkey"
)
async def give_passkey(body: PasskeyIn, request: Request, session: Writing, client: ClientInfo) -> TokensOut | Response:
    """Finish signing in with what a passkey signed."""
    answer = identity.PasskeyAnswer(body.credential, await party_of(request, session))
    outcome = await identity.finish_in_program(session, body.challenge, answer, ip=client.ip, user_agent=client.user_agent)
    return refused(outcome) if isinstance(outcome, identity.Refused) else TokensOut.of(outcome, clock.now())


@router.post("/passkeys/options", responses=problems(), summary="Ask for a passkey")
async def passkey_options(request: Request, session: Writing) -> PasskeyOptions:
    """What a passkey has to sign to sign somebody in who types nothing. It waits for half an hour."""
    return PasskeyOptions.of(await identity.ask_for_passkey(session, await party_of(request, session)))


@router.post("/passkeys", response_model=TokensOut, responses=problems(403, 404, 410), summary="Sign in by a passkey")
async def sign_in_by_passkey(body: PasskeyIn, request: Request, session: Writing, client: ClientInfo) -> TokensOut | Response:
    """Sign in with a passkey alone. It proves the device and the person, so no second step follows."""
    answer = identity.PasskeyAnswer(body.credential, await party_of(request, session))
    outcome = await identity.passkey_in_program(session, body.challenge, answer, ip=client.ip, user_agent=client.user_agent)
    return refused(outcome) if isinstance(outcome, identity.Refused) else TokensOut.of(outcome, clock.now())


@router.post(
    "/confirm",
    status_code=204,
    response_model=None,
    responses=problems(401, 403, 429),
    summary="Prove again that it is you",
)
async def confirm(body: ConfirmPasswordIn, session: Writing, actor: SignedIn, client: ClientInfo) -> Response:
    """Make this sign-in fresh for ten minutes, by password or by code.

    What changes the protection of an account answers 403 `identity.fresh_sign_in_needed` without it. Signing in counts as well.
    """
    if body.code is not None:
        outcome = await identity.confirm_by_code(session, actor, body.code, ip=client.ip)
    else:
        outcome = await identity.confirm_by_password(session, actor, body.password or "", ip=client.ip)
    return refused(outcome) if isinstance(outcome, identity.Refused) else Response(status_code=204)


@router.post("/confirm/passkey-options", responses=problems(401, 409), summary="Ask to prove it by a passkey")
async def confirm_options(request: Request, session: Writing, actor: SignedIn) -> PasskeyOptions:
    """What one of the person's passkeys has to sign."""
    return PasskeyOptions.of(await identity.ask_to_confirm(session, actor, await party_of(request, session)))


@router.post(
    "/confirm/passkey",
    status_code=204,
    response_model=None,
    responses=problems(401, 403, 404, 410),
    summary="Prove it by a passkey",
)
async def confirm_by_passkey(
    body: PasskeyIn, request: Request, session: Writing, actor: SignedIn, client: ClientInfo
) -> Response:
    """Make this sign-in fresh for ten minutes by what a passkey signed."""
    answer = identity.PasskeyAnswer(body.credential, await party_of(request, session))
    outcome = await identity.confirm_by_passkey(session, actor, body.challenge, answer, ip=client.ip)
    return refused(outcome) if isinstance(outcome, identity.Refused) else Response(status_code=204)
