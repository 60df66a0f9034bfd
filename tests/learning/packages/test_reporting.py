"""What items report: kept, checked, counted once, and never somebody else's."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.learning.packages import samples
from tests.learning.packages.conftest import School
from tuition.kernel import clock
from tuition.learning import courses, enrollments, packages
from tuition.learning.gradebook import book_of, rows_of
from tuition.learning.packages import Completion, DataInvalid, Item, LaunchUnknown, OpenedElsewhere, Standard, Success
from tuition.learning.packages.cmi import Before, Report, read, start
from tuition.learning.packages.rules import percentage, score_of, standing

GOING = {"cmi.core.lesson_status": "incomplete", "cmi.core.lesson_location": "page-3", "cmi.suspend_data": "three of four"}
PASSED = {"cmi.core.lesson_status": "passed", "cmi.core.score.raw": "85", "cmi.core.session_time": "00:02:05"}


async def test_somebody_goes_on_where_they_stopped_and_completes(school: School) -> None:
    await school.bring(samples.single_12(mastery="80"))
    first = await school.open()
    fresh = await school.start(first)
    assert (fresh["cmi.core.entry"], fresh["cmi.core.lesson_status"], fresh["cmi.core.student_name"]) == (
        "ab-initio",
        "not attempted",
        "Sami",
    )
    assert (fresh["cmi.student_data.mastery_score"], fresh["cmi.core.credit"]) == ("80", "credit")
    interactions = {"cmi.interactions.0.id": "q1", "cmi.interactions.0.result": "correct"}
    stands = await school.report(first, GOING | interactions | {"cmi.core.session_time": "00:10:00"})
    assert (stands.is_complete, stands.score) == (False, None)
    progress = await school.progress()
    assert progress is not None
    assert (progress.status, progress.attempts_count) == ("in_progress", 1)

    second = await school.open()
    found = await school.start(second)
    assert (found["cmi.core.entry"], found["cmi.core.lesson_location"], found["cmi.suspend_data"]) == (
        "resume",
        "page-3",
        "three of four",
    )
    assert (found["cmi.core.total_time"], found["cmi.interactions.0.id"]) == ("0000:10:00", "q1")
    stands = await school.report(second, PASSED, is_final=True)
    assert (stands.is_complete, stands.score) == (True, Decimal("85.00"))
    progress = await school.progress()
    assert progress is not None
    assert (progress.status, progress.score, progress.attempts_count) == ("completed", Decimal("85.00"), 1)
    async with school.database.reading() as session:
        page = await packages.results_page(session, school.teacher, school.lesson_id)
    (row,) = page.items
    assert row[1] == "Sami"
    assert row[2] is not None
    assert (row[2].is_done, row[2].score, row[2].seconds, row[2].version) == (True, Decimal("85.00"), 725, 1)


async def test_a_failure_is_an_attempt_and_completes_nothing_and_another_attempt_may(school: School) -> None:
    await school.bring(samples.single_12(mastery="80"))
    first = await school.open()
    stands = await school.report(first, {"cmi.core.lesson_status": "completed", "cmi.core.score.raw": "60"}, is_final=True)
    assert (stands.is_complete, stands.score) == (False, Decimal("60.00"))
    progress = await school.progress()
    assert progress is not None
    assert progress.completed_at is None
    again = await school.open(again=True)
    assert (await school.start(again))["cmi.core.entry"] == "ab-initio"
    stands = await school.report(again, {"cmi.core.score.raw": "95"}, is_final=True)
    assert (stands.is_complete, stands.score) == (True, Decimal("95.00"))
    progress = await school.progress()
    assert progress is not None
    assert (progress.status, progress.attempts_count) == ("completed", 2)


async def test_a_package_of_several_is_complete_when_all_of_it_is(school: School) -> None:
    await school.bring(samples.several_12())
    launched = await school.open()
    a, b, c = [item.identifier for item in launched.items]
    assert not (await school.report(launched, PASSED, item=a, sequence=1)).is_complete
    assert not (await school.report(launched, {}, item=c, sequence=2)).is_complete
    stands = await school.report(launched, {"cmi.core.lesson_status": "completed"}, item=b, sequence=3)
    assert (stands.is_complete, stands.score) == (True, Decimal("85.00"))


async def test_a_report_that_comes_twice_or_late_counts_once(school: School) -> None:
    await school.bring(samples.single_12())
    launched = await school.open()
    sitting = uuid4()
    await school.report(launched, GOING, sequence=2, sitting=sitting)
    stands = await school.report(launched, {"cmi.core.lesson_status": "not attempted"}, sequence=1, sitting=sitting)
    again = await school.report(launched, GOING, sequence=2, sitting=sitting)
    for one in (stands, again):
        (state,) = one.states.values()
        assert (state.sequence, state.location, state.completion) == (2, "page-3", Completion.INCOMPLETE)


async def test_of_two_windows_the_newer_one_reports_and_the_other_is_told(school: School) -> None:
    await school.bring(samples.single_12())
    older, newer = await school.open(), await school.open()
    await school.report(older, {"cmi.core.lesson_location": "1"})
    await school.report(newer, {"cmi.core.lesson_location": "2"})
    with pytest.raises(OpenedElsewhere):
        await school.report(older, {"cmi.core.lesson_location": "3"}, sequence=2)
    assert (await school.start(await school.open()))["cmi.core.lesson_location"] == "2"


async def test_windows_that_report_at_once_leave_one_attempt_and_the_newest_words(school: School) -> None:
    await school.bring(samples.single_12())
    windows = [await school.open() for _ in range(4)]
    calls = [
        school.report(
            window, {"cmi.core.lesson_location": str(number), "cmi.core.lesson_status": "incomplete"}, sequence=sequence
        )
        for number, window in enumerate(windows)
        for sequence in (1, 2, 3)
    ]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(answer, (packages.Standing, OpenedElsewhere)) for answer in answers), answers
    assert (await school.start(await school.open()))["cmi.core.lesson_location"] == "3"
    progress = await school.progress()
    assert progress is not None
    assert progress.attempts_count == 1


async def test_a_launch_is_its_persons_own_and_dies_with_access(school: School) -> None:
    await school.bring(samples.single_12())
    launched = await school.open()
    token = packages.token_of(launched.launch.id)
    with pytest.raises(LaunchUnknown):
        await school.report(launched, GOING, actor=school.other)
    later = clock.now() + packages.OPEN_FOR + timedelta(seconds=1)
    async with school.database.reading() as session:
        assert (await packages.find_launch(session, token, now=clock.now())).launch.id == launched.launch.id
        for wrong in (token[:-2] + "xx", token.replace(token[:4], "0000", 1), "", "x.y"):
            with pytest.raises(LaunchUnknown):
                await packages.find_launch(session, wrong, now=clock.now())
        with pytest.raises(LaunchUnknown):
            await packages.find_launch(session, token, now=later)
    async with school.database.transaction() as session:
        await enrollments.drop(session, school.teacher, school.enrollment_id)
    async with school.database.transaction() as session:
        with pytest.raises(enrollments.LessonLocked):
            await packages.renew(session, school.learner, launched.launch.id, seconds=60)


async def test_what_a_teacher_tries_is_not_recorded(school: School) -> None:
    await school.bring(samples.single_12())
    launched = await school.open(school.teacher)
    assert (await school.start(launched))["cmi.core.lesson_mode"] == "browse"
    stands = await school.report(launched, PASSED, actor=school.teacher)
    assert (stands.states, stands.is_complete) == ({}, False)


async def test_the_score_is_in_the_gradebook_when_the_teacher_says_so(school: School) -> None:
    await school.bring(samples.single_12())
    await school.report(await school.open(), PASSED)
    async with school.database.transaction() as session:
        assert (await book_of(session, school.course_id)).items == []
        await packages.set_graded(session, school.teacher, school.lesson_id, is_graded=True)
    async with school.database.reading() as session:
        book = await book_of(session, school.course_id)
        enrollment = await enrollments.get_for(session, school.teacher, school.enrollment_id)
        (row,) = await rows_of(session, book, [(enrollment, "Sami")])
    assert (row.cells[school.lesson_id].percentage, row.total) == (Decimal("85.00"), Decimal("85.00"))


async def test_a_person_takes_along_what_packages_know_and_has_it_forgotten(school: School) -> None:
    await school.bring(samples.single_12())
    await school.report(await school.open(), GOING)
    async with school.database.transaction() as session:
        told = await packages.privacy.export(session, school.learner.id)
        assert (told["states"][0]["suspend_data"], told["states"][0]["location"]) == ("three of four", "page-3")
        await packages.privacy.erase(session, school.learner.id)
        await packages.privacy.erase(session, school.teacher.id)
        told = await packages.privacy.export(session, school.learner.id)
    assert (told["states"][0]["suspend_data"], told["states"][0]["completion"]) == ("", "incomplete")


@pytest.mark.parametrize(
    ("standard", "element", "value"),
    [
        (Standard.SCORM_12, "cmi.core.lesson_status", "finished"),
        (Standard.SCORM_12, "cmi.core.score.raw", "101"),
        (Standard.SCORM_12, "cmi.core.score.raw", "NaN"),
        (Standard.SCORM_12, "cmi.core.score.raw", "1e400"),
        (Standard.SCORM_12, "cmi.core.session_time", "PT5M"),
        (Standard.SCORM_12, "cmi.suspend_data", "x" * 64_001),
        (Standard.SCORM_12, "document.cookie", "x"),
        (Standard.SCORM_2004, "cmi.score.scaled", "1.5"),
        (Standard.SCORM_2004, "cmi.progress_measure", "-0.1"),
        (Standard.SCORM_2004, "cmi.success_status", "maybe"),
        (Standard.SCORM_2004, "cmi.session_time", "00:05:00"),
        (Standard.SCORM_2004, "cmi.exit", "slammed"),
        (Standard.SCORM_2004, "cmi.interactions.0.id", "x" * 600_000),
    ],
)
def test_what_the_standard_does_not_know_is_refused_by_its_element(standard: Standard, element: str, value: str) -> None:
    with pytest.raises(DataInvalid):
        read(standard, {element: value})


@pytest.mark.parametrize(
    ("standard", "values", "demands", "is_final", "expected"),
    [
        (Standard.SCORM_12, {"cmi.core.lesson_status": "browsed"}, {}, False, ("incomplete", "unknown")),
        (Standard.SCORM_12, {"cmi.core.lesson_status": "completed", "cmi.core.score.raw": "79.9"}, {"mastery": "80"}, False,
         ("completed", "unknown")),
        (Standard.SCORM_12, {"cmi.core.lesson_status": "completed", "cmi.core.score.raw": "79.9"}, {"mastery": "80"}, True,
         ("completed", "failed")),
        (Standard.SCORM_2004, {"cmi.success_status": "passed", "cmi.score.scaled": "0.5"}, {"mastery": "0.8"}, False,
         ("unknown", "failed")),
        (Standard.SCORM_2004, {"cmi.completion_status": "incomplete", "cmi.progress_measure": "1"}, {"threshold": "0.9"}, False,
         ("completed", "unknown")),
    ],
)  # fmt: skip
def test_the_manifest_has_the_last_word(
    standard: Standard, values: dict[str, str], demands: dict[str, Any], is_final: bool, expected: tuple[str, str]
) -> None:
    item = Item("a", "A", "a.html", **demands)
    assert standing(standard, read(standard, values), item, is_final=is_final) == expected


numbers = st.decimals(min_value=-1000, max_value=1000, places=3)


@given(raw=numbers, least=st.none() | numbers, most=st.none() | numbers, scaled=st.none() | st.decimals(-1, 1, places=4))
def test_a_score_is_always_a_percentage(
    raw: Decimal, least: Decimal | None, most: Decimal | None, scaled: Decimal | None
) -> None:
    share = percentage(Report(raw=raw, least=least, most=most, scaled=scaled))
    assert share is not None
    assert 0 <= share <= 100
    assert score_of([share, None]) == share
    assert percentage(Report()) is None


@given(
    standard=st.sampled_from(Standard),
    suspend=st.text(max_size=500).filter(lambda text: "\x00" not in text),
    total=st.integers(0, 10_000_000),
    scaled=st.none() | st.decimals(-1, 1, places=3),
    success=st.sampled_from(["", *(str(one) for one in Success)]),
)
def test_what_an_item_finds_it_may_report(
    standard: Standard, suspend: str, total: int, scaled: Decimal | None, success: str
) -> None:
    before = Before(
        "7", "Sami", is_recorded=True, is_begun=True, suspend_data=suspend, total_s=total, scaled=scaled, success=success
    )
    found = read(standard, start(standard, before))
    assert found.suspend_data == suspend
    if standard is Standard.SCORM_2004:
        assert (found.scaled, found.success) == (scaled, success)


async def test_a_lesson_of_another_type_has_no_package(school: School) -> None:
    async with school.database.reading() as session:
        nodes = await courses.outline(session, school.course_id)
        with pytest.raises(packages.PackageUnknown):
            await packages.of_lesson(session, nodes[1].lesson.id)
