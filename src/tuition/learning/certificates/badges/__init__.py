"""Certificates as Open Badges 3.0: credentials that any program verifies without asking us for anything but public documents."""

from tuition.learning.certificates.badges.baking import bake_png, bake_svg
from tuition.learning.certificates.badges.credentials import Award, credential_of, moment, token_claims
from tuition.learning.certificates.badges.issuer import Issuer, did_of
from tuition.learning.certificates.badges.keys import (
    SigningKeys,
    keys_in_use,
    method_id,
    public_document,
    public_keys,
    retire,
    signing_keys,
)
from tuition.learning.certificates.badges.proofs import signed_token, with_proof
from tuition.learning.certificates.badges.status import place_of, published_list, published_list_token, set_status

__all__ = [
    "Award",
    "Issuer",
    "SigningKeys",
    "bake_png",
    "bake_svg",
    "credential_of",
    "did_of",
    "keys_in_use",
    "method_id",
    "moment",
    "place_of",
    "public_document",
    "public_keys",
    "published_list",
    "published_list_token",
    "retire",
    "set_status",
    "signed_token",
    "signing_keys",
    "token_claims",
    "with_proof",
]
