"""Signing in, staying signed in, and ending it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update

from tuition.identity import errors, events
from tuition.identity.actions.factors import challenges, codes
from tuition.identity.actions.outcomes import BrowserSignIn, Refused, SecondStep, Tokens
from tuition.identity.actions.proofs import throttling
from tuition.identity.actions.proofs.hashing import hash_password, is_outdated, verify_password
from tuition.identity.actor import Actor, UserStatus
from tuition.identity.events import SecurityNews
from tuition.identity.models import Passkey, RefreshToken, SignIn, User
from tuition.identity.rules.factors import ChallengePurpose, device_signature
from tuition.identity.rules.people import PASSWORD_LENGTH_MAX, clean_password
from tuition.identity.rules.sign_ins import (
    ACCESS_LIFETIME,
    COOKIE_LIFETIME,
    REFRESH_LIFETIME,
    EndReason,
    SignInKind,
    SignInMethod,
    machine_address,
)
from tuition.kernel import DomainError, clock, new_id
from tuition.platform import audit, secrets
from tuition.platform.database import Session
from tuition.platform.events import publish

DEVICES_REMEMBERED = 200
"""How many of a person's sign-ins are looked at to tell whether a device is new."""


@dataclass(slots=True)
class _Lifetimes:
    access: timedelta = ACCESS_LIFETIME
    refresh: timedelta = REFRESH_LIFETIME


_lifetimes = _Lifetimes()


def configure(*, access_lifetime: timedelta = ACCESS_LIFETIME, refresh_lifetime: timedelta = REFRESH_LIFETIME) -> None:
    """Say how long the tokens of programs are good for. Called once, at start; each call says everything anew."""
    _lifetimes.access, _lifetimes.refresh = access_lifetime, refresh_lifetime


async def sign_in_browser(
    session: Session,
    *,
    email: str,
    password: str,
    ip: str = "",
    user_agent: str = "",
    lifetime: timedelta = COOKIE_LIFETIME,
    device: str = "",
) -> BrowserSignIn | SecondStep | Refused:
    """Sign a browser in by password; it stays so for ``lifetime`` after each visit. A failure is an outcome: it counts.

    Where a second proof is needed, nobody is signed in yet: see ``finish_in_browser``.
    """
    user = await prove(session, email=email, password=password, ip=ip)
    if isinstance(user, Refused):
        return user
    if user.mfa_enabled:
        return await ask_second(session, user.id)
    return await open_browser(
        session, user.id, ip=ip, user_agent=user_agent, lifetime=lifetime, device=device, method=SignInMethod.PASSWORD
    )


async def sign_in_program(
    session: Session, *, email: str, password: str, ip: str = "", user_agent: str = ""
) -> Tokens | SecondStep | Refused:
    """Sign a program in by password: the first pair of a new family of tokens. The failure is an outcome, so that it counts.

    Where a second proof is needed, no token is given yet: see ``finish_in_program``.
    """
    user = await prove(session, email=email, password=password, ip=ip)
    if isinstance(user, Refused):
        return user
    if user.mfa_enabled:
        return await ask_second(session, user.id)
    return await open_program(session, user.id, ip=ip, user_agent=user_agent, method=SignInMethod.PASSWORD)


async def ask_second(session: Session, person_id: UUID) -> SecondStep:
    """The first proof is given; ask for the second."""
    nonce = secrets.new_token().encode()
    token, expires_at = await challenges.ask(session, ChallengePurpose.SECOND_FACTOR, person_id=person_id, nonce=nonce)
    return SecondStep(token, expires_at, await ways_of(session, person_id))


async def ways_of(session: Session, person_id: UUID) -> tuple[str, ...]:
    """What a person can give as the second proof."""
    ways = []
    if await codes.confirmed_authenticator(session, person_id):
        ways.append("code")
    if await session.scalar(select(Passkey.id).where(Passkey.user_id == person_id).limit(1)):
        ways.append("passkey")
    if await codes.codes_left(session, person_id):
        ways.append("recovery_code")
    return tuple(ways)


async def prove(session: Session, *, email: str, password: str, ip: str) -> User | Refused:
    """Whose address and password these are. Takes as long for an address that nobody has."""
    now = clock.now()
    keys = throttling.keys_of(email, ip)
    wait_s = await throttling.locked_for_s(session, keys, now=now) or await throttling.count_attempt(session, keys, now=now)
    if wait_s:
        return Refused(errors.SignInLocked(retry_after_s=wait_s))
    user = await session.scalar(select(User).where(func.lower(User.email) == email.strip().lower()))
    cleaned = clean_password(password)[: PASSWORD_LENGTH_MAX + 1]
    if not await verify_password(user.password_hash if user else None, cleaned) or user is None:
        await audit.record(
            session, None, "identity.sign_in_failed", subject=("user", user.id) if user else None, ip=machine_address(ip)
        )
        return Refused(errors.CredentialsWrong())
    await throttling.forgive(session, keys)
    if user.status != UserStatus.ACTIVE:
        return Refused(closed(user))
    if is_outdated(user.password_hash):
        user.password_hash = await hash_password(cleaned)
    return user


async def open_browser(
    session: Session,
    person_id: UUID,
    *,
    ip: str = "",
    user_agent: str = "",
    lifetime: timedelta = COOKIE_LIFETIME,
    device: str = "",
    method: SignInMethod = SignInMethod.VOUCHED,
    proven_at: datetime | None = None,
) -> BrowserSignIn:
    """Sign a browser in for somebody whom the caller has identified already. ``device`` is the word that it kept, if any;
    ``proven_at`` is when another provider has seen a proof.
    """
    cookie, known_by = secrets.new_token(), device or secrets.new_token()
    sign_in = await _open(
        session,
        person_id,
        SignInKind.BROWSER,
        ip=ip,
        user_agent=user_agent,
        lifetime=lifetime,
        cookie=cookie,
        device=known_by,
        method=method,
        proven_at=proven_at,
    )
    return BrowserSignIn(person_id, sign_in.id, cookie, sign_in.expires_at, known_by)


async def open_program(
    session: Session, person_id: UUID, *, ip: str = "", user_agent: str = "", method: SignInMethod = SignInMethod.VOUCHED
) -> Tokens:
    """Sign a program in for somebody whom the caller has identified already."""
    sign_in = await _open(
        session, person_id, SignInKind.API, ip=ip, user_agent=user_agent, lifetime=_lifetimes.refresh, method=method
    )
    return await _issue(session, sign_in)


async def refresh(session: Session, refresh_token: str, *, ip: str = "", user_agent: str = "") -> Tokens | Refused:
    """Exchange a refresh token for the next pair. One that was exchanged before ends its whole family (RFC 9700, section 4.14.2).

    Two exchanges of one token at the same moment are reuse as well: the first gets a pair, the second ends it.
    """
    now = clock.now()
    jti = secrets.hash_token(refresh_token)
    family_id = await session.scalar(select(RefreshToken.family_id).where(RefreshToken.token_jti == jti))
    if family_id is None:
        return Refused(errors.RefreshRefused())
    # The family is the lock: whoever comes second sees what the first one did.
    sign_in = (await session.scalars(select(SignIn).where(SignIn.id == family_id).with_for_update())).one()
    token = (await session.scalars(select(RefreshToken).where(RefreshToken.token_jti == jti))).one()
    is_active = await session.scalar(select(User.is_active).where(User.id == sign_in.user_id))
    if sign_in.ended_at is not None or token.expires_at <= now or not is_active:
        return Refused(errors.RefreshRefused())
    if token.used_at is not None or token.revoked_at is not None:
        await end_sign_ins(session, sign_in.user_id, reason=EndReason.TOKEN_REUSED, only_id=sign_in.id)
        await audit.record(
            session, sign_in.user_id, "identity.refresh_token_reused", subject=("sign_in", sign_in.id), ip=machine_address(ip)
        )
        await publish(session, events.RefreshTokenReused(sign_in.user_id, sign_in.id))
        return Refused(errors.RefreshReused())
    token.used_at = now
    sign_in.last_seen_at, sign_in.expires_at = now, now + _lifetimes.refresh
    sign_in.ip, sign_in.user_agent = machine_address(ip) or sign_in.ip, user_agent or sign_in.user_agent
    return await _issue(session, sign_in)


async def sign_out(session: Session, actor: Actor) -> None:
    """End the sign-in that this request came by."""
    if actor.sign_in_id is not None:
        await end_sign_ins(session, actor.id, reason=EndReason.SIGNED_OUT, only_id=actor.sign_in_id)


async def sign_out_by_token(session: Session, refresh_token: str) -> None:
    """End the sign-in that a refresh token belongs to. An unknown one has nothing to end."""
    jti = secrets.hash_token(refresh_token)
    row = (
        await session.execute(select(RefreshToken.user_id, RefreshToken.family_id).where(RefreshToken.token_jti == jti))
    ).one_or_none()
    if row is not None:
        await end_sign_ins(session, row.user_id, reason=EndReason.SIGNED_OUT, only_id=row.family_id)


async def end_sign_in(session: Session, actor: Actor, sign_in_id: UUID) -> None:
    """End one of the actor's own sign-ins on another device. Raises ``SignInUnknown``."""
    reason = EndReason.SIGNED_OUT if sign_in_id == actor.sign_in_id else EndReason.ENDED_ELSEWHERE
    if not await end_sign_ins(session, actor.id, reason=reason, only_id=sign_in_id):
        raise errors.SignInUnknown
    await audit.record(session, actor.id, "identity.sign_in_ended", subject=("sign_in", sign_in_id))


async def end_other_sign_ins(session: Session, actor: Actor) -> int:
    """End all of the actor's sign-ins but this one, and return how many."""
    ended = await end_sign_ins(session, actor.id, reason=EndReason.ENDED_ELSEWHERE, except_id=actor.sign_in_id)
    await audit.record(session, actor.id, "identity.sign_ins_ended", subject=("user", actor.id), details={"count": ended})
    return ended


async def end_sign_ins(
    session: Session, person_id: UUID, *, reason: EndReason, only_id: UUID | None = None, except_id: UUID | None = None
) -> int:
    """End a person's sign-ins with all their tokens, and return how many. It acts on the next request."""
    now = clock.now()
    statement = update(SignIn).where(SignIn.user_id == person_id, SignIn.ended_at.is_(None))
    if only_id is not None:
        statement = statement.where(SignIn.id == only_id)
    if except_id is not None:
        statement = statement.where(SignIn.id != except_id)
    ended = await session.scalars(statement.values(ended_at=now, end_reason=reason.value).returning(SignIn.id))
    ids = list(ended)
    if ids:
        await session.execute(
            update(RefreshToken).where(RefreshToken.family_id.in_(ids), RefreshToken.revoked_at.is_(None)).values(revoked_at=now)
        )
    return len(ids)


def closed(user: User) -> DomainError:
    """Why an account that is not in use cannot be signed in to."""
    if user.status == UserStatus.SUSPENDED:
        return errors.AccountSuspended(reason=user.status_reason or "")
    return errors.AccountClosed()


async def _open(
    session: Session,
    person_id: UUID,
    kind: SignInKind,
    *,
    ip: str,
    user_agent: str,
    lifetime: timedelta,
    method: SignInMethod,
    cookie: str | None = None,
    device: str = "",
    proven_at: datetime | None = None,
) -> SignIn:
    now = clock.now()
    device_hash = secrets.hash_token(device) if device else None
    is_new = await _is_new_device(session, person_id, kind, device_hash=device_hash, user_agent=user_agent)
    sign_in = SignIn(
        id=new_id(),
        user_id=person_id,
        kind=kind.value,
        cookie_hash=None if cookie is None else secrets.hash_token(cookie),
        user_agent=user_agent,
        ip=machine_address(ip),
        method=method.value,
        device_hash=device_hash,
        # Whoever has a session at another provider still has it when somebody else sits there.
        confirmed_at=proven_at if method is SignInMethod.OPENID else now,
        last_seen_at=now,
        expires_at=now + lifetime,
        created_at=now,
    )
    session.add(sign_in)
    await session.execute(update(User).where(User.id == person_id).values(last_login_at=now))
    subject, details = ("sign_in", sign_in.id), {"by": method.value}
    await audit.record(session, person_id, "identity.signed_in", subject=subject, details=details, ip=machine_address(ip))
    if is_new:
        about = {"device": user_agent[:200], "ip": machine_address(ip) or ""}
        await publish(session, events.SecurityChanged(person_id, SecurityNews.NEW_DEVICE, about))
    return sign_in


async def _is_new_device(
    session: Session, person_id: UUID, kind: SignInKind, *, device_hash: str | None, user_agent: str
) -> bool:
    """Whether the person has signed in before, and never from here."""
    before = await session.execute(
        select(SignIn.kind, SignIn.device_hash, SignIn.user_agent)
        .where(SignIn.user_id == person_id)
        .order_by(SignIn.id.desc())
        .limit(DEVICES_REMEMBERED)
    )
    seen = before.all()
    if not seen:
        return False
    if kind is SignInKind.BROWSER:
        return device_hash not in {one.device_hash for one in seen}
    programs = {device_signature(one.user_agent) for one in seen if one.kind == kind}
    return device_signature(user_agent) not in programs


async def _issue(session: Session, sign_in: SignIn) -> Tokens:
    now = clock.now()
    access, refreshed = secrets.new_token(), secrets.new_token()
    # flush: the token's foreign key needs the sign-in, and no relationship tells the session so.
    await session.flush()
    token = RefreshToken(
        user_id=sign_in.user_id,
        family_id=sign_in.id,
        token_jti=secrets.hash_token(refreshed),
        access_hash=secrets.hash_token(access),
        access_expires_at=now + _lifetimes.access,
        expires_at=now + _lifetimes.refresh,
        created_at=now,
    )
    session.add(token)
    return Tokens(sign_in.user_id, sign_in.id, access, token.access_expires_at, refreshed, token.expires_at)
