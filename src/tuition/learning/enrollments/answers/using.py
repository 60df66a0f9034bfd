"""How much of a course somebody has used since they were given it: what a refund looks at."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select

from tuition import access, catalog, playback
from tuition.learning import courses
from tuition.learning.courses import Lesson
from tuition.learning.enrollments.queries import of_person, progress_of
from tuition.platform.database import AnySession
from tuition.playback import Basis

MINUTE_MS: Final = 60_000
USUAL_MINUTES: Final = 5
"""What a lesson without a playing time weighs when its author gave it no length."""


async def use_of(
    session: AnySession, person_id: UUID, course_id: UUID, *, grant_id: UUID, since: datetime
) -> tuple[int, int] | None:
    """How much of a course was used, of how much there is, in milliseconds; nothing for what is no course.

    A lesson weighs as long as it takes: a film or recording its playing time, any other the minutes that its author gave it,
    else five. Of a film the distinct time counts that was played on this grant; any other lesson is used once it was opened.
    Previews are open to everybody and count on neither side. Whoever completed the course has used all of it.
    """
    if not await courses.find(session, [course_id]):
        return None
    enrollment = await of_person(session, person_id, course_id)
    lessons = [node.lesson for node in await courses.outline(session, course_id)]
    counting = [lesson for lesson in lessons if not lesson.is_heading and not lesson.is_preview]
    shown = [lesson.content_id for lesson in counting if lesson.content_id is not None]
    lengths = await _playing_times(session, shown)
    played = await playback.covered_on(session, person_id, Basis("grant", grant_id))
    opened = await _opened(session, person_id, shown, since)
    progress = await progress_of(session, enrollment.id) if enrollment else {}
    used = whole = 0
    for film_id, length_ms in lengths.items():  # a film that two lessons show is one film
        used += min(played.get(film_id, 0), length_ms)
        whole += length_ms
    for lesson in counting:
        if lesson.content_id in lengths:
            continue
        weight = _weight(lesson)
        row = progress.get(lesson.id)
        was_opened = lesson.content_id in opened or (row is not None and row.seen_at is not None and row.seen_at >= since)
        used += weight if was_opened else 0
        whole += weight
    is_done = enrollment is not None and enrollment.completed_at is not None and enrollment.completed_at >= since
    return (whole if is_done else used), whole


def _weight(lesson: Lesson) -> int:
    return (lesson.duration_minutes or USUAL_MINUTES) * MINUTE_MS


async def _playing_times(session: AnySession, content_ids: list[UUID]) -> dict[UUID, int]:
    query = select(catalog.Media).where(catalog.Media.content_id.in_(content_ids), catalog.Media.duration_ms > 0)
    return {media.content_id: media.duration_ms or 0 for media in await session.scalars(query)}


async def _opened(session: AnySession, person_id: UUID, content_ids: list[UUID], since: datetime) -> set[UUID]:
    """What was opened by itself, on its own page or through the API."""
    visited = access.ContentVisit
    query = select(visited.content_id).where(
        visited.person_id == person_id, visited.content_id.in_(content_ids), visited.last_accessed_at >= since
    )
    return set(await session.scalars(query))
