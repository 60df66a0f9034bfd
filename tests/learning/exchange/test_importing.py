"""A file arrives: all of it has an outcome, or none of it is here."""

from __future__ import annotations

import pytest

from tests.learning.exchange import samples
from tests.learning.exchange.conftest import Desk
from tuition import catalog, identity
from tuition.learning import courses, exchange, questions, quizzes
from tuition.learning.exchange import Format, ImportStatus, Outcome
from tuition.learning.questions import BankUnknown
from tuition.platform import files, jobs
from tuition.platform.database import paging


async def test_questions_become_a_bank_with_a_line_for_each(desk: Desk) -> None:
    made = await desk.bring("Small numbers.gift", samples.GIFT.encode())
    assert (made.format, made.status) == (Format.GIFT, ImportStatus.DONE)
    assert (made.imported_count, made.converted_count, made.skipped_count) == (8, 1, 3)
    items = await desk.items(made)
    assert [item.name for item in items[:3]] == ["Q1", "Q2", "Q3"]
    assert all(item.note for item in items if item.outcome != Outcome.IMPORTED)
    assert made.bank_id is not None
    async with desk.database.reading() as session:
        bank = await questions.get_bank_for(session, desk.teacher, made.bank_id)
        page = await questions.questions_page(session, desk.teacher, made.bank_id)
    assert (bank.title, len(page.items)) == ("Small numbers", 9)
    assert not await desk.store.exists(exchange.key_of(made.id))


async def test_a_bank_that_goes_out_and_comes_back_is_equal(desk: Desk) -> None:
    made = await desk.bring("moodle.xml", samples.MOODLE_XML)
    assert made.bank_id is not None
    for version in exchange.VERSIONS:
        async with desk.database.reading() as session:
            before = await questions.questions_page(session, desk.teacher, made.bank_id)
            data = await exchange.export_bank(session, desk.store, desk.teacher, made.bank_id, version=version)
        again = await desk.bring("bank.zip", data)
        assert (again.format, again.skipped_count) == (Format.QTI, 0)
        assert again.bank_id is not None
        async with desk.database.reading() as session:
            after = await questions.questions_page(session, desk.teacher, again.bank_id)
        assert [(one.body, one.question.points, one.question.tags) for one in after.items] == [
            (one.body, one.question.points, one.question.tags) for one in before.items
        ]


async def test_a_cartridge_becomes_a_course_and_goes_out_again(desk: Desk) -> None:
    made = await desk.bring("sky.imscc", samples.cartridge())
    assert (made.status, made.failure) == (ImportStatus.DONE, "")
    assert (made.imported_count, made.converted_count, made.skipped_count) == (4, 1, 4)
    assert made.course_id is not None
    async with desk.database.reading() as session:
        outline = await courses.outline(session, made.course_id, drafts=True)
        content = (await catalog.contents_by_id(session, [made.course_id]))[made.course_id]
        quiz = (await quizzes.quizzes_of_course(session, made.course_id))[0]
        asked = (await quizzes.contents_of(session, quiz.id)).listed
        data = await exchange.export_cartridge(session, desk.store, desk.teacher, made.course_id)
        folder = await exchange.export_markdown(session, desk.store, desk.teacher, made.course_id)
    assert (content.title, content.status) == ("The sky", "draft")
    assert [(node.number, node.lesson.title, node.lesson.lesson_type) for node in outline] == [
        ("1", "Chapter", "text"),
        ("1.1", "Stars", "text"),
        ("1.2", "Check", "quiz"),
        ("1.3", "More", "text"),
    ]
    assert [questions.kinds.words(one.asked.body.text) for one in asked] == ["Which planet is red?"]

    again = await desk.bring("again.zip", data)
    assert (again.format, again.skipped_count, again.converted_count) == (Format.COMMON_CARTRIDGE, 0, 0)
    assert again.course_id is not None
    async with desk.database.reading() as session:
        copy = await courses.outline(session, again.course_id, drafts=True)
        bodies = [await courses.bodies_of(session, course_id) for course_id in (made.course_id, again.course_id)]
        twin = (await quizzes.quizzes_of_course(session, again.course_id))[0]
        asked_again = (await quizzes.contents_of(session, twin.id)).listed
    assert [(node.number, node.lesson.title, node.lesson.lesson_type) for node in copy] == [
        (node.number, node.lesson.title, node.lesson.lesson_type) for node in outline
    ]
    assert [bodies[1].get(node.lesson.id) for node in copy] == [bodies[0].get(node.lesson.id) for node in outline]
    assert [one.asked.body for one in asked_again] == [one.asked.body for one in asked]
    text = await desk.bring("text.zip", folder)
    assert (text.format, text.status) == (Format.MARKDOWN, ImportStatus.DONE)


async def test_a_package_that_cannot_be_read_leaves_nothing(desk: Desk) -> None:
    whole = samples.zipped({"imsmanifest.xml": b"<manifest><organizations>"})
    made = await desk.bring("broken.imscc", whole)
    assert made.status == ImportStatus.FAILED
    assert "not well-formed" in made.failure
    assert (made.course_id, await desk.items(made)) == (None, [])
    async with desk.database.reading() as session:
        assert (await catalog.contents_of(session, desk.teacher.id)).items == []


async def test_what_is_no_package_is_refused_at_once(desk: Desk) -> None:
    async with desk.database.transaction() as session:
        made = await exchange.announce_import(session, desk.teacher, file_name="film.mp4")
    async with desk.database.transaction() as session:
        with pytest.raises(exchange.FormatUnknown):
            await exchange.accept_file(session, desk.teacher, made.id, b"\x00\x00\x00\x18ftypmp42")
        with pytest.raises(files.FileUnreadable):
            await exchange.accept_file(session, desk.teacher, made.id, b"")


async def test_nobody_brings_into_what_is_not_theirs(desk: Desk) -> None:
    made = await desk.bring("q.gift", samples.GIFT.encode())
    async with desk.database.transaction() as session:
        with pytest.raises(exchange.ImportUnknown):
            await exchange.get_import_for(session, desk.other, made.id)
        with pytest.raises(exchange.ImportUnknown):
            await exchange.items_of(session, desk.other, made.id)
        with pytest.raises(BankUnknown):
            await exchange.announce_import(session, desk.other, file_name="x.gift", bank_id=made.bank_id)
        with pytest.raises(BankUnknown):
            assert made.bank_id is not None
            await exchange.export_bank(session, desk.store, desk.other, made.bank_id)
        learner = identity.Actor(id=desk.other.id, roles=frozenset({identity.Role.LEARNER}), email_verified=True)
        with pytest.raises(identity.PermissionMissing):
            await exchange.announce_import(session, learner, file_name="x.gift")


async def test_a_job_that_runs_twice_makes_nothing_twice(desk: Desk) -> None:
    made = await desk.bring("q.gift", samples.GIFT.encode())
    context = jobs.Context(desk.database, jobs.Services().provide(files.Store, desk.store), "learning.import")
    await exchange.jobs.run_import(context, import_id=str(made.id))
    assert len(await desk.items(made)) == 12


async def test_ten_thousand_questions_arrive_together(desk: Desk) -> None:
    data = "\n\n".join(f"::N{n}:: What is {n} + 1? {{#{n + 1}}}" for n in range(10_000)).encode()
    made = await desk.bring("many.gift", data)
    assert (made.imported_count, made.skipped_count) == (10_000, 0)
    assert made.bank_id is not None
    async with desk.database.reading() as session:
        assert await questions.count_questions(session, made.bank_id, "") == 10_000
        page = await questions.questions_page(session, desk.teacher, made.bank_id, words="9999", limit=paging.LIMIT_USUAL)
    assert [one.question.words for one in page.items] == ["What is 9999 + 1?"]
