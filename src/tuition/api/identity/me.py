"""One's own account."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from tuition import identity
from tuition.api.identity.auth import ON_ITS_WAY
from tuition.api.identity.shapes import PASSWORD_EXAMPLE, Address, Input, Message, NewPassword, PersonOut, Secret, Sha256, refused
from tuition.edge import ClientInfo, EdgeRoute, PageOut, Reading, SignedIn, Writing, problems
from tuition.platform.database import AnySession

router = APIRouter(prefix="/v1/me", tags=["My account"], route_class=EdgeRoute)


class ProfileIn(Input):
    """What is to change; what is left out stays, an empty text empties."""

    full_name: str | None = Field(default=None, max_length=200, examples=["Ada King"])
    bio: str | None = Field(default=None, max_length=2_000, examples=["I teach engines."])
    profile_image_url: str | None = Field(default=None, max_length=2_000, examples=["https://example.org/ada.jpg"])
    locale: str | None = Field(default=None, max_length=20, examples=["ar"])
    time_zone: str | None = Field(default=None, max_length=64, examples=["Africa/Cairo"])
    country: str | None = Field(default=None, max_length=2, examples=["EG"])
    currency: str | None = Field(default=None, max_length=3, examples=["EGP"])
    preferences: dict[str, Any] | None = Field(default=None, examples=[{"learning_style": "examples first", "pace": "slow"}])
    onboarding_completed: bool | None = None


class EmailIn(Input):
    """The address that is to become the account's, and the present password unless the sign-in is fresh."""

    email: Address
    current_password: Secret | None = Field(default=None, examples=[PASSWORD_EXAMPLE])


class PasswordIn(Input):
    """The next password, and the present one unless the sign-in is fresh."""

    current_password: Secret | None = Field(default=None, examples=[PASSWORD_EXAMPLE])
    new_password: NewPassword


class ConfirmIn(Input):
    """The present password, unless the sign-in is fresh."""

    current_password: Secret | None = Field(default=None, examples=[PASSWORD_EXAMPLE])


class AcceptIn(Input):
    """The terms of use that were shown and accepted."""

    terms_sha256: Sha256


class CreatorIn(Input):
    """The creators' terms that were shown and accepted, and a few words about oneself."""

    terms_sha256: Sha256
    bio: str = Field(default="", max_length=2_000, examples=["I teach engines."])


class SignInOut(BaseModel):
    """A device that is signed in."""

    id: UUID
    kind: str = Field(description="`browser` or `api`.", examples=["browser"])
    method: str = Field(
        description="How it was proven: `password`, `second_factor`, `recovery_code`, `passkey`, `openid` or `vouched`.",
        examples=["password"],
    )
    user_agent: str
    ip: str | None
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    is_current: bool = Field(description="Whether this very request came by it.")


class AgreementOut(BaseModel):
    """A text that the person accepted."""

    kind: str = Field(examples=["terms"])
    version: str = Field(examples=["1"])
    locale: str = Field(examples=["en"])
    text_sha256: str
    accepted_at: datetime


async def _me(session: AnySession, actor: identity.Actor) -> PersonOut:
    user = await identity.get_person_for(session, actor, actor.id)
    roles = await identity.roles_of(session, [actor.id])
    return PersonOut.of(user, roles.get(actor.id, frozenset()))


@router.get("", responses=problems(401), summary="Show my account")
async def show(session: Reading, actor: SignedIn) -> PersonOut:
    """The account of whoever asks."""
    return await _me(session, actor)


@router.patch("", responses=problems(401, 403), summary="Change my profile")
async def change(body: ProfileIn, session: Writing, actor: SignedIn) -> PersonOut:
    """Change what is sent, leave the rest. A country with a higher age of consent may be refused (403)."""
    await identity.change_profile(session, actor, identity.ProfileChange(**body.model_dump()))
    return await _me(session, actor)


@router.post(
    "/email", status_code=202, response_model=Message, responses=problems(401, 403, 429), summary="Change my e-mail address"
)
async def change_email(body: EmailIn, session: Writing, actor: SignedIn, client: ClientInfo) -> Message | Response:
    """Mail a link to the new address; until it is used, the old one holds. Afterwards the old one is told."""
    if body.current_password is None:
        identity.require_fresh(actor)
    outcome = await identity.request_email_change(
        session, actor, new_address=body.email, current_password=body.current_password, ip=client.ip
    )
    return refused(outcome) if outcome is not None else Message(message=ON_ITS_WAY)


@router.put("/password", status_code=204, response_model=None, responses=problems(401, 403, 429), summary="Change my password")
async def change_password(body: PasswordIn, session: Writing, actor: SignedIn, client: ClientInfo) -> Response:
    """Set another password. Every other sign-in is ended."""
    if body.current_password is None:
        identity.require_fresh(actor)
    outcome = await identity.change_password(
        session, actor, current_password=body.current_password, new_password=body.new_password, ip=client.ip
    )
    return refused(outcome) if outcome is not None else Response(status_code=204)


@router.get("/sign-ins", responses=problems(401), summary="List where I am signed in")
async def sign_ins(session: Reading, actor: SignedIn) -> PageOut[SignInOut]:
    """Every device that is signed in at the moment, the last seen first (up to 100)."""
    found = await identity.list_sign_ins(session, actor)
    items = [
        SignInOut(
            id=one.id,
            kind=one.kind,
            method=one.method,
            user_agent=one.user_agent,
            ip=None if one.ip is None else str(one.ip),
            created_at=one.created_at,
            last_seen_at=one.last_seen_at,
            expires_at=one.expires_at,
            is_current=one.id == actor.sign_in_id,
        )
        for one in found
    ]
    return PageOut[SignInOut](items=items)


@router.delete("/sign-ins/{sign_in_id}", status_code=204, responses=problems(401, 404), summary="End one of my sign-ins")
async def end_sign_in(sign_in_id: UUID, session: Writing, actor: SignedIn) -> None:
    """End a sign-in at once, with its cookie or its tokens."""
    await identity.end_sign_in(session, actor, sign_in_id)


@router.get("/agreements", responses=problems(401), summary="List what I agreed to")
async def agreements(session: Reading, actor: SignedIn) -> PageOut[AgreementOut]:
    """Every text that was accepted, the newest first (up to 100). Read one at `GET /v1/legal/{kind}/versions/{version}`."""
    found = await identity.acceptances_of(session, actor.id)
    return PageOut[AgreementOut](items=[AgreementOut.model_validate(one, from_attributes=True) for one in found])


@router.post("/terms", status_code=204, responses=problems(401, 422), summary="Accept the present terms")
async def accept_terms(body: AcceptIn, session: Writing, actor: SignedIn, client: ClientInfo) -> None:
    """After the terms of use have changed: agree to exactly the text of `GET /v1/legal/terms` in your language.

    Until then whatever costs money is refused with 403 `identity.terms_changed`.
    """
    await identity.accept_terms(session, actor, text_sha256=body.terms_sha256, ip=client.ip)


@router.post("/creator", responses=problems(401, 403), summary="Become a creator")
async def become_creator(body: CreatorIn, session: Writing, actor: SignedIn, client: ClientInfo) -> PersonOut:
    """Accept the creators' terms (`GET /v1/legal/creator-terms`) and publish from now on. Needs a verified address."""
    await identity.become_creator(session, actor, terms_sha256=body.terms_sha256, bio=body.bio, ip=client.ip)
    return await _me(session, actor)


@router.post(
    "/deactivate", status_code=204, response_model=None, responses=problems(401, 403, 409, 429), summary="Close my account"
)
async def deactivate(body: ConfirmIn, session: Writing, actor: SignedIn, client: ClientInfo) -> Response:
    """Close the account and end every sign-in. What was bought stays recorded; the owner can open the account again."""
    if body.current_password is None:
        identity.require_fresh(actor)
    outcome = await identity.deactivate(session, actor, current_password=body.current_password, ip=client.ip)
    return refused(outcome) if outcome is not None else Response(status_code=204)
