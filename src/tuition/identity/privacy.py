"""A person's data in identity: how it is handed out and how it is emptied."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update

from tuition.identity.actions.signing_in import end_sign_ins
from tuition.identity.actor import UserStatus
from tuition.identity.events import PersonErased
from tuition.identity.models import (
    UNUSABLE_PASSWORD,
    ApiKey,
    Authenticator,
    Challenge,
    MailedToken,
    OAuthIdentity,
    Passkey,
    RecoveryCode,
    SignIn,
    TermsAcceptance,
    User,
    UserRole,
)
from tuition.identity.rules.sign_ins import EndReason
from tuition.kernel import clock
from tuition.platform.database import AnySession, Session
from tuition.platform.events import publish

ERASED_DOMAIN = "erased.invalid"
"""A domain that can never exist (RFC 2606), so that no mail is ever sent to an erased address."""
_NOT_EXPORTED = {"password_hash"}
_PROOFS: dict[str, tuple[type[Any], tuple[str, ...]]] = {
    "authenticators": (Authenticator, ("confirmed_at", "created_at")),
    "passkeys": (Passkey, ("name", "transports", "is_synced", "created_at", "last_used_at")),
    "linked_accounts": (OAuthIdentity, ("provider", "issuer", "subject", "email", "created_at", "last_used_at")),
    "api_keys": (ApiKey, ("name", "prefix", "scopes", "is_read_only", "created_at", "last_used_at", "expires_at", "revoked_at")),
}
"""What proves that it is them, and which columns are theirs to have. Secrets, keys and hashes are not handed out."""


async def export(session: AnySession, person_id: UUID) -> dict[str, Any]:
    """Everything that identity holds about a person, ready for JSON. Hashes of passwords and tokens are not handed out."""
    user = await session.get(User, person_id)
    if user is None:
        return {}
    roles = await session.scalars(select(UserRole.role).where(UserRole.user_id == person_id).order_by(UserRole.role))
    sign_ins = await session.scalars(select(SignIn).where(SignIn.user_id == person_id).order_by(SignIn.id))
    agreed = await session.scalars(
        select(TermsAcceptance).where(TermsAcceptance.user_id == person_id).order_by(TermsAcceptance.id)
    )
    person = {column.key: getattr(user, column.key) for column in User.__table__.columns if column.key not in _NOT_EXPORTED}
    return {
        "person": {name: value if isinstance(value, dict) else _plain(value) for name, value in person.items()},
        "roles": list(roles),
        "sign_ins": [
            {
                "kind": one.kind,
                "since": _plain(one.created_at),
                "last_seen_at": _plain(one.last_seen_at),
                "ended_at": _plain(one.ended_at),
                "ip": _plain(one.ip),
                "user_agent": one.user_agent,
                "method": one.method,
            }
            for one in sign_ins
        ],
        "agreements": [
            {
                "kind": one.kind,
                "version": one.version,
                "locale": one.locale,
                "text_sha256": one.text_sha256,
                "accepted_at": _plain(one.accepted_at),
                "ip": _plain(one.ip),
            }
            for one in agreed
        ],
        **{name: await _rows(session, model, columns, person_id) for name, (model, columns) in _PROOFS.items()},
    }


async def _rows(session: AnySession, model: type[Any], columns: tuple[str, ...], person_id: UUID) -> list[dict[str, Any]]:
    rows = await session.scalars(select(model).where(model.user_id == person_id).order_by(model.id))
    return [{column: _plain(getattr(one, column)) for column in columns} for one in rows]


async def erase(session: Session, person_id: UUID) -> None:
    """Empty everything that names the person; the row, its id and the agreements (evidence) stay. Twice is once."""
    user = await session.scalar(select(User).where(User.id == person_id).with_for_update())
    if user is None or user.status == UserStatus.ERASED:
        return
    await end_sign_ins(session, person_id, reason=EndReason.LEFT)
    await session.execute(update(SignIn).where(SignIn.user_id == person_id).values(ip=None, user_agent="", device_hash=None))
    for model in (MailedToken, Challenge, Authenticator, RecoveryCode, Passkey, OAuthIdentity, ApiKey):
        await session.execute(delete(model).where(model.user_id == person_id))
    user.mfa_enabled = False
    user.email, user.password_hash = f"{person_id}@{ERASED_DOMAIN}", UNUSABLE_PASSWORD
    user.full_name, user.bio, user.phone, user.profile_image_url = "", None, None, None
    user.birth_year, user.country, user.status_reason = None, None, None
    user.preferences, user.profile, user.profile_metadata = {}, {}, {}
    user.status, user.deleted_at = UserStatus.ERASED.value, user.deleted_at or clock.now()
    await publish(session, PersonErased(person_id))


def _plain(value: object) -> Any:
    if value is None or isinstance(value, bool | int | str | list):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
