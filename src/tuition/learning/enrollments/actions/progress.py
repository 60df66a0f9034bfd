"""How far somebody is. Every write may come twice, late, or from two tabs, and changes nothing then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, text, update
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP
from sqlalchemy.orm.attributes import set_committed_value

from tuition.kernel import new_id
from tuition.learning.enrollments.events import CourseCompleted, LessonCompleted
from tuition.learning.enrollments.models import Enrollment
from tuition.platform import events
from tuition.platform.database import Session, array_of
from tuition.playback import CoverageGrew

_COUNTED = ("status", "completed_at", "completed_lessons_count", "total_lessons_count", "progress_percentage")
STEP_MAX = timedelta(seconds=60)
"""So much time one report of a reader can bring."""

_IDS = bindparam("ids", type_=ARRAY(Uuid()))
_AT = bindparam("at", type_=TIMESTAMP(timezone=True))
# The lessons that count in a course: published, like everything above them, with something in them, and required (all of them
# where the course says so, or requires none).
_RECOUNT = text("""
with recursive concerned as (
  select distinct course_id from enrollments where id = any(:ids)
), shown as (
  select lesson.id, lesson.course_id, lesson.is_required, lesson.is_heading
  from lessons as lesson join concerned using (course_id) where lesson.parent_lesson_id is null and lesson.is_published
  union all
  select lesson.id, lesson.course_id, lesson.is_required, lesson.is_heading
  from lessons as lesson join shown on lesson.course_id = shown.course_id and lesson.parent_lesson_id = shown.id
  where lesson.is_published
), counting as (
  select shown.id, shown.course_id from shown join courses on courses.content_id = shown.course_id
  where not shown.is_heading and (shown.is_required or courses.completion_rule = 'all' or not exists (
    select from shown as other where other.course_id = shown.course_id and other.is_required and not other.is_heading))
), counted as (
  select enrollment.id, count(counting.id) as whole, count(counting.id) filter (where progress.status = 'completed') as done
  from enrollments as enrollment
  left join counting on counting.course_id = enrollment.course_id
  left join lesson_progress as progress on progress.enrollment_id = enrollment.id and progress.lesson_id = counting.id
  where enrollment.id = any(:ids) group by enrollment.id
), before as (
  select id, completed_at from enrollments where id = any(:ids)
)
update enrollments as enrollment set
  completed_lessons_count = counted.done, total_lessons_count = counted.whole,
  progress_percentage = learning_percentage(counted.done, counted.whole),
  completed_at = case when counted.whole > 0 and counted.done = counted.whole then coalesce(enrollment.completed_at, :at)
                      else enrollment.completed_at end,
  status = case when enrollment.status = 'active' and counted.whole > 0 and counted.done = counted.whole then 'completed'
                else enrollment.status end
from counted join before on before.id = counted.id
where enrollment.id = counted.id
returning enrollment.id, enrollment.student_id, enrollment.course_id, enrollment.completed_at, enrollment.status,
  enrollment.completed_lessons_count, enrollment.total_lessons_count, enrollment.progress_percentage,
  before.completed_at is null and enrollment.completed_at is not null as is_new
""").bindparams(_IDS, _AT)
_LOCK = text("select id from enrollments where id = any(:ids) order by id for no key update").bindparams(_IDS)

# One statement for a batch of reports. Enrollments are locked first and in order, as everywhere.
_GROWN = text("""
with grown as (
  select user_id, content_id, max(covered_ms) as covered_ms, max(duration_ms) as duration_ms,
    (array_agg(position_ms order by at desc))[1] as position_ms, sum(accepted_ms) as accepted_ms, max(at) as at
  from unnest(cast(:users as uuid[]), cast(:contents as uuid[]), cast(:covered as bigint[]), cast(:durations as bigint[]),
    cast(:positions as bigint[]), cast(:accepted as bigint[]), cast(:ats as timestamptz[]))
    as report (user_id, content_id, covered_ms, duration_ms, position_ms, accepted_ms, at)
  group by user_id, content_id
), touched as materialized (
  select enrollment.id as enrollment_id, lesson.id as lesson_id, grown.at, grown.accepted_ms, grown.position_ms,
    case when grown.covered_ms * 100 >= grown.duration_ms * 95 then 100
         else learning_percentage(grown.covered_ms, grown.duration_ms) end as percent
  from grown
  join lessons as lesson on lesson.content_id = grown.content_id and lesson.is_published
  join enrollments as enrollment on enrollment.course_id = lesson.course_id and enrollment.student_id = grown.user_id
    and enrollment.status in ('active', 'completed')
  order by enrollment.id, lesson.id
  for no key update of enrollment
), known as (
  select progress.enrollment_id, progress.lesson_id from lesson_progress as progress join touched using (enrollment_id, lesson_id)
  where progress.status = 'completed'
), seen as (
  update enrollments as enrollment set
    last_accessed_at = greatest(enrollment.last_accessed_at, touched.at), last_lesson_id = touched.lesson_id,
    started_at = coalesce(enrollment.started_at, touched.at), time_spent_ms = enrollment.time_spent_ms + touched.accepted_ms
  from (
    select enrollment_id, max(at) as at, sum(accepted_ms) as accepted_ms, (array_agg(lesson_id order by at desc))[1] as lesson_id
    from touched group by enrollment_id
  ) as touched where enrollment.id = touched.enrollment_id
)
insert into lesson_progress as progress (id, enrollment_id, lesson_id, status, started_at, completed_at, seen_at, time_spent_ms,
  last_position_seconds, completion_percentage)
select gen_random_uuid(), enrollment_id, lesson_id, case when percent = 100 then 'completed' else 'in_progress' end, at,
  case when percent = 100 then at end, at, accepted_ms, position_ms / 1000, percent
from touched
on conflict (enrollment_id, lesson_id) do update set
  status = case when progress.status = 'completed' then 'completed' else excluded.status end,
  started_at = coalesce(progress.started_at, excluded.started_at),
  completed_at = coalesce(progress.completed_at, excluded.completed_at),
  seen_at = greatest(progress.seen_at, excluded.seen_at),
  time_spent_ms = progress.time_spent_ms + excluded.time_spent_ms,
  last_position_seconds = excluded.last_position_seconds,
  completion_percentage = greatest(progress.completion_percentage, excluded.completion_percentage)
returning enrollment_id, lesson_id, completed_at, status = 'completed' and not exists (
  select from known where known.enrollment_id = progress.enrollment_id and known.lesson_id = progress.lesson_id) as is_new
""")
_TAKE_OVER = text("""
insert into lesson_progress (id, enrollment_id, lesson_id, status, started_at, completed_at, seen_at, last_position_seconds,
  completion_percentage)
select gen_random_uuid(), enrollment.id, lesson.id, case when played.percent = 100 then 'completed' else 'in_progress' end,
  played.seen_at, case when played.percent = 100 then played.seen_at end, played.seen_at, played.position_ms / 1000,
  played.percent
from enrollments as enrollment
join lessons as lesson on lesson.course_id = enrollment.course_id and lesson.is_published
join lateral (
  select playback.seen_at, playback.position_ms,
    case when playback.covered_ms * 100 >= playback.duration_ms * 95 then 100
         else learning_percentage(playback.covered_ms, playback.duration_ms) end as percent
  from playback where playback.user_id = enrollment.student_id and playback.content_id = lesson.content_id
    and playback.covered_ms > 0
) as played on true
where enrollment.id = any(:ids)
on conflict (enrollment_id, lesson_id) do nothing
""").bindparams(_IDS)
_OPENED = text("""
insert into lesson_progress as progress (id, enrollment_id, lesson_id, status, started_at, seen_at)
values (:id, :enrollment_id, :lesson_id, 'in_progress', :at, :at)
on conflict (enrollment_id, lesson_id) do update set
  status = case when progress.status = 'not_started' then 'in_progress' else progress.status end,
  started_at = coalesce(progress.started_at, excluded.started_at), seen_at = greatest(progress.seen_at, excluded.seen_at)
""").bindparams(_AT)
# Time passes once, however many tabs say so: what is counted begins where the last report ended.
_SPENT = text("""
with before as (
  select id, seen_at from lesson_progress where enrollment_id = :enrollment_id and lesson_id = :lesson_id for no key update
), spent as (
  update lesson_progress as progress set
    seen_at = greatest(before.seen_at, :at),
    time_spent_ms = progress.time_spent_ms
      + greatest(0, least(:claimed_ms, (extract(epoch from :at - before.seen_at) * 1000)::bigint))
  from before where progress.id = before.id
  returning greatest(0, least(:claimed_ms, (extract(epoch from :at - before.seen_at) * 1000)::bigint)) as counted_ms
)
update enrollments set time_spent_ms = time_spent_ms + spent.counted_ms, last_accessed_at = greatest(last_accessed_at, :at)
from spent where enrollments.id = :enrollment_id
""").bindparams(_AT)
_COMPLETED = text("""
insert into lesson_progress as progress
  (id, enrollment_id, lesson_id, status, started_at, completed_at, seen_at, completion_percentage, score)
values (:id, :enrollment_id, :lesson_id, 'completed', :at, :at, :at, 100, :score)
on conflict (enrollment_id, lesson_id) do update set
  status = 'completed', started_at = coalesce(progress.started_at, excluded.started_at),
  completed_at = coalesce(progress.completed_at, excluded.completed_at), completion_percentage = 100,
  score = coalesce(excluded.score, progress.score)
returning progress.id = :id or progress.completed_at = :at as is_new
""").bindparams(_AT)
_ATTEMPT = text("""
insert into lesson_progress as progress (id, enrollment_id, lesson_id, status, started_at, seen_at, attempts_count)
values (:id, :enrollment_id, :lesson_id, 'in_progress', :at, :at, 1)
on conflict (enrollment_id, lesson_id) do update set
  status = case when progress.status = 'not_started' then 'in_progress' else progress.status end,
  started_at = coalesce(progress.started_at, excluded.started_at), seen_at = greatest(progress.seen_at, excluded.seen_at),
  attempts_count = progress.attempts_count + 1
""").bindparams(_AT)


async def on_coverage_grew(session: Session, fact: CoverageGrew) -> None:
    """People have played films that are lessons: one statement for all of them, and a second one when a lesson was completed."""
    if not fact.items:
        return
    rows = await session.execute(
        _GROWN,
        {
            "users": array_of([item.user_id for item in fact.items]),
            "contents": array_of([item.content_id for item in fact.items]),
            "covered": array_of([item.covered_ms for item in fact.items]),
            "durations": array_of([item.duration_ms for item in fact.items]),
            "positions": array_of([item.position_ms for item in fact.items]),
            "accepted": array_of([item.accepted_ms for item in fact.items]),
            "ats": array_of([item.at for item in fact.items]),
        },
    )
    done = [row for row in rows if row.is_new]
    if done:
        await recount(session, [row.enrollment_id for row in done], now=max(row.completed_at for row in done))
        for row in done:
            await events.publish(session, LessonCompleted(row.enrollment_id, row.lesson_id, row.completed_at))


async def take_over_coverage(session: Session, enrollment_ids: Sequence[UUID]) -> None:
    """What somebody had watched of a course's films before they enrolled, or before the lesson was there, counts."""
    await session.execute(_TAKE_OVER, {"ids": list(enrollment_ids)})


async def recount(session: Session, enrollment_ids: Sequence[UUID], *, now: datetime) -> None:
    """Count again how far these enrollments are. Announces ``CourseCompleted`` for each that is complete for the first time."""
    ids = sorted(set(enrollment_ids))
    # Locked by a statement of its own, so that the counting one sees what others have committed meanwhile.
    await session.execute(_LOCK, {"ids": ids})
    rows = (await session.execute(_RECOUNT, {"ids": ids, "at": now})).all()
    for row in rows:
        known = session.identity_map.get(session.identity_key(Enrollment, row.id))
        if known is not None:
            # The statement went past the session: what it holds already must say the same.
            for name in _COUNTED:
                set_committed_value(known, name, getattr(row, name))
    for row in [row for row in rows if row.is_new]:
        await events.publish(session, CourseCompleted(row.id, row.student_id, row.course_id, row.completed_at))


async def open_progress(session: Session, enrollment_id: UUID, lesson_id: UUID, *, at: datetime) -> None:
    """A lesson was opened."""
    await session.execute(
        update(Enrollment)
        .where(Enrollment.id == enrollment_id)
        .values(last_accessed_at=at, last_lesson_id=lesson_id, started_at=func.coalesce(Enrollment.started_at, at))
        .execution_options(synchronize_session=False)
    )
    await session.execute(_OPENED, {"id": new_id(), "enrollment_id": enrollment_id, "lesson_id": lesson_id, "at": at})


async def add_time(session: Session, enrollment_id: UUID, lesson_id: UUID, *, seconds: int, at: datetime) -> None:
    """Somebody has read for so long since they last said so: at most what has passed, and at most a minute."""
    claimed_ms = min(max(seconds, 0), STEP_MAX // timedelta(seconds=1)) * 1000
    await session.execute(_LOCK, {"ids": [enrollment_id]})
    values = {"enrollment_id": enrollment_id, "lesson_id": lesson_id, "claimed_ms": claimed_ms, "at": at}
    await session.execute(_SPENT, values)


async def complete_lesson(
    session: Session, enrollment_id: UUID, lesson_id: UUID, *, at: datetime, score: Decimal | None = None
) -> None:
    """A lesson is done; ``score`` is what it came to in percent. Again changes the score at most."""
    await session.execute(_LOCK, {"ids": [enrollment_id]})
    rounded = None if score is None else score.quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    values = {"id": new_id(), "enrollment_id": enrollment_id, "lesson_id": lesson_id, "at": at, "score": rounded}
    is_new = (await session.execute(_COMPLETED, values)).scalar_one()
    if is_new:
        await recount(session, [enrollment_id], now=at)
        await events.publish(session, LessonCompleted(enrollment_id, lesson_id, at))


async def record_attempt(session: Session, enrollment_id: UUID, lesson_id: UUID, at: datetime) -> None:
    """Somebody has begun to try."""
    await session.execute(_LOCK, {"ids": [enrollment_id]})
    await session.execute(_ATTEMPT, {"id": new_id(), "enrollment_id": enrollment_id, "lesson_id": lesson_id, "at": at})


async def note_certificate(session: Session, enrollment_id: UUID, *, at: datetime | None) -> None:
    """Remember when a certificate was issued for it (none: it was taken back)."""
    await session.execute(
        update(Enrollment)
        .where(Enrollment.id == enrollment_id)
        .values(certificate_issued_at=at)
        .execution_options(synchronize_session=False)
    )
