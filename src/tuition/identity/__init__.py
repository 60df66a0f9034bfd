"""People: who they are, what they may do, how they sign in.

Words: *person* (a row of ``users``), *actor* (a person as of one request; a visitor is ``None``), *role*, *permission*
(``resource:action``), *sign-in* (one device, until it is ended), *family* (the refresh tokens of one sign-in), *legal text*.
Invariants: an address belongs to one person whatever its case; a password and a token are stored as hashes only; ending a
sign-in or suspending a person acts on the next request; what a person agreed to is never rewritten; somebody always owns the
site. Nothing here tells a stranger whether an address has an account.
"""

from tuition.identity import jobs, legal, privacy
from tuition.identity.actions.addresses import confirm_email_change, request_email_change, request_verification, verify_email
from tuition.identity.actions.authenticate import authenticate_cookie, authenticate_token, is_visit_due, note_visit
from tuition.identity.actions.joining import add_person, become_creator, init_owner, sign_up, sign_up_refusals
from tuition.identity.actions.outcomes import BrowserSignIn, Refused, Tokens
from tuition.identity.actions.passwords import change_password, request_password_reset, reset_password
from tuition.identity.actions.people import reinstate, set_roles, suspend
from tuition.identity.actions.profile import ProfileChange, change_profile, deactivate, profile_refusals
from tuition.identity.actions.signing_in import (
    configure,
    end_sign_in,
    open_browser,
    refresh,
    sign_in_browser,
    sign_in_program,
    sign_out,
    sign_out_by_token,
)
from tuition.identity.actor import Actor, PersonCard, Role, UserStatus
from tuition.identity.errors import (
    AddressTaken,
    EmailUnverified,
    InputRefused,
    OwnerExists,
    OwnerNeeded,
    PasswordWrong,
    PermissionMissing,
    PersonUnknown,
    SignInLocked,
    SignInNeeded,
    TokenRefused,
    TooYoung,
)
from tuition.identity.events import (
    AddressClaimedAgain,
    BecameCreator,
    EmailChanged,
    EmailChangeRequested,
    EmailVerified,
    PasswordChanged,
    PasswordResetRequested,
    PersonDeactivated,
    PersonErased,
    PersonJoined,
    PersonReinstated,
    PersonSuspended,
    RefreshTokenReused,
    VerificationRequested,
)
from tuition.identity.models import SignIn, User, UserRole
from tuition.identity.queries import (
    acceptances_of,
    get_actor,
    get_person_for,
    list_people,
    list_sign_ins,
    people_by_id,
    roles_of,
)
from tuition.identity.rules.countries import COUNTRIES
from tuition.identity.rules.people import LOCALES, Application
from tuition.identity.rules.permissions import PERMISSIONS, Permission, allows, require, require_verified

__all__ = [
    "COUNTRIES",
    "LOCALES",
    "PERMISSIONS",
    "Actor",
    "AddressClaimedAgain",
    "AddressTaken",
    "Application",
    "BecameCreator",
    "BrowserSignIn",
    "EmailChangeRequested",
    "EmailChanged",
    "EmailUnverified",
    "EmailVerified",
    "InputRefused",
    "OwnerExists",
    "OwnerNeeded",
    "PasswordChanged",
    "PasswordResetRequested",
    "PasswordWrong",
    "Permission",
    "PermissionMissing",
    "PersonCard",
    "PersonDeactivated",
    "PersonErased",
    "PersonJoined",
    "PersonReinstated",
    "PersonSuspended",
    "PersonUnknown",
    "ProfileChange",
    "RefreshTokenReused",
    "Refused",
    "Role",
    "SignIn",
    "SignInLocked",
    "SignInNeeded",
    "TokenRefused",
    "Tokens",
    "TooYoung",
    "User",
    "UserRole",
    "UserStatus",
    "VerificationRequested",
    "acceptances_of",
    "add_person",
    "allows",
    "authenticate_cookie",
    "authenticate_token",
    "become_creator",
    "change_password",
    "change_profile",
    "configure",
    "confirm_email_change",
    "deactivate",
    "end_sign_in",
    "get_actor",
    "get_person_for",
    "init_owner",
    "is_visit_due",
    "jobs",
    "legal",
    "list_people",
    "list_sign_ins",
    "note_visit",
    "open_browser",
    "people_by_id",
    "privacy",
    "profile_refusals",
    "refresh",
    "reinstate",
    "request_email_change",
    "request_password_reset",
    "request_verification",
    "require",
    "require_verified",
    "reset_password",
    "roles_of",
    "set_roles",
    "sign_in_browser",
    "sign_in_program",
    "sign_out",
    "sign_out_by_token",
    "sign_up",
    "sign_up_refusals",
    "suspend",
    "verify_email",
]
