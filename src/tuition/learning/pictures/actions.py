"""Bringing pictures, and throwing away those that nothing shows."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from tuition import catalog, identity
from tuition.identity import Actor
from tuition.kernel import new_id
from tuition.learning import courses, questions
from tuition.learning.courses import Right
from tuition.learning.pictures.looking import Looked
from tuition.learning.pictures.models import Picture, PicturePlace
from tuition.learning.pictures.rules import PATTERN
from tuition.platform.database import Session

KEPT_UNSHOWN = timedelta(days=2)
"""So long it may wait for the text that shows it to be saved."""
SWEPT_AT_ONCE = 500
# Every address in every text, once a day: a text is what says which pictures it shows, and no list beside it can be wrong.
_SWEPT = text(
    """
with shown as (
  select found[1]::uuid as id from lessons, regexp_matches(body, :address, 'g') as found
  union
  select found[1]::uuid from question_versions, regexp_matches(body::text, :address, 'g') as found
)
delete from pictures where id in (
  select id from pictures where created_at < :before and not exists (select from shown where shown.id = pictures.id)
  order by id limit :limit)
returning id
"""
)


async def keep_picture(
    session: Session,
    actor: Actor,
    looked: Looked,
    *,
    file_name: str,
    course_id: UUID | None = None,
    bank_id: UUID | None = None,
) -> Picture:
    """Note a picture that is shown in a course, in questions of a bank, or in both. The caller puts its file under ``key_of``.

    Raises ``PermissionMissing``, ``CourseUnknown``, ``BankUnknown``.
    """
    if course_id is None and bank_id is None:
        identity.require(actor, "content:create")
    if course_id is not None:
        await courses.get_for_staff(session, actor, course_id, Right.OUTLINE)
    if bank_id is not None:
        bank = await questions.get_bank_for(session, actor, bank_id)
        course_id = course_id or bank.course_id
    made = Picture(
        id=new_id(),
        owner_id=actor.id,
        bank_id=bank_id,
        file_name=catalog.safe_name(file_name),
        ending=looked.ending,
        size=len(looked.data),
        width=looked.width,
        height=looked.height,
    )
    session.add(made)
    # Its place points at it.
    await session.flush()
    if course_id is not None:
        session.add(PicturePlace(picture_id=made.id, course_id=course_id))
    return made


async def sweep(session: Session, *, now: datetime) -> list[UUID]:
    """Forget pictures that no text shows. Their files are the caller's to delete."""
    rows = await session.scalars(_SWEPT, {"address": PATTERN, "before": now - KEPT_UNSHOWN, "limit": SWEPT_AT_ONCE})
    return list(rows)
