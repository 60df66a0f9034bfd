"""Who may see a picture."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, text

from tuition import access, catalog
from tuition.identity import Actor, allows
from tuition.learning import courses, enrollments, questions
from tuition.learning.enrollments import LEARNING
from tuition.learning.pictures.errors import PictureUnknown
from tuition.learning.pictures.models import Picture, PicturePlace
from tuition.learning.pictures.rules import address_of
from tuition.platform.database import AnySession

# Somebody who was asked a question has seen its picture, wherever the question came from.
_WAS_ASKED = text(
    "select exists (select from quiz_attempts as attempt join quiz_answers as answer on answer.attempt_id = attempt.id"
    " join question_versions as version on version.id = answer.version_id"
    " where attempt.student_id = :person_id and version.body::text like :mention)"
)
_ASKING_COURSES = text(
    "select quizzes.course_id from quizzes join quiz_questions on quiz_questions.quiz_id = quizzes.id"
    " join questions on questions.id = quiz_questions.question_id where questions.bank_id = :bank_id"
    " union select quizzes.course_id from quizzes join quiz_draws on quiz_draws.quiz_id = quizzes.id"
    " where quiz_draws.bank_id = :bank_id"
)
_SAMPLES = text(
    "select lessons.course_id from lessons join picture_places as place on place.course_id = lessons.course_id"
    " where place.picture_id = :id and lessons.is_preview and lessons.is_published and lessons.body like :mention"
)


async def get_picture_for(session: AnySession, actor: Actor | None, picture_id: UUID) -> Picture:
    """A picture that this person may see: it is theirs, or they may open what shows it. Raises ``PictureUnknown``."""
    picture = await session.get(Picture, picture_id)
    if picture is None or not await _may_see(session, actor, picture):
        raise PictureUnknown
    return picture


async def pictures_by_id(session: AnySession, actor: Actor, ids: Sequence[UUID]) -> dict[UUID, Picture]:
    """Those of them that this person may see."""
    found = await session.scalars(select(Picture).where(Picture.id.in_(list(ids))))
    return {one.id: one for one in found if await _may_see(session, actor, one)}


async def _may_see(session: AnySession, actor: Actor | None, picture: Picture) -> bool:
    mention = f"%{address_of(picture.id)}%"
    places = list(await session.scalars(select(PicturePlace.course_id).where(PicturePlace.picture_id == picture.id)))
    if actor is not None:
        if picture.owner_id == actor.id or allows(actor, "content:edit_any"):
            return True
        for course_id in places:
            if await _is_inside(session, actor, course_id):
                return True
        if picture.bank_id is not None and await _uses_bank(session, actor, picture.bank_id):
            return True
        if await session.scalar(_WAS_ASKED, {"person_id": actor.id, "mention": mention}):
            return True
    samples = set(await session.scalars(_SAMPLES, {"id": picture.id, "mention": mention})) if places else set()
    found = await catalog.contents_by_id(session, list(samples))
    return any(catalog.is_visible(content, actor) for content in found.values())


async def _is_inside(session: AnySession, actor: Actor, course_id: UUID) -> bool:
    """Whether somebody learns or works in a course."""
    enrollment = await enrollments.of_person(session, actor.id, course_id)
    if enrollment is not None and enrollment.status in LEARNING:
        return (await access.decide(session, actor, course_id)).allowed
    return bool(await courses.rights_of(session, actor, course_id))


async def _uses_bank(session: AnySession, actor: Actor, bank_id: UUID) -> bool:
    """Whether somebody writes its questions, or works in a course that asks them."""
    try:
        await questions.get_bank_for(session, actor, bank_id)
    except questions.BankUnknown:
        asking = list(await session.scalars(_ASKING_COURSES, {"bank_id": bank_id}))
        return any([bool(await courses.rights_of(session, actor, course_id)) for course_id in asking])
    return True
