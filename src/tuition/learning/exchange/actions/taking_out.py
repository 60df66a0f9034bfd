"""Questions and courses, as other programs read them."""

from __future__ import annotations

from uuid import UUID

from tuition import catalog
from tuition.identity import Actor
from tuition.learning import courses, questions, quizzes
from tuition.learning.courses import LessonType, Right
from tuition.learning.exchange.formats import cartridge, markdown, qti_package
from tuition.learning.exchange.values import FoundCourse, FoundFile, FoundLesson, Item, Outcome, found
from tuition.platform import paging
from tuition.platform.database import AnySession
from tuition.platform.files import Store

VERSIONS = ("2.1", "3.0")
_HERE = Item("", "lesson", Outcome.IMPORTED)


async def export_bank(session: AnySession, actor: Actor, bank_id: UUID, *, version: str = "2.1") -> bytes:
    """A bank as a QTI package. What QTI cannot say stands beside each item, so that bringing it back changes nothing.

    Raises ``BankUnknown``.
    """
    assert version in VERSIONS, f"no QTI {version}"
    bank = await questions.get_bank_for(session, actor, bank_id)
    asked: list[questions.Asked] = []
    cursor: str | None = None
    while True:
        page = await questions.questions_page(session, actor, bank_id, limit=paging.LIMIT_MAX, cursor=cursor)
        asked += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    # The page begins with the newest; a file has them in the order in which they were written.
    written = [(one.body, one.question.points, tuple(one.question.tags)) for one in reversed(asked)]
    return qti_package.write(written, title=bank.title, version=version)


async def export_quiz(session: AnySession, actor: Actor, quiz_id: UUID, *, version: str = "2.1") -> bytes:
    """What a quiz asks by name, as a QTI package. Raises ``QuizUnknown``."""
    assert version in VERSIONS, f"no QTI {version}"
    quiz = await quizzes.get_quiz_for_staff(session, actor, quiz_id, Right.OUTLINE)
    contents = await quizzes.contents_of(session, quiz_id)
    written = [(one.asked.body, one.row.points, tuple(one.asked.question.tags)) for one in contents.listed]
    return qti_package.write(written, title=quiz.title, version=version)


async def export_cartridge(session: AnySession, store: Store, actor: Actor, course_id: UUID) -> bytes:
    """A course as a Common Cartridge: pages, books, quizzes. Films stay where they are; their lessons say so.

    Raises ``CourseUnknown``.
    """
    return cartridge.write(await _course(session, store, actor, course_id))


async def export_markdown(session: AnySession, store: Store, actor: Actor, course_id: UUID) -> bytes:
    """A course's texts as a zipped folder of Markdown. Raises ``CourseUnknown``."""
    return markdown.write(await _course(session, store, actor, course_id))


async def _course(session: AnySession, store: Store, actor: Actor, course_id: UUID) -> FoundCourse:
    await courses.get_for_staff(session, actor, course_id, Right.OUTLINE)
    content = (await catalog.contents_by_id(session, [course_id]))[course_id]
    course = FoundCourse(content.title, content.description, content.language)
    nodes = await courses.outline(session, course_id, drafts=True)
    bodies = await courses.bodies_of(session, course_id)
    asked = {quiz.lesson_id: quiz for quiz in await quizzes.quizzes_of_course(session, course_id)}
    for node in nodes:
        lesson = node.lesson
        taken = FoundLesson(_HERE, lesson.title, node.depth, lesson.lesson_type, bodies.get(lesson.id, ""))
        taken.video_url, taken.is_preview = lesson.video_url, lesson.is_preview
        if lesson.id in asked:
            listed = (await quizzes.contents_of(session, asked[lesson.id].id)).listed
            taken.questions = [found("", "question", one.asked.body, points=one.row.points) for one in listed]
        if lesson.lesson_type == LessonType.DOCUMENT and lesson.content_id is not None:
            document = await catalog.document_of(session, lesson.content_id)
            if document is not None:
                taken.file = FoundFile(document.file_name, await store.read(document.file_key))
        course.lessons.append(taken)
    return course
