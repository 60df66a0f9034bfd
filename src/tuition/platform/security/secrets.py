"""Secrets at rest, tokens and signatures: one keyring, a key of its own for each purpose.

Words: the *current* key encrypts and signs; *former* keys still decrypt and verify, until everything has been encrypted
anew. A token is shown once and kept as its hash. Nothing here is ever logged, and the keyring shows no key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets as entropy
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tuition.kernel import DomainError, ErrorKind

KEY_LENGTH_MIN = 32
TOKEN_BYTES = 32
_NONCE_BYTES = 12
_KEY_ID_BYTES = 4
_VERSION = b"\x01"


class SecretUnreadable(DomainError):
    """A stored secret cannot be read with the keys of this installation."""

    kind = ErrorKind.UNAVAILABLE
    code = "platform.secret_unreadable"


class _Key:
    """One master key and what is derived from it."""

    def __init__(self, master: str) -> None:
        assert len(master) >= KEY_LENGTH_MIN, f"the secret key needs at least {KEY_LENGTH_MIN} characters"
        self._master = master.encode()
        self._derived: dict[str, bytes] = {}
        self.id = self.derive("id")[:_KEY_ID_BYTES]

    def derive(self, purpose: str) -> bytes:
        """The key for one purpose (HKDF-SHA256): what leaks from one use tells nothing about another."""
        if purpose not in self._derived:
            derivation = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"tuition/" + purpose.encode())
            self._derived[purpose] = derivation.derive(self._master)
        return self._derived[purpose]

    def __repr__(self) -> str:
        return "<key>"


class _Keyring:
    """The keys of this process: the current one first."""

    def __init__(self) -> None:
        self.keys: list[_Key] = []

    def configure(self, masters: Sequence[str]) -> None:
        self.keys = [_Key(master) for master in masters]

    @property
    def all(self) -> list[_Key]:
        assert self.keys, "secrets.configure(...) was not called at start"
        return self.keys

    @property
    def current(self) -> _Key:
        return self.all[0]


_keyring = _Keyring()


def configure(key: str, *, former: Sequence[str] = ()) -> None:
    """Put the keys in place, once, at start. Each has at least 32 characters."""
    _keyring.configure([key, *former])


def is_configured() -> bool:
    """Whether the keys are in place."""
    return bool(_keyring.keys)


def encrypt(value: str, *, purpose: str = "secret") -> str:
    """Encrypt text for a column (AES-256-GCM, bound to its purpose)."""
    return base64.urlsafe_b64encode(encrypt_bytes(value.encode(), purpose=purpose)).decode()


def decrypt(stored: str, *, purpose: str = "secret") -> str:
    """The text again. Raises ``SecretUnreadable`` when it was changed or its key is gone."""
    try:
        sealed = base64.urlsafe_b64decode(stored.encode())
    except (binascii.Error, ValueError) as error:
        raise SecretUnreadable from error
    return decrypt_bytes(sealed, purpose=purpose).decode()


def encrypt_bytes(value: bytes, *, purpose: str = "secret") -> bytes:
    """Encrypt bytes: version, key id, nonce, ciphertext with its tag."""
    key = _keyring.current
    nonce = os.urandom(_NONCE_BYTES)
    return _VERSION + key.id + nonce + AESGCM(key.derive(f"encrypt/{purpose}")).encrypt(nonce, value, purpose.encode())


def decrypt_bytes(sealed: bytes, *, purpose: str = "secret") -> bytes:
    """The bytes again. Raises ``SecretUnreadable`` when they were changed or their key is gone."""
    body = 1 + _KEY_ID_BYTES
    version, key_id, nonce = sealed[:1], sealed[1:body], sealed[body : body + _NONCE_BYTES]
    for key in _keyring.all:
        if version == _VERSION and key.id == key_id:
            try:
                return AESGCM(key.derive(f"encrypt/{purpose}")).decrypt(nonce, sealed[body + _NONCE_BYTES :], purpose.encode())
            except (InvalidTag, ValueError) as error:
                raise SecretUnreadable from error
    raise SecretUnreadable


def needs_rotation(stored: str) -> bool:
    """Whether a stored secret was encrypted with a former key: read it, encrypt it anew, and that key can go."""
    try:
        sealed = base64.urlsafe_b64decode(stored.encode())
    except (binascii.Error, ValueError) as error:
        raise SecretUnreadable from error
    return sealed[1 : 1 + _KEY_ID_BYTES] != _keyring.current.id


def new_token() -> str:
    """A token that nobody can guess: 256 random bits in URL-safe letters. Show it once, keep its hash."""
    return entropy.token_urlsafe(TOKEN_BYTES)


def hash_token(token: str) -> str:
    """What is kept of a token: SHA-256 in hex. A fast hash is enough for 256 random bits (passwords get argon2)."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign(payload: bytes, purpose: str) -> str:
    """A signature (HMAC-SHA256) of the payload for one purpose, in URL-safe letters."""
    return _signature(_keyring.current, payload, purpose)


def verify(payload: bytes, signature: str, purpose: str) -> bool:
    """Whether the signature belongs to the payload and the purpose, by any of our keys, in constant time."""
    given = signature.encode("utf-8", "replace")
    matches = [hmac.compare_digest(_signature(key, payload, purpose).encode(), given) for key in _keyring.all]
    return any(matches)


def same(left: str | bytes, right: str | bytes) -> bool:
    """Whether two secrets are equal, in constant time."""
    first = left.encode() if isinstance(left, str) else left
    second = right.encode() if isinstance(right, str) else right
    return hmac.compare_digest(first, second)


def _signature(key: _Key, payload: bytes, purpose: str) -> str:
    digest = hmac.digest(key.derive(f"sign/{purpose}"), payload, "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
