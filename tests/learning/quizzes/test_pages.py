"""The pages of a quiz without JavaScript: a learner takes it, a teacher writes and grades it."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.learning.quizzes.classroom import Classroom, find
from tuition.learning.questions import QuestionType


async def ok(answer: httpx.Response, status: int = 200) -> str:
    """The page, after looking at its status."""
    assert answer.status_code == status, answer.text[:2000]
    return answer.text


def values_of(page: str, name: str) -> list[str]:
    """The values that the controls of a name offer."""
    return re.findall(rf'name="{name}" value="([^"]*)"', page)


async def test_a_learner_takes_a_quiz_without_javascript(classroom: Classroom) -> None:
    learner, quiz = classroom.learner, f"/quizzes/{classroom.quiz_id}"
    assert "Begin" in await ok(await learner.get(quiz))
    begun = await learner.post(f"{quiz}/attempts")
    assert begun.status_code == 303
    href = begun.headers["location"]
    page = await ok(await learner.get(href))
    assert "Paris" not in page
    assert "two divisors" not in page
    sheet = (await learner.get(f"/v1/quiz-attempts/{href.rpartition('/')[2]}")).json()
    places = {kind: f"q{find(sheet, kind)['position']}" for kind in ("multiple_choice", "true_false", "short_answer", "essay")}
    choice = {option["html"]: option["id"] for option in find(sheet, "multiple_choice")["shown"]["options"]}
    form = {
        **{f"{name}-there": "yes" for name in places.values()},
        places["multiple_choice"]: [choice["2"], choice["3"]],
        places["true_false"]: "true",
        places["short_answer"]: "paris",
    }
    assert (await learner.post(f"{href}/review", data=form)).headers["location"] == f"{href}/review"
    review = await ok(await learner.get(f"{href}/review"))
    assert "1 question has no answer." in review
    assert "checked" in await ok(await learner.get(href))
    assert (await learner.post(f"{href}/submit")).headers["location"] == href
    result = await ok(await learner.get(href))
    assert "5 of 10" in result
    assert "A prime has two divisors." in result
    assert (await learner.post(f"{href}/review", data=form)).headers["location"] == href
    assert (await classroom.other.get(href)).status_code == 404


async def test_one_answer_is_saved_and_a_late_one_is_told(classroom: Classroom) -> None:
    learner = classroom.learner
    href = (await learner.post(f"/quizzes/{classroom.quiz_id}/attempts")).headers["location"]
    sheet = (await learner.get(f"/v1/quiz-attempts/{href.rpartition('/')[2]}")).json()
    place = find(sheet, "true_false")["position"]
    saved = (await learner.post(f"{href}/answers/{place}", data={f"q{place}": "true", "revision": "0"})).json()
    assert (saved["revision"], saved["answered"], saved["left_ms"]) == (1, True, 1_200_000)
    stale = await learner.post(f"{href}/answers/{place}", data={f"q{place}": "false", "revision": "0"})
    assert (stale.status_code, stale.json()["code"]) == (409, "quizzes.answer_stale")
    await learner.post(f"{href}/submit")
    late = await learner.post(f"{href}/answers/{place}", data={f"q{place}": "false", "revision": "1"})
    assert (late.status_code, late.json()["over"]) == (409, True)


async def test_a_teacher_grades_one_answer_after_the_other(classroom: Classroom) -> None:
    sheet = await classroom.begin()
    attempt = sheet["attempt"]["id"]
    place = find(sheet, "essay")["position"]
    await classroom.learner.put(f"/v1/quiz-attempts/{attempt}/answers/{place}", json={"response": {"text": "Add one."}})
    await classroom.learner.post(f"/v1/quiz-attempts/{attempt}/submit")
    desk = f"/studio/quizzes/{classroom.quiz_id}"
    assert f'href="{desk}/grading"' in await ok(await classroom.teacher.get("/studio/quizzes"))
    assert desk not in await ok(await classroom.learner.get("/studio/quizzes"))
    assert "Lina" in (await classroom.teacher.get(f"{desk}/grading", follow_redirects=True)).text
    href = f"{desk}/grading/{attempt}/{place}"
    assert "Argument" in await ok(await classroom.teacher.get(href))
    assert "Nothing was written" not in await ok(await classroom.teacher.get(href))
    await ok(await classroom.teacher.post(href, data={"points": "5", "comment": ""}), 422)
    graded = await classroom.teacher.post(href, data={"level-argument": "all", "level-words": "some", "comment": "Good."})
    assert graded.headers["location"] == "/studio/grading"
    result = await ok(await classroom.learner.get(f"/quizzes/attempts/{attempt}"))
    assert "2.50" in result
    assert "Good." in result
    for path in ("/attempts", "/figures", "/rules", "/preview", ""):
        await ok(await classroom.teacher.get(desk + path))
        assert (await classroom.learner.get(desk + path)).status_code == 404


FORMS: dict[str, dict[str, str]] = {
    QuestionType.MULTIPLE_CHOICE: {
        "options-0-text": "Yes",
        "options-0-is_correct": "yes",
        "options-2-text": "No",
        "partial": "per_option",
    },
    QuestionType.TRUE_FALSE: {"answer": "false"},
    QuestionType.SHORT_ANSWER: {"accepted-0-text": "Paris", "accepted-1-text": "Lutetia", "accepted-1-percent": "50"},
    QuestionType.NUMERIC: {
        "accepted-0-value": "9.81",
        "accepted-0-tolerance": "0.01",
        "units-0-name": "m/s²",
        "units-0-factor": "1",
    },
    QuestionType.MATCHING: {
        "pairs-0-prompt": "France",
        "pairs-0-answer": "Paris",
        "pairs-1-prompt": "Spain",
        "pairs-1-answer": "Madrid",
    },
    QuestionType.ORDERING: {"items-0-text": "One", "items-1-text": "Two", "partial": "neighbours"},
    QuestionType.CLOZE: {"gaps-0-id": "g1", "gaps-0-kind": "number", "gaps-0-answers": "2 ± 0.5", "gaps-0-weight": "1"},
    QuestionType.ESSAY: {"criteria-0-title": "Argument", "criteria-0-levels": "0 None\n2 Clear", "words_min": "50"},
}


@pytest.mark.parametrize("kind", [str(kind) for kind in FORMS])
async def test_every_type_of_question_can_be_written_and_opened_again(classroom: Classroom, kind: str) -> None:
    desk = f"/studio/quizzes/{classroom.quiz_id}"
    await ok(await classroom.teacher.get(f"{desk}/new", params={"type": kind}))
    text = "1 + 1 = [[g1]]" if kind == QuestionType.CLOZE else "What?"
    form = {"text": text, "points": "2,5", "tags": "Easy, sums", **FORMS[kind]}
    more = await ok(await classroom.teacher.post(f"{desk}/new?type={kind}", data=form | {"more": "options"}))
    assert text.replace("[[", "[[") in more
    await ok(await classroom.teacher.post(f"{desk}/new?type={kind}", data=form | {"text": ""}), 422)
    written = await classroom.teacher.post(f"{desk}/new?type={kind}", data=form)
    assert written.status_code == 303, written.text[:1500]
    listed = (await classroom.teacher.get(f"/v1/quizzes/{classroom.quiz_id}/questions")).json()["questions"][-1]
    assert (listed["question"]["body"]["type"], listed["points"], listed["question"]["tags"]) == (kind, "2.50", ["easy", "sums"])
    href = f"/studio/questions/{listed['question']['id']}"
    page = await ok(await classroom.teacher.get(href))
    again = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page))
    assert again["points"] == "2.50"
    saved = await classroom.teacher.post(
        href, data=form | {"version": "1"} | {name: value for name, value in again.items() if name.endswith("-id")}
    )
    assert saved.status_code == 303, saved.text[:1500]
    body = (await classroom.teacher.get(f"/v1/questions/{listed['question']['id']}")).json()
    assert (body["version"], body["body"]) == (1, listed["question"]["body"])
