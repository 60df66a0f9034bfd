"""What learning costs, over HTTP: a course of 200 lessons is opened, and the progress of ten thousand learners is recorded.

Each learner in turn asks for a lesson's page (the player with the whole outline, what is open in it and how far one is) or for
the outline as JSON, reports that a film went on, or says that a text is read. The yardstick is a FastAPI handler of the same
process that runs as many trivial queries; what is the same with a hundred learners is asked of a second school in turns.

    python -m benchmarks.courses [--learners 10000] [--seconds 1] [--rounds 3]
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from uuid import UUID

from sqlalchemy import insert, text, update

from benchmarks.heartbeat import Result
from benchmarks.load import Ask
from benchmarks.school import MANY, Learner, Operation, compare, enrol, seat, two_schools
from tuition import catalog, identity, playback
from tuition.catalog import Kind, Media, MediaStatus
from tuition.identity import Actor, Role
from tuition.kernel import new_id
from tuition.learning import courses
from tuition.learning.courses import LessonType
from tuition.platform.database import Database, Session, array_of
from tuition.playback import PlayToken

LESSONS = 200
FILMS = 20
FILM_MS = 3_600_000
STEP_MS = 100
"""What a report brings. At four times the speed a player may report it every 25 ms, with ten seconds in hand."""
SPEED = 4000


@dataclass(frozen=True, slots=True)
class Course:
    """One course, and who learns in it: each plays one of its films."""

    id: UUID
    slug: str
    texts: list[tuple[UUID, str]]
    learners: list[Learner]
    playing: list[tuple[UUID, str]]
    """The play session of each learner, and its token."""


def measure(*, learners: int = MANY, seconds: float = 1, rounds: int = 3) -> Result:
    """Measure each operation. Raises when one asks the database more often than it may, or than with few learners."""
    results: Result = {}
    with two_schools(_furnish, OPERATIONS, many=learners) as (few, many, queries):
        for operation in OPERATIONS:
            results |= compare(few, many, operation, queries[operation.name], seconds=seconds, rounds=rounds)
    return results


def _opened(course: Course) -> Iterator[Ask]:
    for learner, (_, slug) in zip(cycle(course.learners), cycle(course.texts), strict=False):
        yield Ask("GET", f"/learn/{course.slug}/{slug}", learner.browser)


def _outlined(course: Course) -> Iterator[Ask]:
    for learner in cycle(course.learners):
        yield Ask("GET", f"/v1/courses/{course.id}/outline", learner.program)


def _played(course: Course) -> Iterator[Ask]:
    at_ms = 0
    while True:
        end = at_ms + STEP_MS
        body = b'{"position_ms":%d,"intervals":[[%d,%d]],"speed":%d}' % (end, at_ms, end, SPEED)
        for play_id, token in course.playing:
            yield Ask("POST", f"/v1/play-sessions/{play_id}/intervals", (("authorization", f"Bearer {token}"),), body)
        at_ms = end


def _completed(course: Course) -> Iterator[Ask]:
    """Nobody says it of the same text twice."""
    for lesson_id, _ in course.texts:
        for learner in course.learners:
            yield Ask("POST", f"/v1/lessons/{lesson_id}/complete", learner.program)


OPERATIONS = (
    Operation("course.opened", "pages/s", 16, _opened),
    Operation("course.outline", "requests/s", 9, _outlined),
    Operation("course.recorded", "reports/s", 6, _played),
    Operation("course.completed", "lessons/s", 15, _completed),
)


async def _furnish(database: Database, learners: int) -> Course:
    """A published course: ten chapters of twenty lessons, one in ten of them a film."""
    async with database.transaction() as session:
        teacher = Actor(id=new_id(), roles=frozenset({Role.CREATOR}), email_verified=True)
        await session.execute(insert(identity.User).values(id=teacher.id, email="teacher@example.org", full_name="Teacher"))
        course = await courses.create(session, teacher, title="Benchmarks", visibility="public")
        films, texts = await _lessons(session, teacher, course.id)
        published = await catalog.publish(session, teacher, course.id)
        people = await seat(session, learners)
        await enrol(session, course.id, people)
        playing = [(new_id(), film) for _, film in zip(people, cycle(films), strict=False)]
        bound = {
            "ids": array_of([play_id for play_id, _ in playing]),
            "people": array_of([one.id for one in people]),
            "films": array_of([film for _, film in playing]),
        }
        for statement in _PLAYING:
            await session.execute(statement, bound)
    tokens = [
        (play_id, playback.write_token(PlayToken(play_id, one.id, film)))
        for one, (play_id, film) in zip(people, playing, strict=True)
    ]
    return Course(course.id, published.slug, texts, people, tokens)


async def _lessons(session: Session, teacher: Actor, course_id: UUID) -> tuple[list[UUID], list[tuple[UUID, str]]]:
    films, texts = [], []
    chapter: UUID | None = None
    for number in range(LESSONS):
        if number % 20 == 0:
            lesson = await courses.add_lesson(session, teacher, course_id, LessonType.TEXT, title=f"Chapter {number}")
            chapter = lesson.id
        elif number % 10 == 1:
            content = await catalog.create_content(session, teacher, Kind.VIDEO, title=f"Film {number}", visibility="shared")
            await session.flush()  # the update below looks for its media row
            ready = {"status": MediaStatus.READY, "hls_prefix": "films/bench", "duration_ms": FILM_MS}
            await session.execute(update(Media).where(Media.content_id == content.id).values(**ready))
            title = f"Lesson {number}"
            await courses.add_lesson(
                session, teacher, course_id, LessonType.VIDEO, title=title, parent_id=chapter, content_id=content.id
            )
            films.append(content.id)
        else:
            title = f"Lesson {number}"
            made = await courses.add_lesson(
                session, teacher, course_id, LessonType.TEXT, title=title, parent_id=chapter, body="Read."
            )
            texts.append((made.id, made.slug))
    assert len(films) == FILMS, "as many films as are said"
    return films, texts


_PLAYS = "unnest(cast(:ids as uuid[]), cast(:people as uuid[]), cast(:films as uuid[])) as play (id, person, film)"
_PLAYING = (
    text(
        "insert into play_sessions"
        " (id, user_id, content_id, content_title, device_id, device_name, basis_type, basis_id, started_at, limit_ms)"
        f" select id, person, film, 'A film', 'bench', 'A benchmark', 'grant', id, now(), {FILM_MS} from {_PLAYS}"
    ),
    text(
        "insert into playback (id, user_id, content_id, kind, duration_ms, session_id, seen_at)"
        f" select gen_random_uuid(), person, film, 'video', {FILM_MS}, id, now() from {_PLAYS}"
    ),
)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--learners", type=int, default=MANY)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(json.dumps(measure(learners=options.learners, seconds=options.seconds, rounds=options.rounds), indent=2))
