"""What each role may do. One table; nothing else in the product looks at a role."""

from __future__ import annotations

from typing import Literal, get_args

from tuition.identity.actor import Actor, Role, UserStatus
from tuition.identity.errors import EmailUnverified, PermissionMissing, SignInNeeded

Permission = Literal[
    "audit:read",
    "community:moderate",
    "content:create",
    "content:edit_any",
    "content:publish",
    "earnings:read_own",
    "jobs:manage",
    "ledger:read",
    "outbox:read",
    "payments:manage",
    "payouts:approve",
    "people:manage",
    "platform:manage",
    "roles:assign",
    "site:configure",
    "tables:read",
    "webhooks:replay",
]
"""``resource:action``, in alphabetical order."""

PERMISSIONS: frozenset[Permission] = frozenset(get_args(Permission))

GRANTED: dict[Role, frozenset[Permission]] = {
    Role.LEARNER: frozenset(),
    Role.CREATOR: frozenset({"content:create", "content:publish", "earnings:read_own"}),
    Role.PARTNER: frozenset({"platform:manage"}),
    Role.OWNER: PERMISSIONS,
    Role.OPERATOR: PERMISSIONS,
}


def allows(actor: Actor | None, permission: Permission) -> bool:
    """Whether one of the actor's roles includes the permission. A visitor and an inactive account may do nothing."""
    assert permission in PERMISSIONS, f"no such permission: {permission}"
    if actor is None or actor.status is not UserStatus.ACTIVE:
        return False
    if actor.scopes is not None and permission not in actor.scopes:
        return False
    return any(permission in GRANTED[role] for role in actor.roles)


def permissions_of(actor: Actor) -> list[Permission]:
    """Everything that the actor may do, in alphabetical order."""
    return sorted(permission for permission in PERMISSIONS if allows(actor, permission))


def require(actor: Actor | None, permission: Permission) -> Actor:
    """The actor, who has the permission. Raises ``SignInNeeded`` for a visitor, ``PermissionMissing`` otherwise."""
    if actor is None:
        raise SignInNeeded
    if not allows(actor, permission):
        raise PermissionMissing(permission=permission)
    return actor


def require_verified(actor: Actor | None) -> Actor:
    """The actor, whose e-mail address is verified. Raises ``SignInNeeded`` for a visitor, ``EmailUnverified`` otherwise."""
    if actor is None:
        raise SignInNeeded
    if not actor.email_verified:
        raise EmailUnverified
    return actor
