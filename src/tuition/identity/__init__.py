"""People: who they are, what they may do, how they sign in.

Words: *person* (a row of ``users``), *actor* (a person as of one request; a visitor is ``None``), *role*, *permission*
(``resource:action``), *sign-in* (one device, until it is ended), *family* (the refresh tokens of one sign-in).
Invariants: an address belongs to one person whatever its case; a password and a token are stored as hashes only; ending a
sign-in or suspending a person acts on the next request; what a person agreed to is never rewritten.
"""

from tuition.identity.actions.authenticate import authenticate_cookie, authenticate_token
from tuition.identity.actor import Actor, PersonCard, Role, UserStatus
from tuition.identity.errors import EmailUnverified, PermissionMissing, PersonUnknown, SignInNeeded, TokenRefused
from tuition.identity.guards import require, require_verified
from tuition.identity.models import SignIn, User, UserRole
from tuition.identity.queries import get_actor, people_by_id
from tuition.identity.rules.permissions import PERMISSIONS, Permission, allows

__all__ = [
    "PERMISSIONS",
    "Actor",
    "EmailUnverified",
    "Permission",
    "PermissionMissing",
    "PersonCard",
    "PersonUnknown",
    "Role",
    "SignIn",
    "SignInNeeded",
    "TokenRefused",
    "User",
    "UserRole",
    "UserStatus",
    "allows",
    "authenticate_cookie",
    "authenticate_token",
    "get_actor",
    "people_by_id",
    "require",
    "require_verified",
]
