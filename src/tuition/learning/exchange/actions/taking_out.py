"""Questions and courses, as other programs read them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from tuition import catalog
from tuition.identity import Actor
from tuition.learning import courses, pictures, questions, quizzes
from tuition.learning.courses import LessonType, Right
from tuition.learning.exchange.formats import cartridge, markdown, qti_package
from tuition.learning.exchange.formats.moodle import gift_writing, xml_writing
from tuition.learning.exchange.formats.pictures import FOLDER
from tuition.learning.exchange.values import Format, FoundCourse, FoundFile, FoundLesson, Item, Outcome, Taken, found
from tuition.learning.questions import AnyQuestion, parse
from tuition.platform import paging
from tuition.platform.database import AnySession
from tuition.platform.files import FileTooLarge, Store

SHOWN_BYTES_MAX = 256 * 1024 * 1024
VERSIONS = ("2.1", "3.0")
NO_PACKAGE = "*A SCORM package is shown here, which this file does not hold.*"
_HERE = Item("", "lesson", Outcome.IMPORTED)


@dataclass
class Taking:
    """What is taken out with texts: the pictures that they show, by the names that the file gives them."""

    session: AnySession
    store: Store
    actor: Actor
    shown: dict[str, bytes] = field(default_factory=dict)
    _names: dict[UUID, str] = field(default_factory=dict)

    async def text(self, written: str) -> str:
        """A text with names for addresses. A picture that is not there, or not theirs to see, keeps its address."""
        wanted = [one for one in pictures.mentioned(written) if one not in self._names]
        for picture_id, picture in (await pictures.pictures_by_id(self.session, self.actor, wanted)).items():
            data = await self.store.read(pictures.key_of(picture_id))
            if sum(map(len, self.shown.values())) + len(data) > SHOWN_BYTES_MAX:
                raise FileTooLarge(reason=f"its pictures have more than {SHOWN_BYTES_MAX // 1_048_576} MB in all.")
            self._names[picture_id] = name = f"{FOLDER}{hashlib.sha256(data).hexdigest()}.{picture.ending}"
            self.shown[name] = data
        for picture_id in pictures.mentioned(written):
            if picture_id in self._names:
                written = written.replace(pictures.address_of(picture_id), self._names[picture_id])
        return written

    async def question(self, body: AnyQuestion) -> AnyQuestion:
        """The same of all that a question says."""
        written = body.model_dump_json()
        return parse(json.loads(await self.text(written))) if pictures.mentioned(written) else body


async def export_bank(session: AnySession, store: Store, actor: Actor, bank_id: UUID, *, version: str = "2.1") -> bytes:
    """A bank as a QTI package. What QTI cannot say stands beside each item, so that bringing it back changes nothing.

    Raises ``BankUnknown``.
    """
    assert version in VERSIONS, f"no QTI {version}"
    title, written = await _of_bank(session, actor, bank_id)
    return await _package(session, store, actor, written, title=title, version=version)


async def export_quiz(session: AnySession, store: Store, actor: Actor, quiz_id: UUID, *, version: str = "2.1") -> bytes:
    """What a quiz asks by name, as a QTI package. Raises ``QuizUnknown``."""
    assert version in VERSIONS, f"no QTI {version}"
    title, written = await _of_quiz(session, actor, quiz_id)
    return await _package(session, store, actor, written, title=title, version=version)


async def export_moodle(
    session: AnySession,
    store: Store,
    actor: Actor,
    form: Format,
    *,
    bank_id: UUID | None = None,
    quiz_id: UUID | None = None,
) -> tuple[bytes, list[Taken]]:
    """A bank, or what a quiz asks by name, as Moodle reads it, and what the format could not hold of each question.

    Raises ``BankUnknown``, ``QuizUnknown``.
    """
    assert (bank_id is None) != (quiz_id is None), "one of the two"
    if bank_id is not None:
        title, written = await _of_bank(session, actor, bank_id)
    else:
        assert quiz_id is not None, "as said"
        title, written = await _of_quiz(session, actor, quiz_id)
    taking = Taking(session, store, actor)
    named = [(await taking.question(body), points, tags) for body, points, tags in written]
    if form is Format.GIFT:
        return gift_writing.write(named, title=title)
    return xml_writing.write(named, title=title, shown=taking.shown)


async def export_cartridge(session: AnySession, store: Store, actor: Actor, course_id: UUID) -> bytes:
    """A course as a Common Cartridge: pages, books, quizzes. Films stay where they are; their lessons say so.

    Raises ``CourseUnknown``.
    """
    taking = Taking(session, store, actor)
    course = await _course(session, taking, course_id)
    return cartridge.write(course, shown=taking.shown)


async def export_markdown(session: AnySession, store: Store, actor: Actor, course_id: UUID) -> bytes:
    """A course's texts as a zipped folder of Markdown. Raises ``CourseUnknown``."""
    taking = Taking(session, store, actor)
    course = await _course(session, taking, course_id)
    return markdown.write(course, shown=taking.shown)


async def _of_bank(session: AnySession, actor: Actor, bank_id: UUID) -> tuple[str, list[qti_package.Written]]:
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
    return bank.title, [(one.body, one.question.points, tuple(one.question.tags)) for one in reversed(asked)]


async def _of_quiz(session: AnySession, actor: Actor, quiz_id: UUID) -> tuple[str, list[qti_package.Written]]:
    quiz = await quizzes.get_quiz_for_staff(session, actor, quiz_id, Right.OUTLINE)
    contents = await quizzes.contents_of(session, quiz_id)
    return quiz.title, [(one.asked.body, one.row.points, tuple(one.asked.question.tags)) for one in contents.listed]


async def _package(
    session: AnySession, store: Store, actor: Actor, written: Sequence[qti_package.Written], *, title: str, version: str
) -> bytes:
    taking = Taking(session, store, actor)
    named = [(await taking.question(body), points, tags) for body, points, tags in written]
    return qti_package.write(named, title=title, version=version, shown=taking.shown)


async def _course(session: AnySession, taking: Taking, course_id: UUID) -> FoundCourse:
    await courses.get_for_staff(session, taking.actor, course_id, Right.OUTLINE)
    content = (await catalog.contents_by_id(session, [course_id]))[course_id]
    course = FoundCourse(content.title, content.description, content.language)
    nodes = await courses.outline(session, course_id, drafts=True)
    bodies = await courses.bodies_of(session, course_id)
    asked = {quiz.lesson_id: quiz for quiz in await quizzes.quizzes_of_course(session, course_id)}
    for node in nodes:
        lesson = node.lesson
        body = await taking.text(bodies.get(lesson.id, ""))
        taken = FoundLesson(_HERE, lesson.title, node.depth, lesson.lesson_type, body)
        taken.video_url, taken.is_preview = lesson.video_url, lesson.is_preview
        if lesson.id in asked:
            listed = (await quizzes.contents_of(session, asked[lesson.id].id)).listed
            taken.questions = [
                found("", "question", await taking.question(one.asked.body), points=one.row.points) for one in listed
            ]
        if lesson.lesson_type == LessonType.DOCUMENT and lesson.content_id is not None:
            document = await catalog.document_of(session, lesson.content_id)
            if document is not None:
                taken.file = FoundFile(document.file_name, await taking.store.read(document.file_key))
        if lesson.lesson_type == LessonType.PACKAGE:
            taken.body = f"{taken.body}\n\n{NO_PACKAGE}".strip()
        course.lessons.append(taken)
    return course
