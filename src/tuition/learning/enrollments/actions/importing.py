"""A list of people becomes learners of a course, and every line is answered."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from tuition.identity import Actor, User, UserStatus
from tuition.kernel import DomainError, Phrase, new_id
from tuition.learning import courses
from tuition.learning.courses import Right
from tuition.learning.enrollments.actions.enrolling import enroll_person
from tuition.learning.enrollments.errors import ListInvalid
from tuition.learning.enrollments.models import CourseGroup, CourseGroupMember
from tuition.learning.enrollments.queries import of_person
from tuition.learning.enrollments.rules import LEARNING, Source
from tuition.platform.database import Session

LINES_MAX = 2000
LENGTH_MAX = 500_000
COLUMNS = ("email", "until", "group")


class LineOutcome(StrEnum):
    """What became of a line."""

    ENROLLED = "enrolled"
    """They learn in the course from now on."""
    ALREADY = "already"
    """They did before; the end and the group are as the line says."""
    UNKNOWN = "unknown"
    """Nobody here has this address."""
    REPEATED = "repeated"
    """An earlier line has the same address."""
    INVALID = "invalid"
    """The line cannot be read."""
    REFUSED = "refused"
    """It could be read, and the course does not take them."""


@dataclass(frozen=True, slots=True)
class ImportedLine:
    """One line of the list and what became of it."""

    number: int
    """As a text editor counts; the heading is line 1."""
    email: str
    outcome: LineOutcome
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    email: str
    until: datetime | None
    group: str
    fault: str = ""


async def import_members(session: Session, actor: Actor, course_id: UUID, csv_text: str) -> list[ImportedLine]:
    """Enrol the people of a CSV list with the columns ``email`` and, if wanted, ``until`` (a date) and ``group``.

    A line that cannot be followed says why; the others are. Raises ``CourseUnknown``, ``ListInvalid`` for the list as a whole.
    """
    await courses.get_for_staff(session, actor, course_id, Right.MEMBERS)
    lines = list(_read(csv_text))
    people = await _people(session, [line.email for line in lines if not line.fault])
    report: list[ImportedLine] = []
    seen: set[str] = set()
    for line in lines:
        if line.fault:
            report.append(ImportedLine(line.number, line.email, LineOutcome.INVALID, line.fault))
        elif line.email in seen:
            report.append(ImportedLine(line.number, line.email, LineOutcome.REPEATED))
        elif line.email not in people:
            report.append(ImportedLine(line.number, line.email, LineOutcome.UNKNOWN, "nobody here has this address."))
        else:
            report.append(await _enrol(session, actor, course_id, people[line.email], line))
        seen.add(line.email)
    return report


async def _enrol(session: Session, actor: Actor, course_id: UUID, person_id: UUID, line: _Line) -> ImportedLine:
    standing = await of_person(session, person_id, course_id)
    before = standing is not None and standing.status in LEARNING
    if before and line.until is None:
        enrollment = standing
    else:
        try:
            async with session.begin_nested():
                enrollment = await enroll_person(session, actor, course_id, person_id, until=line.until, source=Source.IMPORT)
        except DomainError as refused:
            return ImportedLine(line.number, line.email, LineOutcome.REFUSED, refused.sentence)
    assert enrollment is not None, "somebody who learns here has an enrollment"
    if line.group:
        await _join(session, course_id, enrollment.id, line.group)
    return ImportedLine(line.number, line.email, LineOutcome.ALREADY if before else LineOutcome.ENROLLED)


async def _join(session: Session, course_id: UUID, enrollment_id: UUID, name: str) -> None:
    made = insert(CourseGroup).values(id=new_id(), course_id=course_id, name=name)
    await session.execute(made.on_conflict_do_nothing(index_elements=["course_id", "name"]))
    query = select(CourseGroup.id).where(CourseGroup.course_id == course_id, CourseGroup.name == name)
    group_id = (await session.scalars(query)).one()
    member = insert(CourseGroupMember).values(group_id=group_id, enrollment_id=enrollment_id)
    await session.execute(member.on_conflict_do_nothing())


async def _people(session: Session, emails: list[str]) -> dict[str, UUID]:
    query = select(func.lower(User.email), User.id).where(
        func.lower(User.email).in_(emails), User.status == UserStatus.ACTIVE, User.deleted_at.is_(None)
    )
    return {row[0]: row[1] for row in await session.execute(query)}


def _read(csv_text: str) -> Iterator[_Line]:
    if len(csv_text) > LENGTH_MAX:
        raise ListInvalid(reason=Phrase("at most {most} characters.", most=LENGTH_MAX))
    clean = csv_text.lstrip("\ufeff").replace("\x00", "")
    first = clean.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(clean), delimiter=";" if ";" in first and "," not in first else ",")
    try:
        rows = list(reader)
    except csv.Error as error:
        raise ListInvalid(reason=Phrase("line {line} is no CSV ({error}).", line=reader.line_num, error=error)) from error
    head = [cell.strip().lower() for cell in rows[0]] if rows else []
    if "email" not in head or not set(head) <= set(COLUMNS):
        raise ListInvalid(
            reason=Phrase(
                "its first line names the columns, of which there are {columns}; email is needed.", columns=", ".join(COLUMNS)
            )
        )
    if len(rows) - 1 > LINES_MAX:
        raise ListInvalid(reason=Phrase("at most {most} lines at once.", most=LINES_MAX))
    for number, cells in enumerate(rows[1:], start=2):
        if any(cell.strip() for cell in cells):
            yield _line(number, dict(zip(head, (cell.strip() for cell in cells), strict=False)))


def _line(number: int, cells: dict[str, str]) -> _Line:
    email = cells.get("email", "").casefold()
    group = cells.get("group", "")
    if "@" not in email or len(email) > 254:
        return _Line(number, email[:254], None, "", "this is no address.")
    if len(group) > 200:
        return _Line(number, email, None, "", "the name of a group has at most 200 characters.")
    written = cells.get("until", "")
    if not written:
        return _Line(number, email, None, group)
    try:
        until = datetime.combine(date.fromisoformat(written), time.max, UTC)
    except ValueError:
        return _Line(number, email, None, group, "write the end as a date: 2027-01-31.")
    return _Line(number, email, until, group)
