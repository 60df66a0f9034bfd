"""A device that keeps passkeys, in software: what a browser would send, signed by a real key."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tuition.identity import RelyingParty

PARTY = RelyingParty.of("http://localhost:8000", "A school")
PRESENT_AND_VERIFIED, BACKED_UP, HAS_KEY = 0x05, 0x18, 0x40


def _letters(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


class Device:
    """One passkey on one device."""

    def __init__(self, name: bytes = b"a credential", *, party: RelyingParty = PARTY, counts: bool = True) -> None:
        self.id = hashlib.sha256(name).digest()
        self.party = party
        self.count = 0
        self._counts = counts
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._handle = b""

    def make(self, options: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """What ``navigator.credentials.create`` gives."""
        self._handle = base64.urlsafe_b64decode(options["user"]["id"] + "==")
        numbers = self._key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        key = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + key
        data = self._data(HAS_KEY) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options["challenge"], **changes)
        return self._wrapped({"clientDataJSON": client, "attestationObject": attestation}, transports=["internal", "hybrid"])

    def sign(self, options: dict[str, Any], *, handle: bytes | None = None, **changes: Any) -> dict[str, Any]:
        """What ``navigator.credentials.get`` gives."""
        self.count += 1 if self._counts else 0
        client, data = self._client("webauthn.get", options["challenge"], **changes), self._data(0)
        signature = self._key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        parts = {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
        return self._wrapped(parts | {"userHandle": self._handle if handle is None else handle})

    def _data(self, more: int) -> bytes:
        flags = PRESENT_AND_VERIFIED | BACKED_UP | more
        return hashlib.sha256(self.party.id.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str, *, origin: str = "") -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin or self.party.origin}).encode()

    def _wrapped(self, parts: dict[str, bytes], **more: Any) -> dict[str, Any]:
        response = {name: _letters(value) for name, value in parts.items()}
        return {"id": _letters(self.id), "rawId": _letters(self.id), "type": "public-key", "response": response | more}
