"""Codes: from the app and from paper. Checked one after the other, counted before they are tried."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, func, select

from tuition.identity import errors, events
from tuition.identity.actions.outcomes import Refused
from tuition.identity.actions.proofs import throttling
from tuition.identity.events import SecurityNews
from tuition.identity.models import Authenticator, RecoveryCode
from tuition.identity.rules.factors import clean_code, is_one_time_code, matching_step, new_recovery_codes
from tuition.identity.rules.sign_ins import SignInMethod, machine_address
from tuition.kernel import DomainError, clock
from tuition.platform import audit, rates, secrets
from tuition.platform.database import AnySession, Session
from tuition.platform.events import publish

SECRET_PURPOSE = "authenticator"  # noqa: S105 - what a key is for, not a key
_CODE_PURPOSE = "recovery-code"
_DAY_S = 24 * 3600


async def check(session: Session, person_id: UUID, typed: str, *, ip: str = "") -> SignInMethod | Refused:
    """How the person proved themselves by this code, which is used up. A wrong one is an outcome, so that it counts."""
    code = clean_code(typed)
    refused = await count(session, person_id, ip=ip)
    if refused is not None:
        return refused
    outcome = await (_check_app(session, person_id, code) if is_one_time_code(code) else _check_paper(session, person_id, code))
    if isinstance(outcome, DomainError):
        return await refuse(session, person_id, outcome, ip=ip)
    await throttling.forgive(session, throttling.keys_of_codes(person_id))
    if outcome is SignInMethod.RECOVERY_CODE:
        left = await codes_left(session, person_id)
        subject = ("user", person_id)
        await audit.record(session, person_id, "identity.recovery_code_used", subject=subject, ip=machine_address(ip))
        await publish(session, events.SecurityChanged(person_id, SecurityNews.RECOVERY_CODE_USED, {"left": left}))
    return outcome


async def count(session: Session, person_id: UUID, *, ip: str) -> Refused | None:
    """Count an attempt before it is made; say so when it has to wait."""
    keys, now = throttling.keys_of_codes(person_id), clock.now()
    wait_s = await throttling.locked_for_s(session, keys, now=now) or await throttling.count_attempt(session, keys, now=now)
    del ip
    return Refused(errors.SecondFactorLocked(retry_after_s=wait_s)) if wait_s else None


async def refuse(session: Session, person_id: UUID, error: DomainError, *, ip: str) -> Refused:
    """Record a wrong answer, and tell the person when it begins to look like somebody else's guessing."""
    subject = ("user", person_id)
    await audit.record(session, person_id, "identity.second_factor_refused", subject=subject, ip=machine_address(ip))
    if await throttling.locked_for_s(session, throttling.keys_of_codes(person_id), now=clock.now()):
        try:
            await rates.hit(session, f"identity.locked:{person_id}", limit=1, per_s=_DAY_S)
        except rates.TooMany:
            return Refused(error)
        about = {"ip": machine_address(ip) or ""}
        await publish(session, events.SecurityChanged(person_id, SecurityNews.SECOND_FACTOR_LOCKED, about))
    return Refused(error)


async def write_codes(session: Session, person_id: UUID) -> list[str]:
    """New codes for paper, in clear this once. Those from before work no longer."""
    await session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == person_id))
    codes = new_recovery_codes()
    now = clock.now()
    session.add_all(
        RecoveryCode(user_id=person_id, code_hash=_hash(person_id, clean_code(code)), created_at=now) for code in codes
    )
    return codes


async def codes_left(session: AnySession, person_id: UUID) -> int:
    """How many codes on paper still work."""
    statement = select(func.count()).where(RecoveryCode.user_id == person_id, RecoveryCode.used_at.is_(None))
    return (await session.scalar(statement)) or 0


async def confirmed_authenticator(session: AnySession, person_id: UUID, *, lock: bool = False) -> Authenticator | None:
    """The app that counts."""
    statement = select(Authenticator).where(Authenticator.user_id == person_id, Authenticator.confirmed_at.is_not(None))
    found: Authenticator | None = await session.scalar(statement.with_for_update() if lock else statement)
    return found


async def _check_app(session: Session, person_id: UUID, code: str) -> SignInMethod | DomainError:
    app = await confirmed_authenticator(session, person_id, lock=True)
    step = None if app is None else matching_step(secrets.decrypt(app.secret, purpose=SECRET_PURPOSE), code, clock.now())
    if app is None or step is None:
        return errors.CodeWrong()
    if step <= app.last_step:
        return errors.CodeUsed()
    app.last_step = step
    return SignInMethod.SECOND_FACTOR


async def _check_paper(session: Session, person_id: UUID, code: str) -> SignInMethod | DomainError:
    unused = await session.scalars(select(RecoveryCode).where(RecoveryCode.user_id == person_id).with_for_update())
    for one in unused.all():
        if secrets.verify(_payload(person_id, code), one.code_hash, _CODE_PURPOSE):
            if one.used_at is not None:
                return errors.CodeUsed()
            one.used_at = clock.now()
            # flush: how many are left is counted by the database.
            await session.flush()
            return SignInMethod.RECOVERY_CODE
    return errors.CodeWrong()


def _hash(person_id: UUID, code: str) -> str:
    return secrets.sign(_payload(person_id, code), _CODE_PURPOSE)


def _payload(person_id: UUID, code: str) -> bytes:
    return f"{person_id} {code}".encode()
