"""The two signatures that Open Badges knows: a Data Integrity proof inside the document, and a JSON Web Token around it.

The proof is ``eddsa-rdfc-2022`` (W3C Data Integrity EdDSA Cryptosuites 1.0): the document as a set of RDF statements in canonical
order (RDFC-1.0), hashed together with the proof's own options, signed with Ed25519. Ed25519 is deterministic: the same document
signed at the same moment is the same signature.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from pyld import jsonld

from tuition.learning.certificates.badges.keys import base58

CREDENTIALS_V2 = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES_3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
CONTEXTS = Path(__file__).with_name("contexts")
_FILES = {CREDENTIALS_V2: "credentials-v2.json", OPEN_BADGES_3: "open-badges-3.0.3.json"}


def with_proof(document: Mapping[str, Any], key: Ed25519PrivateKey, *, method: str, created: str) -> dict[str, Any]:
    """The document with a proof in it. ``method`` names the key, ``created`` is the moment (RFC 3339)."""
    assert "proof" not in document, "one proof is enough"
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": created,
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    signed = key.sign(_hash({"@context": document["@context"], **options}) + _hash(document))
    return {**document, "proof": {**options, "proofValue": "z" + base58(signed)}}


def signed_token(claims: Mapping[str, Any], key: RSAPrivateKey, *, method: str) -> str:
    """The claims as a compact token, signed with RS256: what every verifier of Open Badges must accept."""
    return jwt.encode(dict(claims), key, algorithm="RS256", headers={"kid": method, "typ": "JWT"})


def _hash(document: Mapping[str, Any]) -> bytes:
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": _load}
    return hashlib.sha256(jsonld.normalize(dict(document), options).encode()).digest()


def _load(url: str, _options: Mapping[str, Any]) -> dict[str, Any]:
    # Only what lies beside us: nothing is fetched while signing, and nobody else's context can change what is signed.
    assert url in _FILES, f"no badge uses the context {url}"
    return {"contextUrl": None, "documentUrl": url, "document": _context(url), "contentType": "application/ld+json"}


@cache
def _context(url: str) -> Any:
    return json.loads((CONTEXTS / _FILES[url]).read_text(encoding="utf-8"))
