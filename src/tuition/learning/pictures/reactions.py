"""What pictures do about news from below."""

from __future__ import annotations

from sqlalchemy import text

from tuition.learning.courses import LessonCopied
from tuition.platform.database import Session
from tuition.platform.events import Bus

# A copy mentions the same pictures: they are shown in its course too. What its quiz asks was copied with the quiz.
_SHOWN_TOO = text(
    """
insert into picture_places (picture_id, course_id)
select pictures.id, :course_id from pictures join picture_places as place on place.picture_id = pictures.id
where place.course_id = (select course_id from lessons where id = :from_id)
on conflict do nothing
"""
)


def wire(bus: Bus) -> None:
    """Listen."""
    bus.subscribe(LessonCopied, on_lesson_copied)


async def on_lesson_copied(session: Session, fact: LessonCopied) -> None:
    """A course was duplicated: whoever learns in the copy sees the same pictures."""
    await session.execute(_SHOWN_TOO, {"course_id": fact.course_id, "from_id": fact.from_id})
