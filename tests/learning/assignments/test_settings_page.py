"""What a teacher decides about an assignment on its page, and beside which field something is wrong."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from tests.learning.assignments.conftest import Desk
from tests.learning.certificates.conftest import ok

FORM = {
    "title": "Describe a wave", "instructions": "", "takes_text": "yes", "files_max": "5", "file_mb": "25", "file_types": "",
    "points_max": "100", "passing_score": "0", "attempts_max": "", "counted_attempt": "latest", "rubric": "", "due_at": "",
    "closes_at": "", "late_policy": "accept", "late_percent_per_day": "0", "grace_minutes": "0",
}  # fmt: skip


async def send(desk: Desk, **changes: str) -> httpx.Response:
    mona = await desk.school.program("Mona Haddad")
    return await mona.post(f"/studio/assignments/{desk.assignment_id}", data=FORM | changes)


async def kept(desk: Desk) -> dict[str, Any]:
    mona = await desk.school.program("Mona Haddad")
    found: dict[str, Any] = await ok(await mona.get(f"/v1/assignments/{desk.assignment_id}"))
    return found


async def test_everything_about_an_assignment_is_set_on_its_page(desk: Desk) -> None:
    sent = await send(
        desk, title="Two waves", points_max="20", counted_attempt="best", attempts_max="3", file_types="pdf, .TXT", file_mb="2",
        due_at="2026-12-01T18:00", closes_at="2026-12-03T18:00", late_policy="refuse", late_percent_per_day="12,5",
    )  # fmt: skip
    assert sent.status_code == 303
    found = await kept(desk)
    assert (found["title"], found["points_max"], found["counted_attempt"], found["attempts_max"]) == (
        "Two waves",
        "20.00",
        "best",
        3,
    )
    assert (found["file_types"], found["file_bytes_max"]) == (["pdf", "txt"], 2 * 2**20)
    assert (found["due_at"][:10], found["late_policy"], found["late_percent_per_day"]) == ("2026-12-01", "refuse", "12.50")


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("title", " "), ("points_max", "many"), ("passing_score", "101"), ("files_max", "1.5"), ("file_types", "../x"),
        ("due_at", "soon"), ("attempts_max", "0"), ("counted_attempt", "worst"), ("rubric", "none of these"),
        ("grace_minutes", "100000"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_kept(desk: Desk, field: str, typed: str) -> None:
    refused = await send(desk, **{field: typed, "instructions": "Write a page."})
    assert refused.status_code == 422
    assert re.findall(r'id="f-([a-z_]+)-error"', refused.text) == [field]
    assert "Write a page." in refused.text, "what was typed stays"
    assert (await kept(desk))["instructions_html"] == ""


async def test_a_learner_and_a_group_get_dates_of_their_own_by_name_and_lose_them_again(desk: Desk) -> None:
    dana, mona = await desk.school.program("Dana Young"), await desk.school.program("Mona Haddad")
    course = f"/v1/courses/{desk.school.course_id}"
    group = await ok(await mona.post(f"{course}/groups", json={"name": "Evening"}), 201)
    await desk.school.enrol_by_hand("Dana Youngest")
    page = f"/studio/assignments/{desk.assignment_id}"
    for whom, due in (("dana young", "2027-01-01T12:00"), ("EVENING", "2027-02-01T12:00")):
        assert (await mona.post(f"{page}/dates", data={"whom": whom, "due_at": due})).status_code == 303, whom
    rows = (await ok(await mona.get(f"/v1/assignments/{desk.assignment_id}/dates")))["items"]
    assert {row["name"]: row["group_id"] for row in rows} == {"Dana Young": None, "Evening": group["id"]}
    assert (await ok(await dana.get(f"/v1/assignments/{desk.assignment_id}")))["due_at"].startswith("2027-01-01")
    for whom in ("", "Nobody", "Dana"):
        refused = await mona.post(f"{page}/dates", data={"whom": whom})
        assert (refused.status_code, 'id="f-whom-error"' in refused.text) == (422, True), whom
    refused = await mona.post(
        f"{page}/dates", data={"whom": "Dana Young", "due_at": "2027-01-02T12:00", "closes_at": "2027-01-01T12:00"}
    )
    assert 'id="own-closes_at-error"' in refused.text
    for row in rows:
        assert (await mona.post(f"{page}/dates/{row['id']}/remove")).status_code == 303
    assert (await ok(await dana.get(f"/v1/assignments/{desk.assignment_id}")))["due_at"] is None
    assert (await dana.get(page)).status_code == 404
    assert (await dana.post(f"{page}/dates", data={"whom": "Dana Young"})).status_code == 404


async def test_letters_are_set_by_lines_or_by_a_usual_scale(desk: Desk) -> None:
    mona = await desk.school.program("Mona Haddad")
    page = f"/studio/courses/{desk.school.course_id}/grades"
    await desk.grade((await desk.hand_in())["id"], points="85")
    for form, letter in (
        ({"do": "letters", "scale": "letters"}, "B"),
        ({"do": "letters", "letter": ["Well", "", "Not yet"], "bound": ["50", "", "0"]}, "Well"),
    ):
        assert (await mona.post(page, data=form)).status_code == 303
        shown = await mona.get(page)
        assert f"<bdi>{letter}</bdi>" in shown.text
    refused = await mona.post(page, data={"do": "letters", "letter": ["A"], "bound": ["x"]}, follow_redirects=True)
    assert f"<bdi>{letter}</bdi>" in refused.text, "the letters are as they were"
