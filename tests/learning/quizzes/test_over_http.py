"""Quizzes through the API: one learner's way, what stays hidden, and clear answers to wrong questions."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from tests.learning.quizzes.classroom import Classroom, find, options_by_words


async def test_a_learners_way_from_the_start_to_the_grade(classroom: Classroom) -> None:
    sheet = await classroom.begin()
    attempt = f"/v1/quiz-attempts/{sheet['attempt']['id']}"
    assert "Paris" not in json.dumps(sheet)
    assert "two divisors" not in json.dumps(sheet)
    assert all(question["key"] is None for question in sheet["questions"])
    choice = find(sheet, "multiple_choice")
    ids = options_by_words(choice)
    answers: dict[str, Any] = {
        "multiple_choice": {"choices": [ids["2"], ids["3"]]},
        "true_false": {"value": True},
        "short_answer": {"text": "PARIS"},
        "essay": {"text": "Multiply them all, and add one."},
    }
    for kind, response in answers.items():
        position = find(sheet, kind)["position"]
        saved = await classroom.learner.put(f"{attempt}/answers/{position}", json={"response": response, "revision": 0})
        assert (saved.status_code, saved.json()["revision"]) == (200, 1)
    handed_in = (await classroom.learner.post(f"{attempt}/submit")).json()
    assert (handed_in["status"], handed_in["score"], handed_in["is_passed"]) == ("submitted", "5.00", None)
    shown = (await classroom.learner.get(attempt)).json()
    assert find(shown, "short_answer")["key"] == {"text": ["Paris"]}
    assert find(shown, "short_answer")["feedback_html"] == ["Bien."]

    waiting = (await classroom.teacher.get(f"/v1/quizzes/{classroom.quiz_id}/to-grade")).json()["items"]
    assert [one["student_name"] for one in waiting] == ["Lina"]
    graded = await classroom.teacher.put(
        f"{attempt}/grades/{waiting[0]['position']}", json={"levels": {"argument": "all", "words": "some"}}
    )
    assert {name: graded.json()[name] for name in ("status", "score", "percentage", "is_passed")} == {
        "status": "graded",
        "score": "7.50",
        "percentage": "75.00",
        "is_passed": True,
    }
    told = (await classroom.learner.get("/v1/me/notifications")).json()["items"]
    assert "75.00" in told[0]["message"]


async def test_a_third_start_and_a_stale_save_are_conflicts_with_a_sentence(classroom: Classroom) -> None:
    for _ in range(2):
        sheet = await classroom.begin()
        attempt = f"/v1/quiz-attempts/{sheet['attempt']['id']}"
        await classroom.learner.post(f"{attempt}/submit")
    refused = await classroom.learner.post(f"/v1/quizzes/{classroom.quiz_id}/attempts")
    assert (refused.status_code, refused.json()["code"]) == (409, "quizzes.attempts_used_up")
    stale = await classroom.learner.put(f"{attempt}/answers/1", json={"response": None})
    assert (stale.status_code, stale.json()["code"]) == (409, "quizzes.attempt_over")
    assert "What was saved before counts" in stale.json()["detail"]


async def test_a_job_hands_in_at_the_deadline(classroom: Classroom) -> None:
    sheet = await classroom.begin()
    attempt = f"/v1/quiz-attempts/{sheet['attempt']['id']}"
    position = find(sheet, "true_false")["position"]
    await classroom.later(minutes=19, seconds=50)
    await classroom.learner.put(f"{attempt}/answers/{position}", json={"response": {"value": True}})
    await classroom.later(seconds=21)
    await classroom.work()
    listed = (await classroom.teacher.get(f"/v1/quizzes/{classroom.quiz_id}/attempts")).json()["items"]
    assert [(one["status"], one["handed_in_by"], one["score"], one["time_taken_seconds"]) for one in listed] == [
        ("graded", "deadline", "1.00", 1200)
    ]


async def test_what_is_not_yours_is_not_there(classroom: Classroom) -> None:
    sheet = await classroom.begin()
    attempt, quiz = f"/v1/quiz-attempts/{sheet['attempt']['id']}", f"/v1/quizzes/{classroom.quiz_id}"
    bank = (await classroom.teacher.get(f"/v1/courses/{classroom.course_id}/quizzes")).json()["items"][0]["bank_id"]
    question = sheet["questions"][0]["question_id"]
    for client in (classroom.other, classroom.learner):
        for path in (f"{quiz}/questions", f"{quiz}/attempts", f"{quiz}/statistics", f"{quiz}/to-grade", f"{quiz}/overrides",
                     f"/v1/question-banks/{bank}", f"/v1/question-banks/{bank}/questions", f"/v1/questions/{question}",
                     f"/v1/courses/{classroom.course_id}/quizzes"):  # fmt: skip
            assert (await client.get(path)).status_code == 404, path
    assert (await classroom.other.get(attempt)).status_code == 404
    assert (await classroom.other.put(f"{attempt}/answers/1", json={"response": None})).status_code == 404
    assert (await classroom.other.post(f"{attempt}/submit")).status_code == 404
    assert (await classroom.teacher.get(attempt)).status_code == 200
    assert (await classroom.teacher.get(f"/v1/quiz-attempts/{uuid4()}")).status_code == 404


async def test_malformed_answers_are_invalid_and_save_nothing(classroom: Classroom) -> None:
    sheet = await classroom.begin()
    attempt = f"/v1/quiz-attempts/{sheet['attempt']['id']}"
    position = find(sheet, "multiple_choice")["position"]
    listed: list[Any] = [{"choices": ["n2"]}, {"choices": "x"}, {"choices": [{}]}, {"text": "2"}, {}]
    for nonsense in listed:
        refused = await classroom.learner.put(f"{attempt}/answers/{position}", json={"response": nonsense})
        assert (refused.status_code, refused.json()["code"]) == (422, "questions.response_invalid")
    assert (await classroom.learner.put(f"{attempt}/answers/99", json={"response": None})).status_code == 404
    assert find((await classroom.learner.get(attempt)).json(), "multiple_choice")["response"] is None


async def test_a_teacher_builds_a_quiz_with_banks_draws_and_an_order(classroom: Classroom) -> None:
    bank = (await classroom.teacher.post("/v1/question-banks", json={"title": "Sums"})).json()
    for number in range(5):
        body = {"type": "numeric", "text": f"{number} + 1?", "accepted": [{"value": number + 1}]}
        made = await classroom.teacher.post(
            f"/v1/question-banks/{bank['id']}/questions", json={"body": body, "tags": ["Easy"] if number < 3 else []}
        )
        assert made.status_code == 201, made.text
    tags = (await classroom.teacher.get(f"/v1/question-banks/{bank['id']}/tags")).json()["items"]
    assert tags == [{"tag": "easy", "count": 3}]
    found = (await classroom.teacher.get(f"/v1/question-banks/{bank['id']}/questions", params={"q": "4 +"})).json()["items"]
    assert [one["body"]["text"] for one in found] == ["4 + 1?"]
    quiz = f"/v1/quizzes/{classroom.quiz_id}"
    too_many = await classroom.teacher.post(f"{quiz}/draws", json={"bank_id": bank["id"], "tag": "easy", "count": 4})
    assert too_many.status_code == 422
    await classroom.teacher.post(f"{quiz}/draws", json={"bank_id": bank["id"], "tag": "easy", "count": 2})
    contents = (await classroom.teacher.get(f"{quiz}/questions")).json()
    assert (contents["question_count"], contents["points"]) == (6, "12.00")
    backwards = [one["question"]["id"] for one in reversed(contents["questions"])]
    ordered = (await classroom.teacher.put(f"{quiz}/questions", json={"question_ids": backwards})).json()
    assert [one["question"]["id"] for one in ordered["questions"]] == backwards
    await classroom.teacher.patch(quiz, json={"shuffle_questions": False})
    sheet = await classroom.begin()
    kinds = [question["type"] for question in sheet["questions"]]
    assert kinds == ["essay", "short_answer", "true_false", "multiple_choice", "numeric", "numeric"]
    assert len({question["question_id"] for question in sheet["questions"]}) == 6


async def test_a_wrong_key_is_mended_and_every_attempt_is_marked_again(classroom: Classroom) -> None:
    sheet = await classroom.begin()
    attempt = f"/v1/quiz-attempts/{sheet['attempt']['id']}"
    asked = find(sheet, "true_false")
    await classroom.learner.put(f"{attempt}/answers/{asked['position']}", json={"response": {"value": False}})
    assert (await classroom.learner.post(f"{attempt}/submit")).json()["score"] == "0.00"
    question = f"/v1/questions/{asked['question_id']}"
    body = (await classroom.teacher.get(question)).json()["body"]
    stale = await classroom.teacher.patch(question, json={"body": body | {"answer": False}, "version": 2})
    assert stale.status_code == 409
    await classroom.teacher.patch(question, json={"body": body | {"answer": False}, "version": 1})
    assert (await classroom.teacher.get(f"{question}/regrade")).json()["state"] == "never"
    assert (await classroom.teacher.post(f"{question}/regrade")).status_code == 202
    await classroom.work()
    assert (await classroom.teacher.get(f"{question}/regrade")).json() == {"state": "succeeded", "done": 1, "total": 1}
    mended = (await classroom.learner.get(attempt)).json()
    assert (mended["attempt"]["score"], mended["attempt"]["percentage"]) == ("1.00", "10.00")
    changes = (await classroom.learner.get(f"{attempt}/changes")).json()["items"]
    assert [(one["points_before"], one["points_after"], one["reason"]) for one in changes] == [("0.00", "1.00", "key_corrected")]
    told = (await classroom.learner.get("/v1/me/notifications")).json()["items"]
    assert told[0]["title"] == "Your score was corrected"
    await classroom.teacher.post(f"{question}/regrade")
    await classroom.work()
    assert len((await classroom.learner.get(f"{attempt}/changes")).json()["items"]) == 1


async def test_more_time_reaches_a_running_attempt(classroom: Classroom) -> None:
    sheet = await classroom.begin()
    attempt = f"/v1/quiz-attempts/{sheet['attempt']['id']}"
    granted = {"enrollment_id": str(classroom.enrollment_id), "extra_minutes": 10, "extra_attempts": 1}
    put = await classroom.teacher.put(f"/v1/quizzes/{classroom.quiz_id}/overrides", json=granted)
    assert put.status_code == 200, put.text
    await classroom.later(minutes=25)
    await classroom.work()
    assert (await classroom.learner.get(attempt)).json()["attempt"]["status"] == "in_progress"
    cover = (await classroom.learner.get(f"/v1/quizzes/{classroom.quiz_id}")).json()
    assert (cover["time_limit_minutes"], cover["attempts_max"], cover["attempts_left"]) == (30, 3, 2)
    await classroom.later(minutes=6)
    await classroom.work()
    assert (await classroom.learner.get(attempt)).json()["attempt"]["handed_in_by"] == "deadline"
