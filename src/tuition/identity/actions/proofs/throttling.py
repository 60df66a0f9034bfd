"""Failed sign-ins slow the next ones down, whether the account exists or not."""

from __future__ import annotations

import hashlib
import ipaddress
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from tuition.identity.models import SignInThrottle
from tuition.identity.rules.sign_ins import FORGET_FAILURES_AFTER, ThrottleScope, lock_s
from tuition.kernel import new_id
from tuition.platform.database import Session

_NETWORK_BITS_V6 = 64
"""One household's IPv6 addresses count as one machine."""


def keys_of(email: str, ip: str) -> dict[ThrottleScope, str]:
    """What failures of this attempt are counted under. Hashed: the table names nobody."""
    address, machine = email.strip().casefold(), _machine(ip)
    plain = {
        ThrottleScope.ADDRESS_AND_MACHINE: f"{address} {machine}",
        ThrottleScope.ADDRESS: address,
        ThrottleScope.MACHINE: machine,
    }
    return {scope: hashlib.sha256(f"{scope} {text}".encode()).hexdigest() for scope, text in plain.items()}


def keys_of_codes(person_id: UUID) -> dict[ThrottleScope, str]:
    """What wrong codes of a person are counted under, wherever they come from."""
    scope = ThrottleScope.SECOND_FACTOR
    return {scope: hashlib.sha256(f"{scope} {person_id}".encode()).hexdigest()}


async def locked_for_s(session: Session, keys: dict[ThrottleScope, str], *, now: datetime) -> int:
    """How many seconds this attempt has to wait; 0 when it may be made."""
    until = await session.scalar(select(func.max(SignInThrottle.locked_until)).where(SignInThrottle.key.in_(keys.values())))
    return 0 if until is None or until <= now else max(1, round((until - now).total_seconds()))


async def count_attempt(session: Session, keys: dict[ThrottleScope, str], *, now: datetime) -> int:
    """Count an attempt as failed before it is tried, so that a hundred at once are a hundred; returns the seconds to wait.

    The rows stay locked until the transaction ends: attempts on one address are made one after the other.
    """
    wait_s = 0
    for scope, key in sorted(keys.items(), key=lambda item: item[1]):  # one order for everybody, so that nobody waits in a circle
        made = insert(SignInThrottle).values(id=new_id(), key=key, failures=1, last_failed_at=now)
        is_stale = SignInThrottle.last_failed_at <= now - FORGET_FAILURES_AFTER
        row = (
            await session.execute(
                made.on_conflict_do_update(
                    index_elements=["key"],
                    set_={
                        "failures": case((is_stale, 1), else_=SignInThrottle.failures + 1),
                        "last_failed_at": now,
                    },
                ).returning(SignInThrottle.failures, SignInThrottle.locked_until)
            )
        ).one()
        if row.locked_until is not None and row.locked_until > now:
            wait_s = max(wait_s, round((row.locked_until - now).total_seconds()))
            continue
        pause_s = lock_s(scope, row.failures)
        if pause_s:
            await session.execute(
                update(SignInThrottle).where(SignInThrottle.key == key).values(locked_until=now + timedelta(seconds=pause_s))
            )
    return wait_s


async def forgive(session: Session, keys: dict[ThrottleScope, str]) -> None:
    """The right password was given: what failed before was a slip. Other addresses tried from the same machine stay counted."""
    forgiven = [key for scope, key in keys.items() if scope is not ThrottleScope.MACHINE]
    await session.execute(delete(SignInThrottle).where(SignInThrottle.key.in_(forgiven)))
    if ThrottleScope.MACHINE in keys:
        await session.execute(
            update(SignInThrottle)
            .where(SignInThrottle.key == keys[ThrottleScope.MACHINE])
            .values(failures=SignInThrottle.failures - 1, locked_until=None)
        )


def _machine(ip: str) -> str:
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return ""
    if address.version == 6:
        return str(ipaddress.ip_network((address, _NETWORK_BITS_V6), strict=False))
    return str(address)
