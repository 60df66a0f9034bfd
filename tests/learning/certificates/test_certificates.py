"""From a completed course to a page on the wall: issued once, verified by anybody, corrected, revoked, forgotten."""

from __future__ import annotations

import json

import pypdfium2
import pytest
from sqlalchemy import func, select, update

from tests.learning.certificates.conftest import School, ok
from tuition.kernel import new_id
from tuition.learning import certificates
from tuition.learning.certificates import Certificate, documents
from tuition.learning.courses import Course
from tuition.platform import audit, jobs


def words_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return str(document[0].get_textpage().get_text_bounded())


async def count(school: School) -> int:
    async with school.database.reading() as session:
        return await session.scalar(select(func.count()).select_from(Certificate)) or 0


async def test_a_completed_course_gives_one_certificate(school: School) -> None:
    certificate = await school.awarded("Dana Young")
    number = certificate["certificate_number"]
    assert (certificate["standing"], certificate["name"], certificate["course_title"]) == ("valid", "Dana Young", "Waves")
    dana = await school.program("Dana Young")
    page = await ok(await dana.get(f"/v1/certificates/{number}/page.pdf"))
    assert "Dana Young" in words_of(page)
    assert number in words_of(page)
    told = (await ok(await dana.get("/v1/me/notifications")))["items"]
    assert [item["title"] for item in told] == ["Your certificate is ready"]
    history = (await ok(await dana.get(f"/v1/certificates/{number}/history")))["items"]
    assert [(change["change"], change["changed_by"]) for change in history] == [("issued", None)]


async def test_issuing_again_by_itself_changes_nothing(school: School) -> None:
    certificate = await school.awarded("Dana Young")
    async with school.database.transaction() as session:
        await jobs.defer(session, "certificates.issue", enrollment_id=certificate["enrollment_id"])
    await school.work()
    again = (await ok(await (await school.program("Dana Young")).get("/v1/certificates")))["items"]
    assert again == [certificate]


async def test_a_page_that_cannot_be_made_leaves_no_certificate(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    enrollment_id = await school.enrol("Dana Young")

    def broken(*_: object) -> bytes:
        raise RuntimeError("the press is broken")

    with monkeypatch.context() as patched:
        patched.setattr(documents, "render_certificate", broken)
        outcome = await jobs.drain(school.database, school.services, strict=False)
        assert outcome.retrying == ["certificates.issue"]
    assert await count(school) == 0
    assert not list(school.folder.rglob("*.pdf"))
    async with school.database.transaction() as session:
        await jobs.defer(session, "certificates.issue", enrollment_id=str(enrollment_id))
    await school.work()
    assert await count(school) == 1


async def test_a_course_without_certificates_gives_none(school: School) -> None:
    async with school.database.transaction() as session:
        await session.execute(update(Course).values(certificate_enabled=False))
    await school.enrol("Dana Young")
    await school.work()
    assert await count(school) == 0


async def test_anybody_verifies_and_learns_nothing_else(school: School) -> None:
    certificate = await school.awarded("Dana Young")
    number = certificate["certificate_number"]
    visitor = await school.program()
    seen = await ok(await visitor.get(f"/v1/certificates/{number.lower().replace('-', '')}"))
    assert (seen["standing"], seen["name"]) == ("valid", "Dana Young")
    assert not {"recipient_name", "enrollment_id", "id", "revoke_reason"} & set(seen)
    page = await visitor.get(f"/verify/{number}")
    assert page.status_code == 200
    assert "This certificate is valid" in page.text
    assert 'property="og:title" content="Waves"' in page.text
    assert str(school.ids["Dana Young"]) not in page.text
    assert "example.org" not in page.text
    unknown = await visitor.get("/verify/TUI-2026-00000-00000-0")
    assert unknown.status_code == 404
    assert "No certificate of this school" in unknown.text
    assert (await visitor.get("/verify", params={"number": f" {number.lower()} "})).headers["location"] == f"/verify/{number}"
    for path in ("page.pdf", "history"):
        assert (await visitor.get(f"/v1/certificates/{number}/{path}")).status_code == 401


async def test_whoever_tries_numbers_is_slowed_down(school: School) -> None:
    visitor = await school.program()
    answers = [(await visitor.get("/v1/certificates/TUI-2026-00000-00000-0")).status_code for _ in range(40)]
    assert answers[0] == 404
    assert 429 in answers


async def test_a_certificate_expires_and_says_so(school: School) -> None:
    async with school.database.transaction() as session:
        await session.execute(update(Course).values(certificate_valid_months=12))
    certificate = await school.awarded("Dana Young")
    number = certificate["certificate_number"]
    assert certificate["expires_at"] is not None
    async with school.database.transaction() as session:
        await session.execute(
            update(Certificate).values(
                issued_at=func.now() - func.make_interval(2), expires_at=func.now() - func.make_interval(1)
            )
        )
    visitor = await school.program()
    assert (await ok(await visitor.get(f"/v1/certificates/{number}")))["standing"] == "expired"
    assert "This certificate has expired" in (await visitor.get(f"/verify/{number}")).text


async def test_a_revoked_certificate_says_so_until_it_is_reinstated(school: School) -> None:
    number = (await school.awarded("Dana Young"))["certificate_number"]
    mona, dana, visitor = await school.program("Mona Haddad"), await school.program("Dana Young"), await school.program()
    address = f"/v1/certificates/{number}"
    await ok(await dana.post(f"{address}/revocation", json={"reason": "No."}), 404)
    await ok(await visitor.post(f"{address}/revocation", json={"reason": "No."}), 401)
    assert (await ok(await mona.post(f"{address}/revocation", json={"reason": "  "}), 422))[
        "code"
    ] == "certificates.reason_missing"
    await ok(await mona.post(f"{address}/revocation", json={"reason": "Somebody else wrote the work."}))
    assert (await ok(await mona.post(f"{address}/revocation", json={"reason": "x"}), 409))[
        "code"
    ] == "certificates.already_revoked"
    assert (await ok(await visitor.get(address)))["standing"] == "revoked"
    page = (await visitor.get(f"/verify/{number}")).text
    assert "This certificate was revoked" in page
    assert "Somebody else wrote the work" not in page, "the reason is between the school and the learner"
    assert (await ok(await dana.get("/v1/me/notifications")))["items"][0]["title"] == "A certificate was revoked"
    await ok(await mona.post(f"{address}/reinstatement", json={"reason": "It was theirs after all."}))
    assert (await ok(await visitor.get(address)))["standing"] == "valid"
    changes = [change["change"] for change in (await ok(await dana.get(f"{address}/history")))["items"]]
    assert changes == ["issued", "revoked", "reinstated"]
    async with school.database.reading() as session:
        entries = await audit.entries(session, action="certificates.")
    assert {entry.action for entry in entries.items} == {f"certificates.{change}" for change in changes}


async def test_a_corrected_name_is_written_anew_under_the_same_number(school: School) -> None:
    certificate = await school.awarded("Dana Yuong")
    number = certificate["certificate_number"]
    mona, dana = await school.program("Mona Haddad"), await school.program("Dana Yuong")
    body = {"enrollment_id": certificate["enrollment_id"], "name": "Dana Young"}
    assert (await ok(await mona.post("/v1/certificates", json=body), 422))["code"] == "certificates.reason_missing"
    await ok(await dana.post("/v1/certificates", json=body | {"reason": "typo"}), 404)
    new = await ok(await mona.post("/v1/certificates", json=body | {"reason": "A slip of the pen."}), 201)
    assert (new["certificate_number"], new["name"], new["version"]) == (number, "Dana Young", 2)
    assert "Dana Young" in words_of(await ok(await dana.get(f"/v1/certificates/{number}/page.pdf")))
    history = (await ok(await mona.get(f"/v1/certificates/{number}/history")))["items"]
    assert [(change["change"], change["recipient_name"]) for change in history] == [
        ("issued", "Dana Yuong"),
        ("reissued", "Dana Young"),
    ]


async def test_staff_may_award_before_the_course_is_completed(school: School) -> None:
    enrollment_id = await school.enrol("Dana Young", completed=False)
    mona = await school.program("Mona Haddad")
    made = await ok(await mona.post("/v1/certificates", json={"enrollment_id": str(enrollment_id)}), 201)
    assert made["standing"] == "valid"
    listed = (await ok(await mona.get(f"/v1/courses/{school.course_id}/certificates")))["items"]
    assert [item["certificate_number"] for item in listed] == [made["certificate_number"]]
    await ok(await (await school.program("Dana Young")).get(f"/v1/courses/{school.course_id}/certificates"), 404)
    await ok(await mona.post("/v1/certificates", json={"enrollment_id": str(new_id())}), 404)


async def test_somebody_elses_certificate_does_not_exist(school: School) -> None:
    number = (await school.awarded("Dana Young"))["certificate_number"]
    stranger = await school.program("Sami Aziz")
    for method, path in (("GET", "page.pdf"), ("GET", "history")):
        assert (await stranger.request(method, f"/v1/certificates/{number}/{path}")).status_code == 404
    assert (await stranger.patch(f"/v1/certificates/{number}", json={"shows_name": False})).status_code == 404
    assert (await ok(await stranger.get("/v1/certificates")))["items"] == []


async def test_a_person_may_keep_their_name_out_of_public(school: School) -> None:
    number = (await school.awarded("Dana Young"))["certificate_number"]
    dana, visitor = await school.program("Dana Young"), await school.program()
    await ok(await dana.patch(f"/v1/certificates/{number}", json={"shows_name": False}))
    assert (await ok(await visitor.get(f"/v1/certificates/{number}")))["name"] is None
    page = (await visitor.get(f"/verify/{number}")).text
    assert "Dana" not in page
    assert "Not shown, as its holder wishes" in page
    assert "Dana Young" in words_of(await ok(await dana.get(f"/v1/certificates/{number}/page.pdf")))
    await ok(await dana.patch(f"/v1/certificates/{number}", json={"shows_name": True}))
    assert (await ok(await visitor.get(f"/v1/certificates/{number}")))["name"] == "Dana Young"


async def test_after_erasure_a_certificate_verifies_and_names_nobody(school: School) -> None:
    number = (await school.awarded("Dana Young"))["certificate_number"]
    dana_id = school.ids["Dana Young"]
    async with school.database.reading() as session:
        exported = await certificates.privacy.export(session, dana_id)
    assert exported["certificates"][0]["number"] == number
    async with school.database.transaction() as session:
        await certificates.privacy.erase(session, dana_id)
    await school.work()
    visitor = await school.program()
    seen = await ok(await visitor.get(f"/v1/certificates/{number}"))
    assert (seen["standing"], seen["name"]) == ("valid", None)
    badge = await ok(await visitor.get(f"/v1/certificates/{number}/badge.json"))
    assert "Dana" not in json.dumps(badge)
    assert not list(school.folder.rglob("*.pdf"))
    async with school.database.reading() as session:
        assert "Dana" not in json.dumps(await certificates.privacy.export(session, dana_id))
