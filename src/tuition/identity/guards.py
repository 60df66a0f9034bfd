"""Conditions that other rooms put on an actor."""

from __future__ import annotations

from tuition.identity.actor import Actor
from tuition.identity.errors import EmailUnverified, PermissionMissing, SignInNeeded
from tuition.identity.rules.permissions import Permission, allows


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
