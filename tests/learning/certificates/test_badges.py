"""Badges before verifiers that we did not write: one in JavaScript, one in Python, by nothing but public documents."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from openbadgeslib.ob3 import OB3LdpVerifier, OB3Verifier
from openbadgeslib.ob3.verifier import OB3VerificationError

from tests.learning.certificates.conftest import School, ok
from tests.learning.certificates.independent import verify
from tuition.identity import Role
from tuition.kernel import clock

DID = "did:web:school.example"


async def fetched(school: School) -> dict[str, bytes]:
    """The public documents as they are, by address."""
    visitor = await school.program()
    paths = {"https://school.example/.well-known/did.json": "/.well-known/did.json"}
    for name in ("1", "1.jwt"):
        paths[f"https://school.example/v1/badges/status/{name}"] = f"/v1/badges/status/{name}"
    return {url: (await visitor.get(path)).content for url, path in paths.items()}


async def badge_of(school: School, number: str) -> dict[str, Any]:
    """The signed credential."""
    found: dict[str, Any] = await ok(await (await school.program()).get(f"/v1/certificates/{number}/badge.json"))
    return found


async def test_an_independent_verifier_accepts_a_badge_until_it_is_revoked(school: School) -> None:
    number = (await school.awarded("Dana Young"))["certificate_number"]
    badge = await badge_of(school, number)
    assert verify(badge, await school.documents()) == {"verified": True, "revoked": False, "errors": []}
    mona = await school.program("Mona Haddad")
    await ok(await mona.post(f"/v1/certificates/{number}/revocation", json={"reason": "It was somebody else."}))
    assert verify(badge, await school.documents())["revoked"]
    await ok(await mona.post(f"/v1/certificates/{number}/reinstatement", json={"reason": "It was not."}))
    assert not verify(badge, await school.documents())["revoked"]


@pytest.mark.parametrize("change", ["name", "until", "revocable", "issuer"])
async def test_a_badge_that_somebody_changed_is_refused(school: School, change: str) -> None:
    badge = await badge_of(school, (await school.awarded("Dana Young"))["certificate_number"])
    match change:
        case "name":
            badge["credentialSubject"]["identifier"][0]["identityHash"] = "Somebody Else"
        case "until":
            badge["validUntil"] = "2099-01-01T00:00:00Z"
        case "revocable":
            del badge["credentialStatus"]
        case "issuer":
            badge["issuer"]["name"] = "Another School"
    assert not verify(badge, await school.documents())["verified"]


async def test_a_second_verifier_agrees_about_proof_and_token(school: School) -> None:
    certificate = await school.awarded("Dana Young")
    number = certificate["certificate_number"]
    visitor, mona = await school.program(), await school.program("Mona Haddad")
    badge, token = await badge_of(school, number), (await visitor.get(f"/v1/certificates/{number}/badge.jwt")).text
    public = await fetched(school)
    with_token = OB3Verifier.for_issuer_did(DID, download=public.__getitem__)
    subject = f"urn:uuid:{certificate['id']}"
    assert with_token.verify(token, check_status=True, download=public.__getitem__).recipient_id == subject
    inside = OB3LdpVerifier.for_issuer_did(DID)
    # This verifier takes lists as tokens only; the list's own proof is looked at by the other one.
    seen = inside.verify(json.dumps(badge), check_status=True, verify_status_list=False, download=public.__getitem__)
    assert seen.recipient_id == subject
    await ok(await mona.post(f"/v1/certificates/{number}/revocation", json={"reason": "A mistake."}))
    public = await fetched(school)
    with pytest.raises(OB3VerificationError, match="revocation"):
        OB3Verifier.for_issuer_did(DID, download=public.__getitem__).verify(token, check_status=True, download=public.__getitem__)
    with pytest.raises(OB3VerificationError, match="revocation"):
        inside.verify(json.dumps(badge), check_status=True, verify_status_list=False, download=public.__getitem__)


async def test_pictures_carry_the_badge_for_who_extracts_it(school: School) -> None:
    number = (await school.awarded("Dana Young"))["certificate_number"]
    visitor = await school.program()
    badge = await badge_of(school, number)
    png = (await visitor.get(f"/v1/certificates/{number}/badge.png")).content
    svg = (await visitor.get(f"/v1/certificates/{number}/badge.svg")).content
    assert json.loads(OB3Verifier.extract_token_from_png(png)) == badge
    assert json.loads(OB3Verifier.extract_token_from_svg(svg)) == badge


async def test_new_keys_leave_old_badges_good(school: School) -> None:
    old = await badge_of(school, (await school.awarded("Dana Young"))["certificate_number"])
    assert (await (await school.program("Mona Haddad")).post("/v1/badges/keys/rotation")).status_code == 403
    owner = await school.program("Olga Owner", Role.OWNER)
    await ok(await owner.post("/v1/badges/keys/rotation"), 204)
    new = await badge_of(school, (await school.awarded("Sami Aziz"))["certificate_number"])
    assert old["proof"]["verificationMethod"] != new["proof"]["verificationMethod"]
    documents = await school.documents()
    assert verify(old, documents)["verified"]
    assert verify(new, documents)["verified"]
    assert len(documents[DID]["verificationMethod"]) == 4
    assert "d" not in {name for method in documents[DID]["verificationMethod"] for name in method.get("publicKeyJwk", {})}


async def test_a_badge_says_no_more_than_its_owner_wants(school: School) -> None:
    number = (await school.awarded("Dana Young"))["certificate_number"]
    assert "Dana Young" in json.dumps(await badge_of(school, number))
    dana = await school.program("Dana Young")
    await ok(await dana.patch(f"/v1/certificates/{number}", json={"shows_name": False}))
    hidden = await badge_of(school, number)
    assert "Dana" not in json.dumps(hidden)
    assert "example.org" not in json.dumps(hidden)
    assert verify(hidden, await school.documents())["verified"]


async def test_a_status_list_that_nobody_is_in_does_not_exist(school: School) -> None:
    visitor = await school.program()
    for path in ("/v1/badges/status/1", "/v1/badges/status/1.jwt", "/v1/badges/status/999"):
        assert (await visitor.get(path)).status_code == 404
    await school.awarded("Dana Young")
    listed = await ok(await visitor.get("/v1/badges/status/1"))
    until = clock.now() + timedelta(days=2)
    assert listed["validUntil"] < f"{until:%Y-%m-%dT%H:%M:%SZ}"
