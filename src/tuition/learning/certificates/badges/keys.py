"""The keys that sign badges: made once per installation, the private half encrypted at rest.

A retired key loses its private half and keeps its public one, so that what it signed stays good.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from jwt.algorithms import OKPAlgorithm, RSAAlgorithm
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from tuition.kernel import new_id
from tuition.learning.certificates.models import IssuerKey
from tuition.learning.certificates.rules import Algorithm
from tuition.platform import secrets
from tuition.platform.database import AnySession, Session

PURPOSE = "issuer-key"
RSA_BITS = 2048
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519_PUBLIC = b"\xed\x01"  # the multicodec prefix


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The two keys that sign today, and what they are called."""

    proof_key: Ed25519PrivateKey
    proof_id: UUID
    token_key: RSAPrivateKey
    token_id: UUID


async def signing_keys(session: Session) -> SigningKeys:
    """The keys in use; made the first time that somebody asks."""
    for algorithm in Algorithm:
        if await session.scalar(_in_use(algorithm)) is None:
            await _make(session, algorithm)
    keys = await keys_in_use(session)
    assert keys is not None, "they were just made"
    return keys


async def keys_in_use(session: AnySession) -> SigningKeys | None:
    """The keys in use, or ``None`` while nothing was ever signed."""
    proof, token = [await session.scalar(_in_use(algorithm)) for algorithm in (Algorithm.ED25519, Algorithm.RS256)]
    if proof is None or token is None:
        return None
    return SigningKeys(_private(proof), proof.id, _private(token), token.id)


async def retire(session: Session, *, now: datetime) -> None:
    """Sign with new keys from now on. What was signed so far stays verifiable; the old private halves are forgotten."""
    await session.execute(update(IssuerKey).where(IssuerKey.retired_at.is_(None)).values(retired_at=now, private_key=None))
    await signing_keys(session)


async def public_keys(session: AnySession) -> list[IssuerKey]:
    """Every key that ever signed. The newest that signs tokens comes first: some verifiers look no further."""
    return list(await session.scalars(select(IssuerKey).order_by(IssuerKey.algorithm.desc(), IssuerKey.id.desc())))


def public_document(did: str, keys: list[IssuerKey]) -> dict[str, Any]:
    """The DID document: which keys speak for this issuer (did:web, Multikey and JsonWebKey)."""
    methods = [_method(did, key) for key in keys]
    return {
        "@context": [
            "https://www.w3.org/ns/did/v1",
            "https://w3id.org/security/multikey/v1",
            "https://w3id.org/security/jwk/v1",
        ],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def method_id(did: str, key_id: UUID) -> str:
    """What a key is called in a signature."""
    return f"{did}#key-{key_id.hex}"


def base58(data: bytes) -> str:
    """Base58 as Bitcoin writes it, which is what ``z`` announces in multibase."""
    number, letters = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        letters = _BASE58[rest] + letters
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + letters


def _in_use(algorithm: Algorithm) -> Any:
    query = select(IssuerKey).where(IssuerKey.algorithm == algorithm.value, IssuerKey.retired_at.is_(None))
    return query.execution_options(populate_existing=True)


async def _make(session: Session, algorithm: Algorithm) -> None:
    # Two processes may make one at once; the index lets one of them win, and both go on with it.
    private, public = await asyncio.to_thread(_generate, algorithm)
    row = {
        "id": new_id(),
        "algorithm": algorithm.value,
        "public_key": public,
        "private_key": secrets.encrypt(private, purpose=PURPOSE),
    }
    await session.execute(insert(IssuerKey).values(row).on_conflict_do_nothing())


def _generate(algorithm: Algorithm) -> tuple[str, dict[str, Any]]:
    match algorithm:
        case Algorithm.ED25519:
            edwards = Ed25519PrivateKey.generate()
            return _pem(edwards), json.loads(OKPAlgorithm.to_jwk(edwards.public_key()))
        case Algorithm.RS256:
            rsa = generate_private_key(public_exponent=65537, key_size=RSA_BITS)
            return _pem(rsa), json.loads(RSAAlgorithm.to_jwk(rsa.public_key()))


def _pem(key: Ed25519PrivateKey | RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _private(row: IssuerKey) -> Any:
    assert row.private_key is not None, "a key in use has both halves"
    return load_pem_private_key(secrets.decrypt(row.private_key, purpose=PURPOSE).encode(), password=None)


def _method(did: str, key: IssuerKey) -> dict[str, Any]:
    named = {"id": method_id(did, key.id), "controller": did}
    if key.algorithm == Algorithm.RS256:
        public = {name: value for name, value in key.public_key.items() if name in {"kty", "n", "e"}}
        return {**named, "type": "JsonWebKey", "publicKeyJwk": {**public, "alg": "RS256", "use": "sig"}}
    edwards = OKPAlgorithm.from_jwk(key.public_key)
    assert isinstance(edwards, Ed25519PublicKey), "its row says so"
    raw = edwards.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {**named, "type": "Multikey", "publicKeyMultibase": "z" + base58(_ED25519_PUBLIC + raw)}
