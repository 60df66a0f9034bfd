"""How one's own account is protected: the second step, passkeys, linked accounts, API keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from tuition import identity
from tuition.api.identity.proofs import PasskeyOptions, party_of
from tuition.api.identity.shapes import Input, refused
from tuition.edge import ClientInfo, EdgeRoute, Fresh, PageOut, Reading, Services, SignedIn, Writing, problems
from tuition.platform import site

router = APIRouter(prefix="/v1/me", tags=["My account"], route_class=EdgeRoute)
FRESH = "Needs a fresh sign-in (`POST /v1/auth/confirm`)."


class ProtectionOut(BaseModel):
    """How the account is protected."""

    mfa_enabled: bool = Field(description="Whether signing in by password asks for a second proof.")
    mfa_required: bool = Field(description="Whether one of the person's roles must have it.")
    mfa_required_from: datetime | None = Field(description="Until when it may wait; null: not any longer.")
    authenticator_since: datetime | None
    passkeys: int
    recovery_codes_left: int
    has_password: bool


class SetupOut(BaseModel):
    """What an authenticator app has to learn."""

    secret: str = Field(description="To type, in Base32.", examples=["JBSWY3DPEHPK3PXP"])
    address: str = Field(
        description="To show as a QR code.", examples=["otpauth://totp/Wave%20School:ada%40example.org?secret=…"]
    )


class FirstCodeIn(Input):
    """The first code of the app that is being set up."""

    code: str = Field(min_length=1, max_length=64, examples=["492039"])


class CodesOut(BaseModel):
    """Recovery codes, shown this once. Empty when the ones from before still work."""

    recovery_codes: list[str] = Field(examples=[["abcd-efgh-jkmn"]])


class PasskeyOut(BaseModel):
    """A passkey."""

    id: UUID
    name: str = Field(examples=["Chrome, Android"])
    transports: list[str] = Field(examples=[["hybrid", "internal"]])
    is_synced: bool = Field(description="Whether a copy is kept by the maker's cloud.")
    created_at: datetime
    last_used_at: datetime | None


class NewPasskeyIn(Input):
    """What the browser made."""

    challenge: str = Field(min_length=1, max_length=200, examples=["8sJq…"])
    credential: dict[str, Any] = Field(examples=[{"id": "…", "response": {}}])
    name: str = Field(default="", max_length=200, examples=["My phone"])


class NameIn(Input):
    """A name."""

    name: str = Field(max_length=200, examples=["My phone"])


class IdentityOut(BaseModel):
    """An account at another provider that opens this one."""

    id: UUID
    provider: str = Field(examples=["school"])
    email: str | None
    created_at: datetime
    last_used_at: datetime | None


class ApiKeyOut(BaseModel):
    """A key by which a script acts for its person."""

    id: UUID
    name: str = Field(examples=["Enrolment from our office"])
    prefix: str = Field(description="How it begins.", examples=["tuk_q3JwZ8kd"])
    scopes: list[str] = Field(examples=[["people:manage"]])
    is_read_only: bool
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class NewApiKeyOut(ApiKeyOut):
    """A new key with its text, which is shown this once."""

    key: str = Field(description="Send it as `Authorization: Bearer …`.", examples=["tuk_q3JwZ8kd…"])


class ApiKeyIn(Input):
    """What a key is for and what it may do."""

    name: str = Field(max_length=200, examples=["Enrolment from our office"])
    scopes: list[str] = Field(
        default=[],
        max_length=100,
        description="Permissions that you have, `own:read`, `own:write`. None: it opens nothing.",
        examples=[["own:read"]],
    )
    is_read_only: bool = Field(default=False, description="Whether it may look and change nothing.")
    days: int | None = Field(default=None, description="How long it works; null: until it is revoked.", examples=[365])


class EndedOut(BaseModel):
    """How many were ended."""

    ended: int = Field(examples=[2])


@router.get("/mfa", responses=problems(401), summary="Show how my account is protected")
async def protection(session: Reading, actor: SignedIn) -> ProtectionOut:
    """Whether a second step is on, whether it has to be, and what could be given."""
    found = await identity.protection_of(session, actor.id, actor.roles)
    return ProtectionOut(
        mfa_enabled=found.is_on,
        mfa_required=found.is_required,
        mfa_required_from=found.required_from,
        authenticator_since=found.authenticator_since,
        passkeys=found.passkeys,
        recovery_codes_left=found.codes_left,
        has_password=found.has_password,
    )


@router.post(
    "/mfa/authenticator", responses=problems(401, 403), summary="Begin to set up an authenticator app", description=FRESH
)
async def begin_authenticator(session: Writing, actor: Fresh) -> SetupOut:
    """A new secret. It counts once a code has confirmed it; the app from before counts until then."""
    settings = await site.glance(session)
    setup = await identity.begin_authenticator(session, actor, issuer=settings.platform_name, anew=True)
    return SetupOut(secret=setup.secret, address=setup.address)


@router.post(
    "/mfa/authenticator/confirm",
    response_model=CodesOut,
    responses=problems(401, 403, 409, 429),
    summary="Turn the second step on",
    description=f"Let the app count from now on, by its first code. The first time, ten recovery codes come with it. {FRESH}",
)
async def confirm_authenticator(body: FirstCodeIn, session: Writing, actor: Fresh, client: ClientInfo) -> CodesOut | Response:
    """Let the app count from now on."""
    outcome = await identity.confirm_authenticator(session, actor, body.code, ip=client.ip)
    return refused(outcome) if isinstance(outcome, identity.Refused) else CodesOut(recovery_codes=outcome)


@router.post(
    "/mfa/passkeys", responses=problems(401, 403, 409), summary="Turn the second step on with passkeys", description=FRESH
)
async def ask_for_passkeys(session: Writing, actor: Fresh, client: ClientInfo) -> CodesOut:
    """Ask for a passkey after the password."""
    return CodesOut(recovery_codes=await identity.ask_for_passkeys(session, actor, ip=client.ip))


@router.post("/mfa/recovery-codes", responses=problems(401, 403, 409), summary="Make new recovery codes", description=FRESH)
async def make_codes(session: Writing, actor: Fresh, client: ClientInfo) -> CodesOut:
    """Ten new codes; the old ones work no longer."""
    return CodesOut(recovery_codes=await identity.make_recovery_codes(session, actor, ip=client.ip))


@router.delete("/mfa", status_code=204, responses=problems(401, 403, 409), summary="Turn the second step off", description=FRESH)
async def turn_off(session: Writing, actor: Fresh, client: ClientInfo) -> None:
    """Forget the app and the recovery codes. Passkeys stay."""
    await identity.turn_off_second_factor(session, actor, ip=client.ip)


@router.get("/passkeys", responses=problems(401), summary="List my passkeys")
async def passkeys(session: Reading, actor: SignedIn) -> PageOut[PasskeyOut]:
    """Every passkey (up to 20), the first one first."""
    found = await identity.list_passkeys(session, actor.id)
    return PageOut[PasskeyOut](items=[PasskeyOut.model_validate(one, from_attributes=True) for one in found])


@router.post("/passkeys/options", responses=problems(401, 403, 409), summary="Begin to add a passkey", description=FRESH)
async def register_options(request: Request, session: Writing, actor: Fresh) -> PasskeyOptions:
    """What to hand to `navigator.credentials.create`."""
    return PasskeyOptions.of(await identity.ask_to_register(session, actor, await party_of(request, session)))


@router.post("/passkeys", status_code=201, responses=problems(401, 403, 409, 410), summary="Add a passkey", description=FRESH)
async def add_passkey(body: NewPasskeyIn, request: Request, session: Writing, actor: Fresh, client: ClientInfo) -> PasskeyOut:
    """Keep what the browser made."""
    answer = identity.PasskeyAnswer(body.credential, await party_of(request, session))
    made = await identity.add_passkey(session, actor, body.challenge, answer, name=body.name, ip=client.ip)
    return PasskeyOut.model_validate(made, from_attributes=True)


@router.patch("/passkeys/{passkey_id}", responses=problems(401, 404), summary="Rename a passkey")
async def rename_passkey(passkey_id: UUID, body: NameIn, session: Writing, actor: SignedIn) -> PasskeyOut:
    """Call it something else."""
    named = await identity.rename_passkey(session, actor, passkey_id, body.name)
    return PasskeyOut.model_validate(named, from_attributes=True)


@router.delete(
    "/passkeys/{passkey_id}",
    status_code=204,
    responses=problems(401, 403, 404, 409),
    summary="Remove a passkey",
    description=f"The only way in, and the only second step of an account that needs one, stay (409). {FRESH}",
)
async def remove_passkey(passkey_id: UUID, session: Writing, actor: Fresh, client: ClientInfo) -> None:
    """Accept it no longer."""
    await identity.remove_passkey(session, actor, passkey_id, ip=client.ip)


@router.get("/identities", responses=problems(401), summary="List my linked accounts")
async def identities(session: Reading, actor: SignedIn) -> PageOut[IdentityOut]:
    """The accounts at other providers that open this one. They are linked on the pages, by going there."""
    found = await identity.list_identities(session, actor.id)
    return PageOut[IdentityOut](items=[IdentityOut.model_validate(one, from_attributes=True) for one in found])


@router.delete(
    "/identities/{identity_id}",
    status_code=204,
    responses=problems(401, 403, 404, 409),
    summary="Unlink an account",
    description=FRESH,
)
async def unlink(identity_id: UUID, session: Writing, actor: Fresh, client: ClientInfo, services: Services) -> None:
    """Let it open this account no longer."""
    linked = {one.id: one.provider for one in await identity.list_identities(session, actor.id)}
    names = {one.id: one.name for one in services.settings.openid_providers}
    provider = linked.get(identity_id, "")
    await identity.unlink_identity(session, actor, identity_id, name=names.get(provider, provider), ip=client.ip)


@router.get("/api-keys", responses=problems(401), summary="List my API keys")
async def api_keys(session: Reading, actor: SignedIn) -> PageOut[ApiKeyOut]:
    """Every key that was not revoked, the newest first (up to 50)."""
    found = await identity.list_api_keys(session, actor)
    return PageOut[ApiKeyOut](items=[ApiKeyOut.model_validate(one, from_attributes=True) for one in found])


@router.post("/api-keys", status_code=201, responses=problems(401, 403, 409), summary="Make an API key", description=FRESH)
async def make_api_key(body: ApiKeyIn, session: Writing, actor: Fresh, client: ClientInfo) -> NewApiKeyOut:
    """A key for a script: it acts for you, of what needs a permission only within its scopes, and never where this is needed."""
    made = await identity.make_api_key(
        session,
        actor,
        name=body.name,
        scopes=body.scopes,
        is_read_only=body.is_read_only,
        days=body.days,
        ip=client.ip,
    )
    shown = ApiKeyOut.model_validate(made.key, from_attributes=True)
    return NewApiKeyOut(**shown.model_dump(), key=made.text)


@router.delete("/api-keys/{key_id}", status_code=204, responses=problems(401, 404), summary="Revoke an API key")
async def revoke_api_key(key_id: UUID, session: Writing, actor: SignedIn, client: ClientInfo) -> None:
    """Let it open nothing from now on."""
    await identity.revoke_api_key(session, actor, key_id, ip=client.ip)


@router.delete("/sign-ins", responses=problems(401), summary="End my other sign-ins")
async def end_others(session: Writing, actor: SignedIn) -> EndedOut:
    """Sign out everywhere but here."""
    return EndedOut(ended=await identity.end_other_sign_ins(session, actor))
