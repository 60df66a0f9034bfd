"""What the owner does about people: keeping somebody out, letting somebody back in, giving roles."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, select

from tuition.identity import errors, events
from tuition.identity.actions.accounts.joining import add_role
from tuition.identity.actions.signing_in import end_sign_ins
from tuition.identity.actor import Actor, Role, UserStatus
from tuition.identity.models import User, UserRole
from tuition.identity.rules.permissions import require
from tuition.identity.rules.sign_ins import EndReason
from tuition.platform import audit
from tuition.platform.database import Session
from tuition.platform.events import publish

REASON_LENGTH_MAX = 500


async def suspend(session: Session, actor: Actor, person_id: UUID, *, reason: str) -> User:
    """Keep a person out from now on, with a reason that they are shown. Needs ``people:manage``.

    Raises ``PersonUnknown``, ``PersonNotActive``, ``OwnerNeeded``.
    """
    require(actor, "people:manage")
    if not 1 <= len(reason.strip()) <= REASON_LENGTH_MAX:
        raise errors.ReasonMissing(length_max=REASON_LENGTH_MAX)
    user = await _locked(session, person_id)
    if user.status != UserStatus.ACTIVE:
        raise errors.PersonNotActive(status=user.status)
    await keep_an_owner(session, user.id)
    user.status, user.status_reason = UserStatus.SUSPENDED.value, reason.strip()
    await end_sign_ins(session, user.id, reason=EndReason.SUSPENDED)
    await audit.record(session, actor.id, "identity.suspended", subject=("user", user.id))
    await publish(session, events.PersonSuspended(user.id, user.status_reason))
    return user


async def reinstate(session: Session, actor: Actor, person_id: UUID) -> User:
    """Let a suspended or deactivated person back in. Needs ``people:manage``. Raises ``PersonUnknown``, ``PersonNotActive``."""
    require(actor, "people:manage")
    user = await _locked(session, person_id)
    if user.status not in {UserStatus.SUSPENDED, UserStatus.DEACTIVATED}:
        raise errors.PersonNotActive(status=user.status)
    user.status, user.status_reason, user.deleted_at = UserStatus.ACTIVE.value, None, None
    await audit.record(session, actor.id, "identity.reinstated", subject=("user", user.id))
    await publish(session, events.PersonReinstated(user.id))
    return user


async def set_roles(session: Session, actor: Actor, person_id: UUID, roles: Collection[Role], *, primary: Role) -> User:
    """Let a person hold exactly these roles (and learner, as everybody). Needs ``roles:assign``.

    Raises ``PersonUnknown``; ``OwnerNeeded`` when nobody would be left to run the site.
    """
    require(actor, "roles:assign")
    user = await _locked(session, person_id)
    wanted = {*roles, primary, Role.LEARNER}
    if Role.OWNER not in wanted:
        await keep_an_owner(session, user.id)
    await session.execute(
        delete(UserRole).where(UserRole.user_id == user.id, UserRole.role.not_in([role.value for role in wanted]))
    )
    added = [role for role in sorted(wanted) if await add_role(session, user.id, role, by=actor.id)]
    user.role = primary.value
    details = {"roles": sorted(role.value for role in wanted)}
    await audit.record(session, actor.id, "identity.roles_changed", subject=("user", user.id), details=details)
    if Role.CREATOR in added:
        await publish(session, events.BecameCreator(user.id))
    return user


async def keep_an_owner(session: Session, leaving_id: UUID) -> None:
    """Raises ``OwnerNeeded`` when the site would be left without an owner who can sign in.

    Locks the owners' roles, so that two owners cannot let each other go at the same moment.
    """
    owners = await session.scalars(
        select(UserRole.user_id).where(UserRole.role == Role.OWNER.value).order_by(UserRole.user_id).with_for_update()
    )
    ids = set(owners)
    if leaving_id not in ids:
        return
    others = await session.scalar(select(User.id).where(User.id.in_(ids - {leaving_id}), User.is_active).limit(1))
    if others is None:
        raise errors.OwnerNeeded


async def _locked(session: Session, person_id: UUID) -> User:
    user = await session.scalar(select(User).where(User.id == person_id).with_for_update())
    if user is None or user.status == UserStatus.ERASED:
        raise errors.PersonUnknown
    return user
