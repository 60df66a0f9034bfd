"""Joining, signing in, staying signed in, and the links that we mail."""

from __future__ import annotations

from fastapi import APIRouter, Response
from pydantic import Field

from tuition import identity
from tuition.api.identity.proofs import MfaChallenge
from tuition.api.identity.shapes import (
    PASSWORD_EXAMPLE,
    Address,
    Input,
    MailedToken,
    Message,
    NewPassword,
    Secret,
    Sha256,
    TokensOut,
    refused,
)
from tuition.edge import ClientInfo, CurrentActor, EdgeRoute, SignedIn, Writing, problems
from tuition.kernel import clock

router = APIRouter(prefix="/v1/auth", tags=["Signing in"], route_class=EdgeRoute)
ON_ITS_WAY = "If this address can be used, a message is on its way to it."


class SignUpIn(Input):
    """What somebody tells to join."""

    email: Address
    password: NewPassword
    full_name: str = Field(min_length=1, max_length=200, examples=["Ada Lovelace"])
    birth_year: int = Field(ge=1, le=9999, description="31 December of that year is assumed.", examples=[1990])
    country: str = Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2.", examples=["FR"])
    terms_sha256: Sha256
    locale: str = Field(default="en", max_length=20, examples=["en"])
    time_zone: str = Field(default="UTC", max_length=64, examples=["Europe/Paris"])


class SignInIn(Input):
    """An address and its password."""

    email: Address
    password: Secret = Field(examples=[PASSWORD_EXAMPLE])


class RefreshIn(Input):
    """A refresh token."""

    refresh_token: Secret = Field(examples=["q3Jw…"])


class SignOutIn(Input):
    """What to end: the sign-in of this refresh token; without one, the sign-in of the access token that the request carries."""

    refresh_token: Secret | None = Field(default=None, examples=["q3Jw…"])


class TokenIn(Input):
    """A mailed token."""

    token: MailedToken


class AddressIn(Input):
    """An address."""

    email: Address


class ResetIn(Input):
    """A mailed token and the password that it is to set."""

    token: MailedToken
    password: NewPassword


@router.post("/sign-up", status_code=202, responses=problems(403, 429), summary="Open an account")
async def sign_up(body: SignUpIn, session: Writing, client: ClientInfo) -> Message:
    """Open an account and mail a link that proves its address.

    Show the terms first (`GET /v1/legal/terms`) and send their `sha256`: it records exactly what was accepted. Under the
    country's age of consent the answer is 403 `identity.too_young` and nothing is stored. The answer is the same when the address
    has an account already; then only its person is told.
    """
    await identity.sign_up(session, identity.Application(**body.model_dump()), ip=client.ip)
    return Message(message=ON_ITS_WAY)


@router.post("/login", include_in_schema=False, response_model=TokensOut | MfaChallenge)  # where many programs look for it
@router.post(
    "/sign-in",
    response_model=TokensOut,
    responses={202: {"model": MfaChallenge, "description": "A second proof is needed"}, **problems(401, 403, 429)},
    summary="Sign in with e-mail address and password",
)
async def sign_in(body: SignInIn, session: Writing, client: ClientInfo) -> TokensOut | Response:
    """Get the first pair of tokens of a new sign-in, or 202 with a challenge when the account asks for a second proof.

    After five failures in a row the next attempt has to wait, longer each time up to a quarter of an hour: the answer is 429 with
    `Retry-After`. A wrong password and an unknown address get the same answer.
    """
    outcome = await identity.sign_in_program(
        session, email=body.email, password=body.password, ip=client.ip, user_agent=client.user_agent
    )
    if isinstance(outcome, identity.SecondStep):
        return Response(MfaChallenge.of(outcome).model_dump_json(), status_code=202, media_type="application/json")
    return refused(outcome) if isinstance(outcome, identity.Refused) else TokensOut.of(outcome, clock.now())


@router.post("/refresh", response_model=TokensOut, responses=problems(401), summary="Exchange a refresh token")
async def refresh(body: RefreshIn, session: Writing, client: ClientInfo) -> TokensOut | Response:
    """Get the next pair of tokens. A refresh token works once.

    One that comes back after it was exchanged was copied by somebody: the whole sign-in is ended (401 `identity.refresh_reused`).
    To ask again after a lost answer, repeat the request with the same `Idempotency-Key`.
    """
    outcome = await identity.refresh(session, body.refresh_token, ip=client.ip, user_agent=client.user_agent)
    return refused(outcome) if isinstance(outcome, identity.Refused) else TokensOut.of(outcome, clock.now())


@router.post("/sign-out", status_code=204, responses=problems(401), summary="Sign out")
async def sign_out(body: SignOutIn, session: Writing, actor: CurrentActor) -> None:
    """End a sign-in at once, with all of its tokens. An unknown refresh token has nothing to end and is no error."""
    if body.refresh_token is not None:
        await identity.sign_out_by_token(session, body.refresh_token)
    elif actor is not None:
        await identity.sign_out(session, actor)


@router.post("/verify-email", status_code=204, responses=problems(410), summary="Prove an e-mail address")
async def verify_email(body: TokenIn, session: Writing) -> None:
    """Use the token of a verification link. It works once and for three days; 410 when it holds no longer."""
    await identity.verify_email(session, body.token)


@router.post("/verify-email/resend", status_code=202, responses=problems(401, 429), summary="Mail the verification link again")
async def resend(session: Writing, actor: SignedIn) -> Message:
    """Mail a new link to the account's address, if it is not proven yet. Earlier links hold no longer."""
    await identity.request_verification(session, actor.id)
    return Message(message=ON_ITS_WAY)


@router.post("/password-resets", status_code=202, responses=problems(429), summary="Ask for a new password")
async def request_reset(body: AddressIn, session: Writing, client: ClientInfo) -> Message:
    """Mail a link that sets a new password, if somebody has this address. The answer is the same if nobody has."""
    await identity.request_password_reset(session, body.email, ip=client.ip)
    return Message(message=ON_ITS_WAY)


@router.post("/password-resets/confirm", status_code=204, responses=problems(410), summary="Set a new password by a mailed link")
async def confirm_reset(body: ResetIn, session: Writing, client: ClientInfo) -> None:
    """Set the password and end every sign-in. The token works once and for an hour; 410 when it holds no longer."""
    await identity.reset_password(session, body.token, body.password, ip=client.ip)


@router.post("/email-changes/confirm", status_code=204, responses=problems(409, 410), summary="Confirm a new e-mail address")
async def confirm_email_change(body: TokenIn, session: Writing) -> None:
    """Use the token that was mailed to the new address: from now on it is the account's. The old address is told."""
    await identity.confirm_email_change(session, body.token)
