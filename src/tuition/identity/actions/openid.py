"""Signing in with an account at another provider: going there, coming back, joining, linking, unlinking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from tuition.identity import errors, events, legal
from tuition.identity.actions.accounts.joining import admit, require_open
from tuition.identity.actions.factors import challenges
from tuition.identity.actions.factors.fresh import note_confirmed
from tuition.identity.actions.factors.second_factor import count_passkeys, has_password
from tuition.identity.actions.outcomes import BrowserSignIn, Confirmed, Refused, SecondStep
from tuition.identity.actions.signing_in import ask_second, closed, open_browser
from tuition.identity.actor import Actor, UserStatus
from tuition.identity.adapters.openid import LEEWAY, Claims
from tuition.identity.events import SecurityNews
from tuition.identity.models import OAuthIdentity, User
from tuition.identity.rules.factors import ChallengePurpose, may_remove_way_in
from tuition.identity.rules.people import Application, refusals
from tuition.identity.rules.sign_ins import COOKIE_LIFETIME, SignInMethod, machine_address
from tuition.kernel import DomainError, clock, new_id
from tuition.platform import audit, secrets
from tuition.platform.database import AnySession, Session
from tuition.platform.events import publish


class Intent(StrEnum):
    """What somebody is sent to a provider for."""

    SIGN_IN = "sign_in"
    LINK = "link"
    """To link an account there to the one here."""
    CONFIRM = "confirm"
    """To prove again who they are."""


@dataclass(frozen=True, slots=True)
class Departure:
    """What goes along in the address (``state``, ``nonce``, and the hash of ``verifier``), and what the browser keeps here."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    browser: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody is back from where we had sent them."""

    provider: str
    intent: Intent
    person_id: UUID | None
    to: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    left_at: datetime


@dataclass(frozen=True, slots=True)
class Linked:
    """The account at the provider belongs to the one here from now on."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """The provider has vouched for somebody who has no account here; the token stands for its word while they join."""

    token: str = field(repr=False)
    provider: str
    email: str
    email_verified: bool
    name: str
    to: str


async def depart(session: Session, provider: str, intent: Intent, *, actor: Actor | None = None, to: str = "/") -> Departure:
    """Remember that somebody goes to a provider, and what they must bring back."""
    away = Departure(*(secrets.new_token() for _ in range(4)))
    details = {
        "provider": provider,
        "intent": intent.value,
        "to": to,
        "nonce": away.nonce,
        "verifier": away.verifier,
        "browser": secrets.hash_token(away.browser),
    }
    state, _ = await challenges.ask(session, ChallengePurpose.OPENID, person_id=actor.id if actor else None, details=details)
    return replace(away, state=state)


async def come_back(session: Session, provider: str, *, state: str, browser: str) -> Arrival:
    """Recognise somebody who comes back, once, in the browser that left. Raises ``ChallengeExpired``."""
    challenge = await challenges.waiting(session, state, ChallengePurpose.OPENID)
    details = challenges.details_of(challenge)
    if details["provider"] != provider or not secrets.same(details["browser"], secrets.hash_token(browser)):
        raise errors.ChallengeExpired
    challenges.answered(challenge)
    return Arrival(
        provider=provider,
        intent=Intent(details["intent"]),
        person_id=challenge.user_id,
        to=details["to"],
        nonce=details["nonce"],
        verifier=details["verifier"],
        left_at=challenge.created_at,
    )


async def sign_in_with(
    session: Session,
    claims: Claims,
    *,
    name: str,
    to: str = "/",
    ip: str = "",
    user_agent: str = "",
    lifetime: timedelta = COOKIE_LIFETIME,
    device: str = "",
) -> BrowserSignIn | SecondStep | Newcomer | Refused:
    """Sign in whoever has linked this account. ``name`` is what people call the provider.

    An account here with the same address is not linked by that alone: raises ``IdentityUnlinked`` when the provider vouches for
    the address (its person may know), and lets others join, which tells them nothing; ``SignUpClosed`` when nobody may.
    """
    linked = await session.scalar(
        select(OAuthIdentity)
        .where(OAuthIdentity.issuer == claims.issuer, OAuthIdentity.subject == claims.subject)
        .with_for_update()
    )
    if linked is None:
        return await _newcomer(session, claims, name=name, to=to)
    user = (await session.scalars(select(User).where(User.id == linked.user_id))).one()
    if user.status != UserStatus.ACTIVE:
        return Refused(closed(user))
    linked.last_used_at, linked.email = clock.now(), claims.email or None
    if user.mfa_enabled:
        return await ask_second(session, user.id)
    return await open_browser(
        session,
        user.id,
        ip=ip,
        user_agent=user_agent,
        lifetime=lifetime,
        device=device,
        method=SignInMethod.OPENID,
        proven_at=claims.proven_at and min(claims.proven_at, clock.now()),
    )


async def newcomer_of(session: Session, token: str) -> Newcomer:
    """Who is joining by this token. Raises ``ChallengeExpired``."""
    challenge = await challenges.waiting(session, token, ChallengePurpose.OPENID_SIGN_UP)
    return _newcomer_from(token, challenges.details_of(challenge))


async def newcomer_refusals(session: AnySession, application: Application) -> dict[str, DomainError]:
    """Everything that is wrong with a newcomer's application, by field. There is no password to judge."""
    terms = await legal.current_text(session, "terms", application.locale)
    found = refusals(application, terms_sha256=terms.sha256, now=clock.now())
    found.pop("password", None)
    return found


async def join_with(session: Session, token: str, application: Application, *, ip: str = "") -> UUID | None:
    """Open an account for a newcomer, linked to the provider's; no password opens it.

    An address counts as proven only if the provider said so, and then nothing else can be put in its place. Returns whose account
    it is, or ``None`` when the address has to be proven by mail first: the same answer whether it had an account or not.
    Raises the first refusal, ``ChallengeExpired``, ``IdentityTaken``.
    """
    challenge = await challenges.waiting(session, token, ChallengePurpose.OPENID_SIGN_UP)
    details = challenges.details_of(challenge)
    if details["email_verified"]:
        application = replace(application, email=details["email"])
    for refusal in (await newcomer_refusals(session, application)).values():
        raise refusal
    challenges.answered(challenge)
    verified = bool(details["email_verified"])
    person_id = await admit(session, application, password_hash=None, is_verified=verified, ip=ip)
    if person_id is None:
        if verified:
            raise errors.IdentityUnlinked(provider=details["name"])
        return None
    await _link(session, person_id, _claims_from(details), name=details["name"])
    await audit.record(session, person_id, "identity.joined_with", subject=("user", person_id), ip=machine_address(ip))
    return person_id if verified else None


async def link_identity(session: Session, actor: Actor, claims: Claims, *, name: str, ip: str = "") -> Linked:
    """Let an account at a provider open the actor's. Raises ``IdentityTaken``, ``IdentityLinked``."""
    other = await session.scalar(
        select(OAuthIdentity.subject).where(OAuthIdentity.user_id == actor.id, OAuthIdentity.provider == claims.provider)
    )
    if other is not None and other != claims.subject:
        raise errors.IdentityLinked(provider=name)
    if other is None:
        await _link(session, actor.id, claims, name=name)
        details = {"provider": claims.provider}
        subject = ("user", actor.id)
        await audit.record(session, actor.id, "identity.linked", subject=subject, details=details, ip=machine_address(ip))
        await publish(session, events.SecurityChanged(actor.id, SecurityNews.IDENTITY_LINKED, {"name": name}))
    return Linked()


async def confirm_with(session: Session, actor: Actor, claims: Claims, *, name: str, since: datetime, ip: str = "") -> Confirmed:
    """Prove it by a linked account, to whose provider the actor proved themselves ``since`` they left.

    Raises ``IdentityUnknown`` for one that is not linked to the actor, ``ProofNotFresh`` where the provider does not say so
    (``auth_time``; OpenID Connect Core, section 3.1.2.1).
    """
    known = await session.scalar(
        select(OAuthIdentity.id).where(
            OAuthIdentity.user_id == actor.id, OAuthIdentity.issuer == claims.issuer, OAuthIdentity.subject == claims.subject
        )
    )
    if known is None:
        raise errors.IdentityUnknown
    if claims.proven_at is None or claims.proven_at < since - LEEWAY:
        raise errors.ProofNotFresh(provider=name)
    return await note_confirmed(session, actor, "openid", ip=ip)


async def unlink_identity(session: Session, actor: Actor, identity_id: UUID, *, name: str, ip: str = "") -> None:
    """Let it open the account no longer. Raises ``IdentityUnknown``, ``LastWayIn``."""
    user = (await session.scalars(select(User).where(User.id == actor.id).with_for_update())).one()
    mine = await session.scalars(select(OAuthIdentity).where(OAuthIdentity.user_id == user.id))
    linked = {one.id: one for one in mine}
    if identity_id not in linked:
        raise errors.IdentityUnknown
    passkeys = await count_passkeys(session, user.id)
    if not may_remove_way_in(has_password=has_password(user), other_passkeys=passkeys, other_identities=len(linked) - 1):
        raise errors.LastWayIn
    await session.delete(linked[identity_id])
    details = {"provider": linked[identity_id].provider}
    subject = ("user", user.id)
    await audit.record(session, user.id, "identity.unlinked", subject=subject, details=details, ip=machine_address(ip))
    await publish(session, events.SecurityChanged(user.id, SecurityNews.IDENTITY_UNLINKED, {"name": name}))


async def list_identities(session: AnySession, person_id: UUID) -> list[OAuthIdentity]:
    """The accounts at other providers that open this one."""
    rows = await session.scalars(select(OAuthIdentity).where(OAuthIdentity.user_id == person_id).order_by(OAuthIdentity.provider))
    return list(rows)


async def _newcomer(session: Session, claims: Claims, *, name: str, to: str) -> Newcomer:
    if claims.email_verified and claims.email:
        known = await session.scalar(select(User.id).where(func.lower(User.email) == claims.email.strip().lower()))
        if known is not None:
            raise errors.IdentityUnlinked(provider=name)
    await require_open(session)
    details = {
        "provider": claims.provider,
        "issuer": claims.issuer,
        "subject": claims.subject,
        "email": claims.email.strip(),
        "email_verified": claims.email_verified and bool(claims.email.strip()),
        "person": claims.name,
        "name": name,
        "to": to,
    }
    token, _ = await challenges.ask(session, ChallengePurpose.OPENID_SIGN_UP, details=details)
    return _newcomer_from(token, details)


def _newcomer_from(token: str, details: Mapping[str, Any]) -> Newcomer:
    return Newcomer(
        token=token,
        provider=details["name"],
        email=details["email"],
        email_verified=details["email_verified"],
        name=details["person"],
        to=details["to"],
    )


def _claims_from(details: Mapping[str, Any]) -> Claims:
    return Claims(details["provider"], details["issuer"], details["subject"], details["email"], details["email_verified"])


async def _link(session: Session, person_id: UUID, claims: Claims, *, name: str) -> None:
    now = clock.now()
    statement = insert(OAuthIdentity).values(
        id=new_id(),
        user_id=person_id,
        provider=claims.provider,
        issuer=claims.issuer,
        subject=claims.subject,
        email=claims.email or None,
        last_used_at=now,
        created_at=now,
    )
    made = await session.scalars(statement.on_conflict_do_nothing().returning(OAuthIdentity.id))
    if made.one_or_none() is None:
        raise errors.IdentityTaken(provider=name)
