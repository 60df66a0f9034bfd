"""The gradebook as a table for spreadsheets."""

from __future__ import annotations

import csv
import io
from uuid import UUID

from tuition.identity import Actor
from tuition.learning.gradebook.queries import grades_page
from tuition.learning.gradebook.rules import safe_cell
from tuition.platform import paging
from tuition.platform.database import AnySession

ROWS_MAX = 20_000


async def export_csv(session: AnySession, actor: Actor, course_id: UUID) -> str:
    """Every learner with every result, in percent. No cell can act as a formula. Raises ``courses.CourseUnknown``."""
    out = io.StringIO()
    writer = csv.writer(out)
    cursor: str | None = None
    rows = 0
    while rows < ROWS_MAX:
        book, page = await grades_page(session, actor, course_id, limit=paging.LIMIT_MAX, cursor=cursor)
        if cursor is None:
            titles = [safe_cell(item.lesson.title) for item in book.items]
            writer.writerow(["enrollment_id", "name", *titles, "total", *(["letter"] if book.letters else [])])
        for row in page.items:
            results = [row.cells[item.lesson.id].percentage for item in book.items]
            figures = ["" if value is None else f"{value:.2f}" for value in [*results, row.total]]
            letter = [safe_cell(row.letter)] if book.letters else []
            writer.writerow([str(row.enrollment.id), safe_cell(row.name), *figures, *letter])
        rows += len(page.items)
        cursor = page.next_cursor
        if cursor is None:
            break
    return out.getvalue()
