"""Writing, handing in, grading, giving back: over HTTP."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.learning.assignments.conftest import Desk
from tests.learning.certificates.conftest import ok
from tuition.kernel import clock
from tuition.learning import assignments, courses


async def test_work_is_written_handed_in_graded_and_completes_its_lesson(desk: Desk) -> None:
    await desk.change(instructions="Write **one** page.", points_max="20", passing_score="50")
    dana = await desk.school.program("Dana Young")
    shown = await ok(await dana.get(f"/v1/assignments/{desk.assignment_id}"))
    assert "<strong>one</strong>" in shown["instructions_html"]
    handed = await desk.hand_in()
    assert (handed["status"], handed["attempt"], handed["late_seconds"]) == ("submitted", 1, 0)
    mona = await desk.school.program("Mona Haddad")
    waiting = (await ok(await mona.get(f"/v1/courses/{desk.school.course_id}/submissions/waiting")))["items"]
    assert [(one["student_name"], one["submission_id"]) for one in waiting] == [("Dana Young", handed["id"])]
    assert (await desk.grade(handed["id"], 422, points="21"))["code"] == "assignments.grade_invalid"
    graded = await desk.grade(handed["id"], points="17.5", feedback="Well seen.")
    assert (graded["status"], graded["percentage"]) == ("graded", "87.50")
    seen = await ok(await dana.get(f"/v1/submissions/{handed['id']}"))
    assert (seen["feedback"], seen["percentage"]) == ("Well seen.", "87.50")
    assert (await ok(await dana.get("/v1/me/notifications")))["items"][0]["title"] == "Your work was graded"
    assert (await ok(await mona.get(f"/v1/courses/{desk.school.course_id}/submissions/waiting")))["items"] == []
    again = await desk.grade(handed["id"], points="20")
    assert again["percentage"] == "100.00"
    # It was the only lesson: the course is completed, and its certificate is written.
    await desk.school.work()
    held = (await ok(await dana.get("/v1/certificates")))["items"]
    assert [one["standing"] for one in held] == ["valid"]


async def test_a_failing_grade_does_not_complete_the_lesson(desk: Desk) -> None:
    await desk.change(passing_score="60")
    handed = await desk.hand_in()
    await desk.grade(handed["id"], points="40")
    async with desk.school.database.reading() as session:
        from_enrollments = await courses.outline(session, desk.school.course_id, drafts=True)
        assert [node.lesson.id for node in from_enrollments] == [desk.lesson_id]
    await desk.school.work()
    dana = await desk.school.program("Dana Young")
    assert (await ok(await dana.get("/v1/certificates")))["items"] == []


async def test_files_go_to_their_author_and_the_staff_and_to_nobody_else(desk: Desk) -> None:
    await desk.change(files_max=2, file_bytes_max=1000, file_types=["txt", "pdf"], takes_text=False)
    dana, mona = await desk.school.program("Dana Young"), await desk.school.program("Mona Haddad")
    stranger = await desk.school.program("Sami Aziz")
    draft = await desk.begin()
    assert (await ok(await dana.post(f"/v1/submissions/{draft['id']}/submit"), 422))["code"] == "assignments.nothing_handed_in"
    kept = await desk.send("Dana Young", draft["id"], "../../wave.txt", b"a wave")
    assert (kept["file_name"], kept["size"]) == ("wave.txt", 6)
    refused = await desk.send("Dana Young", draft["id"], "wave.exe", b"x", 422)
    assert (refused["code"], refused["kinds"]) == ("assignments.file_kind_refused", "pdf, txt")
    await desk.send("Dana Young", draft["id"], "big.txt", b"x" * 1001, 413)
    await desk.send("Dana Young", draft["id"], "empty.txt", b"", 422)
    await desk.send("Sami Aziz", draft["id"], "a.txt", b"x", 404)
    await ok(await mona.get(f"/v1/submissions/{draft['id']}"), 404)
    await desk.send("Dana Young", draft["id"], "two.txt", b"2")
    assert (await desk.send("Dana Young", draft["id"], "three.txt", b"3", 409))["code"] == "assignments.files_too_many"
    await ok(await dana.post(f"/v1/submissions/{draft['id']}/submit"))
    for program, status in ((dana, 200), (mona, 200), (stranger, 404)):
        answer = await program.get(kept["url"])
        assert answer.status_code == status
    fetched = await mona.get(kept["url"])
    assert fetched.content == b"a wave"
    assert fetched.headers["content-disposition"].startswith("attachment")
    await ok(await dana.delete(f"/v1/submissions/files/{kept['id']}"), 409)
    given = await desk.send("Mona Haddad", draft["id"], "notes.docx", b"see page 2")
    assert given["is_feedback"]
    assert (await dana.get(given["url"])).content == b"see page 2"
    await desk.school.work()
    assert len(stored(desk)) == 3, "what was refused left nothing behind"


async def test_a_file_goes_on_after_an_interruption_and_one_that_is_given_up_leaves_nothing_behind(desk: Desk) -> None:
    dana = await desk.school.program("Dana Young")
    draft = await desk.begin()
    there = f"/v1/submissions/{draft['id']}/uploads"
    begun = await ok(await dana.post(there, json={"file_name": "wave.txt", "size": 10}), 201)
    upload = f"/v1/uploads/{begun['id']}"
    await ok(await dana.put(upload, content=b"01234", headers={"content-range": "bytes 0-4/10"}))
    assert (await ok(await dana.post(f"{there}/{begun['id']}/complete"), 409))["code"] == "catalog.upload_incomplete"
    assert (await ok(await dana.get(upload)))["received"] == 5
    await ok(await dana.put(upload, content=b"56789", headers={"content-range": "bytes 5-9/10"}))
    await ok(await dana.post(f"{upload}/complete"), 404)
    kept = await ok(await dana.post(f"{there}/{begun['id']}/complete"), 201)
    assert (await dana.get(kept["url"])).content == b"0123456789"
    await ok(await dana.post(f"{there}/{begun['id']}/complete"), 409)
    given_up = await ok(await dana.post(there, json={"file_name": "other.txt", "size": 10}), 201)
    await ok(await dana.put(f"/v1/uploads/{given_up['id']}", content=b"01234", headers={"content-range": "bytes 0-4/10"}))
    await ok(await dana.delete(f"/v1/uploads/{given_up['id']}"), 204)
    await desk.school.work()
    assert len(stored(desk)) == 1


async def test_a_file_that_arrives_after_its_draft_was_handed_in_is_not_kept(desk: Desk) -> None:
    dana = await desk.school.program("Dana Young")
    draft = await desk.begin()
    there = f"/v1/submissions/{draft['id']}/uploads"
    begun = await ok(await dana.post(there, json={"file_name": "late.txt", "size": 4}), 201)
    await ok(await dana.put(f"/v1/uploads/{begun['id']}", content=b"late"))
    await ok(await dana.put(f"/v1/submissions/{draft['id']}/body", json={"body": "All of it."}))
    await ok(await dana.post(f"/v1/submissions/{draft['id']}/submit"))
    refused = await ok(await dana.post(f"{there}/{begun['id']}/complete"), 409)
    assert refused["code"] == "assignments.not_open"
    assert (await ok(await dana.get(f"/v1/uploads/{begun['id']}")))["status"] == "refused"
    await desk.school.work()
    assert stored(desk) == []


async def test_the_last_attempt_counts_or_the_best_as_the_teacher_says(desk: Desk) -> None:
    await desk.change(passing_score="50")
    for points in ("90", "40"):
        await desk.grade((await desk.hand_in())["id"], points=points)
    mona = await desk.school.program("Mona Haddad")
    for counted, total in (("latest", "40.00"), ("best", "90.00")):
        await desk.change(counted_attempt=counted)
        book = await ok(await mona.get(f"/v1/courses/{desk.school.course_id}/gradebook"))
        assert [row["total"] for row in book["rows"]] == [total]


async def test_a_rubric_that_work_was_graded_by_keeps_its_points(desk: Desk) -> None:
    def rubric(best: str, word: str) -> dict[str, Any]:
        levels = [{"id": "l1", "title": word, "points": best}, {"id": "l2", "title": "No", "points": "0"}]
        return {"criteria": [{"id": "c1", "title": "Clear", "levels": levels}]}

    await desk.change(rubric=rubric("2", "Yes"))
    handed = await desk.hand_in()
    await desk.change(rubric=rubric("4", "Yes"))
    assert (await desk.grade(handed["id"], levels={"c1": "l1"}))["points"] == "100.00"
    await desk.change(rubric=rubric("4", "Certainly"))
    mona = await desk.school.program("Mona Haddad")
    for broken in (rubric("3", "Certainly"), None):
        refused = await mona.patch(f"/v1/assignments/{desk.assignment_id}", json={"rubric": broken})
        assert (await ok(refused, 409))["code"] == "assignments.rubric_in_use"


def stored(desk: Desk) -> list[str]:
    """What lies in the file store of uploads and hand-ins."""
    folders = [desk.school.folder / name for name in ("submissions", "uploads")]
    return [path.name for folder in folders for path in folder.rglob("*") if path.is_file()]


async def test_late_work_is_worth_less_each_day_unless_the_teacher_waives_it(desk: Desk) -> None:
    due = clock.now() - timedelta(hours=30)
    await desk.change(due_at=due.isoformat(), late_percent_per_day="10")
    handed = await desk.hand_in()
    assert handed["late_seconds"] > 29 * 3600
    graded = await desk.grade(handed["id"], points="80")
    assert (graded["penalty_percent"], graded["percentage"]) == ("20.00", "64.00")
    waived = await desk.grade(handed["id"], points="80", waive_penalty=True)
    assert waived["percentage"] == "80.00"


async def test_what_is_due_is_not_taken_late_but_from_who_has_more_time(desk: Desk) -> None:
    due = clock.now() - timedelta(hours=1)
    await desk.change(due_at=due.isoformat(), late_policy="refuse")
    dana, mona = await desk.school.program("Dana Young"), await desk.school.program("Mona Haddad")
    refused = await ok(await dana.post(f"/v1/assignments/{desk.assignment_id}/submissions"), 409)
    assert refused["code"] == "assignments.too_late"
    later = (clock.now() + timedelta(days=1)).isoformat()
    dates = {"enrollment_id": str(desk.enrollment_id), "due_at": later}
    row = await ok(await mona.put(f"/v1/assignments/{desk.assignment_id}/dates", json=dates))
    assert (await desk.hand_in())["late_seconds"] == 0
    listed = (await ok(await mona.get(f"/v1/assignments/{desk.assignment_id}/dates")))["items"]
    assert [(one["name"], one["id"]) for one in listed] == [("Dana Young", row["id"])]
    await ok(await dana.get(f"/v1/assignments/{desk.assignment_id}/dates"), 404)


async def test_returned_work_is_done_again_as_often_as_is_allowed(desk: Desk) -> None:
    await desk.change(attempts_max=2)
    dana, mona = await desk.school.program("Dana Young"), await desk.school.program("Mona Haddad")
    first = await desk.hand_in("First.")
    assert (await desk.begin())["id"] == first["id"], "two tabs see the same hand-in"
    returned = await ok(await mona.post(f"/v1/submissions/{first['id']}/return", json={"feedback": "Name your sources."}))
    assert returned["status"] == "returned"
    again = await desk.begin()
    assert (again["attempt"], again["body"]) == (2, "First.")
    second = await desk.hand_in("Second, with sources.")
    await ok(await dana.post(f"/v1/submissions/{second['id']}/take-back"))
    await ok(await dana.post(f"/v1/submissions/{second['id']}/submit"))
    await desk.grade(second["id"], points="90")
    assert (await ok(await dana.post(f"/v1/submissions/{second['id']}/take-back"), 409))["code"] == "assignments.not_open"
    over = await ok(await dana.post(f"/v1/assignments/{desk.assignment_id}/submissions"), 409)
    assert over["code"] == "assignments.attempts_used_up"


async def test_a_rubric_becomes_points(desk: Desk) -> None:
    rubric = {
        "criteria": [
            {"title": "Ideas", "levels": [{"title": "Poor", "points": 0}, {"title": "Good", "points": 2}]},
            {"title": "Words", "levels": [{"title": "Poor", "points": 0}, {"title": "Good", "points": 1}]},
        ]
    }
    await desk.change(rubric=rubric, points_max="10")
    dana = await desk.school.program("Dana Young")
    criteria = (await ok(await dana.get(f"/v1/assignments/{desk.assignment_id}")))["rubric"]["criteria"]
    best = {criteria[0]["id"]: criteria[0]["levels"][1]["id"], criteria[1]["id"]: criteria[1]["levels"][0]["id"]}
    handed = await desk.hand_in()
    graded = await desk.grade(handed["id"], levels=best)
    assert (graded["points"], graded["percentage"]) == ("6.67", "66.70")
    assert (await desk.grade(handed["id"], 422, levels={}))["code"] == "questions.rubric_invalid"


async def test_a_copied_course_has_an_assignment_of_its_own(desk: Desk) -> None:
    await desk.change(instructions="Write.", points_max="20", due_at=clock.now().isoformat())
    async with desk.school.database.transaction() as session:
        copied = await courses.duplicate(session, desk.mona, desk.school.course_id)
        lesson = (await courses.outline(session, copied.content_id, drafts=True))[0].lesson
        found = await assignments.of_lesson(session, lesson.id)
    assert found is not None
    assert (found.instructions, found.points_max) == ("Write.", Decimal(20))
    assert found.due_at is None


async def test_after_erasure_grades_stay_and_work_is_gone(desk: Desk) -> None:
    draft = await desk.begin()
    await desk.send("Dana Young", draft["id"], "me.txt", b"me")
    handed = await desk.hand_in("My secret.")
    await desk.grade(handed["id"], points="70", feedback="Dear Dana")
    async with desk.school.database.transaction() as session:
        exported = await assignments.privacy.export(session, desk.school.ids["Dana Young"])
        assert (exported["submissions"][0]["files"], exported["submissions"][0]["text"]) == (["me.txt"], "My secret.")
        await assignments.privacy.erase(session, desk.school.ids["Dana Young"])
    await desk.school.work()
    mona = await desk.school.program("Mona Haddad")
    left = await ok(await mona.get(f"/v1/submissions/{handed['id']}"))
    assert (left["body"], left["feedback"], left["files"], left["percentage"]) == ("", "", [], "70.00")
    assert not [path for path in (desk.school.folder / "submissions").rglob("*") if path.is_file()]
