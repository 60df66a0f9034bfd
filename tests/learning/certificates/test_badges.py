"""Badges before verifiers that we did not write, by nothing but public documents."""

from __future__ import annotations

import json
import struct
from datetime import timedelta
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from tests.learning.certificates.conftest import School, ok
from tests.learning.certificates.independent import verify, verify_token
from tuition.identity import Role
from tuition.kernel import clock

DID = "did:web:school.example"


async def tokens(school: School) -> dict[str, Any]:
    """The public documents for whoever verifies tokens, by address."""
    visitor = await school.program()
    keys = await ok(await visitor.get("/.well-known/did.json"))
    address = "/v1/badges/status/1.jwt"
    return {DID: keys, f"https://school.example{address}": (await visitor.get(address)).text}


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


async def test_a_verifier_of_tokens_agrees_until_it_is_revoked(school: School) -> None:
    certificate = await school.awarded("Dana Young")
    number, subject = certificate["certificate_number"], f"urn:uuid:{certificate['id']}"
    visitor, mona = await school.program(), await school.program("Mona Haddad")
    token = (await visitor.get(f"/v1/certificates/{number}/badge.jwt")).text
    found = verify_token(token, await tokens(school))
    assert found["errors"] == []
    assert (found["verified"], found["revoked"], found["subject"]) == (True, False, subject)
    assert found["id"] == (await badge_of(school, number))["id"]
    head, _, signature = token.split(".")
    forged = ".".join([head, token.split(".")[1][:-6] + "AAAAAA", signature])
    assert not verify_token(forged, await tokens(school))["verified"]
    await ok(await mona.post(f"/v1/certificates/{number}/revocation", json={"reason": "A mistake."}))
    assert verify_token(token, await tokens(school))["revoked"]


async def test_pictures_carry_the_badge_for_who_extracts_it(school: School) -> None:
    number = (await school.awarded("Dana Young"))["certificate_number"]
    visitor = await school.program()
    badge = await badge_of(school, number)
    png = (await visitor.get(f"/v1/certificates/{number}/badge.png")).content
    svg = (await visitor.get(f"/v1/certificates/{number}/badge.svg")).content
    assert json.loads(in_png(png)) == badge
    [baked] = fromstring(svg).iter("{https://purl.imsglobal.org/ob/v3p0}credential")
    assert json.loads(baked.text or "") == badge


def in_png(data: bytes) -> bytes:
    """The text of the chunk that Open Badges name, read as the PNG specification (ISO/IEC 15948, 11.3.4.5) says it is written."""
    at, found = 8, []
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        if kind == b"iTXt" and data[at + 8 :].startswith(b"openbadgecredential\0"):
            is_compressed, _method, rest = data[at + 28], data[at + 29], data[at + 30 : at + 8 + size]
            _language, _translated, text = rest.split(b"\0", 2)
            assert not is_compressed, "every reader can read it"
            found.append(text)
        at += size + 12
    assert len(found) == 1, "one badge in a picture"
    return found[0]


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
