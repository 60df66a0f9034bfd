"""What each role may do. One table; nothing else in the product looks at a role."""

from __future__ import annotations

from typing import Literal, get_args

from tuition.identity.actor import Actor, Role, UserStatus
from tuition.identity.errors import ApiKeyLacks, ApiKeyReadOnly, EmailUnverified, PermissionMissing, SignInNeeded

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

OWN_READ, OWN_WRITE = "own:read", "own:write"
OWN_SCOPES = (OWN_READ, OWN_WRITE)
"""What a key may be given beside permissions: to look at what is its person's and open to them, and to act there too."""

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


def require_reach(actor: Actor, *, changes: bool, administers: bool) -> None:
    """Whether a request of this sort is within the reach of the key that it came by; a sign-in reaches everything.

    A key may nothing that it was not given: what belongs to its person by ``own:read`` and ``own:write``, and the administration
    by its permissions, for which the rooms ask. Raises ``ApiKeyReadOnly``, ``ApiKeyLacks``.
    """
    if actor.is_read_only and changes:
        raise ApiKeyReadOnly
    if actor.scopes is None or administers:
        return
    if OWN_WRITE not in actor.scopes and (changes or OWN_READ not in actor.scopes):
        raise ApiKeyLacks(scope=OWN_WRITE if changes else OWN_READ)


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
