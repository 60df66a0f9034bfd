"""Passkeys (WebAuthn level 2): adding, naming and removing them, and checking what they have signed."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from sqlalchemy import select
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from tuition.identity import errors, events
from tuition.identity.actions.factors import challenges
from tuition.identity.actions.factors.second_factor import count_passkeys, has_password
from tuition.identity.actor import Actor
from tuition.identity.events import SecurityNews
from tuition.identity.models import Authenticator, OAuthIdentity, Passkey, User
from tuition.identity.rules.factors import LABEL_LENGTH_MAX, PASSKEYS_MAX, ChallengePurpose, may_remove_way_in
from tuition.identity.rules.people import clean_name
from tuition.identity.rules.sign_ins import machine_address
from tuition.kernel import clock
from tuition.platform import audit, secrets
from tuition.platform.database import AnySession, Session
from tuition.platform.events import publish

CREDENTIAL_LENGTH_MAX = 20_000
_NONCE_BYTES = 32
# What a credential that was made by hand can break in the parsing library, besides its own exception.
_MALFORMED = (WebAuthnException, ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, struct.error)


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Who we are to a browser: passkeys belong to this host name and to no other."""

    id: str
    name: str
    origin: str

    @classmethod
    def of(cls, public_url: str, name: str) -> RelyingParty:
        """From the address that people type."""
        parts = urlsplit(public_url)
        return cls(parts.hostname or "localhost", name, f"{parts.scheme}://{parts.netloc}")


@dataclass(frozen=True, slots=True)
class PasskeyAnswer:
    """What a browser sends: which question it answers, and what the passkey signed."""

    credential: Mapping[str, Any] | str
    party: RelyingParty


@dataclass(frozen=True, slots=True)
class PasskeyQuestion:
    """What a browser has to hand to ``navigator.credentials``, and the token by which the answer is recognised."""

    token: str
    options: dict[str, Any]


async def list_passkeys(session: AnySession, person_id: UUID) -> list[Passkey]:
    """A person's passkeys, the first one first."""
    rows = await session.scalars(select(Passkey).where(Passkey.user_id == person_id).order_by(Passkey.created_at, Passkey.id))
    return list(rows)


async def ask_to_register(session: Session, actor: Actor, party: RelyingParty) -> PasskeyQuestion:
    """What a browser needs to make a passkey for the actor. Raises ``PasskeysTooMany``."""
    known = await list_passkeys(session, actor.id)
    if len(known) >= PASSKEYS_MAX:
        raise errors.PasskeysTooMany(most=PASSKEYS_MAX)
    address = (await session.scalars(select(User.email).where(User.id == actor.id))).one()
    nonce = _new_nonce()
    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=actor.id.bytes,
        user_name=address,
        user_display_name=actor.full_name or address,
        challenge=nonce,
        exclude_credentials=_descriptors(known),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    token, _ = await challenges.ask(session, ChallengePurpose.PASSKEY_REGISTER, person_id=actor.id, nonce=nonce)
    return PasskeyQuestion(token, json.loads(webauthn.options_to_json(options)))


async def add_passkey(
    session: Session, actor: Actor, token: str, answer: PasskeyAnswer, *, name: str = "", ip: str = ""
) -> Passkey:
    """Keep the passkey that the browser made.

    Raises ``ChallengeExpired``, ``PasskeyRefused``, ``PasskeyTaken``, ``LabelInvalid``.
    """
    label = clean_label(name or "Passkey")
    challenge = await challenges.waiting(session, token, ChallengePurpose.PASSKEY_REGISTER)
    if challenge.user_id != actor.id or challenge.nonce is None:
        raise errors.ChallengeExpired
    try:
        credential = _parsed(answer.credential)
        verified = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge.nonce,
            expected_rp_id=answer.party.id,
            expected_origin=answer.party.origin,
            require_user_verification=True,
        )
    except _MALFORMED as error:
        raise errors.PasskeyRefused from error
    if await session.scalar(select(Passkey.id).where(Passkey.credential_id == verified.credential_id)) is not None:
        raise errors.PasskeyTaken
    challenges.answered(challenge)
    passkey = Passkey(
        user_id=actor.id,
        name=label,
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        transports=_transports(credential),
        aaguid=UUID(verified.aaguid) if verified.aaguid.strip("0-") else None,
        is_synced=verified.credential_backed_up,
        created_at=clock.now(),
    )
    session.add(passkey)
    # flush: the audit entry names the row, and the unique index speaks here.
    await session.flush()
    subject = ("passkey", passkey.id)
    await audit.record(session, actor.id, "identity.passkey_added", subject=subject, ip=machine_address(ip))
    await publish(session, events.SecurityChanged(actor.id, SecurityNews.PASSKEY_ADDED, {"name": label}))
    return passkey


async def ask_passkey(
    session: Session, purpose: ChallengePurpose, party: RelyingParty, *, person_id: UUID | None = None
) -> PasskeyQuestion:
    """What a browser needs to have a passkey sign. Without a person, whoever holds one for this site may answer."""
    nonce = _new_nonce()
    token, _ = await challenges.ask(session, purpose, person_id=person_id, nonce=nonce)
    return PasskeyQuestion(token, await options_for(session, nonce, party, person_id=person_id))


async def options_for(session: AnySession, nonce: bytes, party: RelyingParty, *, person_id: UUID | None) -> dict[str, Any]:
    """The options for ``navigator.credentials.get``."""
    known = [] if person_id is None else await list_passkeys(session, person_id)
    options = webauthn.generate_authentication_options(
        rp_id=party.id,
        challenge=nonce,
        allow_credentials=_descriptors(known),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    plain = json.loads(webauthn.options_to_json(options))
    assert isinstance(plain, dict)
    return plain


async def check_passkey(session: Session, nonce: bytes | None, answer: PasskeyAnswer, *, person_id: UUID | None) -> Passkey:
    """The passkey that signed this question. Raises ``PasskeyUnknown``, also for somebody else's, and ``PasskeyRefused``."""
    if nonce is None:
        raise errors.PasskeyRefused
    try:
        credential = _parsed(answer.credential)
        raw_id = base64url_to_bytes(str(credential["rawId"]))
        handle = base64url_to_bytes(str(credential["response"].get("userHandle") or ""))
    except _MALFORMED as error:
        raise errors.PasskeyRefused from error
    passkey = await session.scalar(select(Passkey).where(Passkey.credential_id == raw_id).with_for_update())
    if passkey is None or (person_id is not None and passkey.user_id != person_id):
        raise errors.PasskeyUnknown
    if (handle or person_id is None) and handle != passkey.user_id.bytes:
        raise errors.PasskeyRefused
    try:
        verified = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=nonce,
            expected_rp_id=answer.party.id,
            expected_origin=answer.party.origin,
            credential_public_key=passkey.public_key,
            # The counter is compared below, where a copy can be told from a forgery.
            credential_current_sign_count=-1,
            require_user_verification=True,
        )
    except _MALFORMED as error:
        raise errors.PasskeyRefused from error
    counts = verified.new_sign_count > 0 or passkey.sign_count > 0
    if counts and verified.new_sign_count <= passkey.sign_count:
        raise errors.PasskeyCopied(passkey.user_id)
    passkey.sign_count, passkey.last_used_at = verified.new_sign_count, clock.now()
    passkey.is_synced = verified.credential_backed_up
    return passkey


async def note_copied(session: Session, person_id: UUID, *, ip: str = "") -> None:
    """A signature was right and its counter was not: two devices hold one key. The person should know."""
    await audit.record(session, person_id, "identity.passkey_copied", subject=("user", person_id), ip=machine_address(ip))
    await publish(session, events.SecurityChanged(person_id, SecurityNews.PASSKEY_COPIED))


async def rename_passkey(session: Session, actor: Actor, passkey_id: UUID, name: str) -> Passkey:
    """Call it something else. Raises ``PasskeyUnknown``, ``LabelInvalid``."""
    passkey = await _own(session, actor, passkey_id)
    passkey.name = clean_label(name)
    return passkey


async def remove_passkey(session: Session, actor: Actor, passkey_id: UUID, *, ip: str = "") -> None:
    """Accept it no longer. Raises ``PasskeyUnknown``; ``LastWayIn`` and ``LastSecondFactor`` when nothing would be left."""
    user = (await session.scalars(select(User).where(User.id == actor.id).with_for_update())).one()
    passkey = await _own(session, actor, passkey_id)
    others = await count_passkeys(session, user.id) - 1
    identities = await session.scalars(select(OAuthIdentity.id).where(OAuthIdentity.user_id == user.id))
    if not may_remove_way_in(has_password=has_password(user), other_passkeys=others, other_identities=len(identities.all())):
        raise errors.LastWayIn
    app = select(Authenticator.id).where(Authenticator.user_id == user.id, Authenticator.confirmed_at.is_not(None))
    if user.mfa_enabled and not others and await session.scalar(app) is None:
        raise errors.LastSecondFactor
    await session.delete(passkey)
    await audit.record(session, user.id, "identity.passkey_removed", subject=("passkey", passkey.id), ip=machine_address(ip))
    await publish(session, events.SecurityChanged(user.id, SecurityNews.PASSKEY_REMOVED, {"name": passkey.name}))


def clean_label(typed: str) -> str:
    """A name that somebody gives to a thing of theirs. Raises ``LabelInvalid``."""
    label = clean_name(typed)
    if not 1 <= len(label) <= LABEL_LENGTH_MAX:
        raise errors.LabelInvalid(length_max=LABEL_LENGTH_MAX)
    return label


async def _own(session: Session, actor: Actor, passkey_id: UUID) -> Passkey:
    statement = select(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == actor.id).with_for_update()
    passkey = await session.scalar(statement)
    if passkey is None:
        raise errors.PasskeyUnknown
    return passkey


def _new_nonce() -> bytes:
    return secrets.new_token().encode()[:_NONCE_BYTES]


def _parsed(credential: Mapping[str, Any] | str) -> dict[str, Any]:
    text = credential if isinstance(credential, str) else json.dumps(dict(credential))
    found = json.loads(text) if len(text) <= CREDENTIAL_LENGTH_MAX else None
    if not isinstance(found, dict) or not isinstance(found.get("response"), dict):
        raise TypeError("a credential is an object with a response")
    return found


def _transports(credential: Mapping[str, Any]) -> list[str]:
    given = credential["response"].get("transports")
    known = {one.value for one in AuthenticatorTransport}
    return sorted({one for one in given if isinstance(one, str)} & known) if isinstance(given, list) else []


def _descriptors(passkeys: Iterable[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(id=one.credential_id, transports=[AuthenticatorTransport(name) for name in one.transports])
        for one in passkeys
    ]
