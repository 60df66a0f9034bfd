"""What the courses do about news of the catalogue."""

from __future__ import annotations

from sqlalchemy import func, select

from tuition import catalog
from tuition.catalog import ContentCreated, DocumentReady, MediaReady, PublishingAsked
from tuition.learning.courses.actions.courses import make_row
from tuition.learning.courses.actions.files import take_file
from tuition.learning.courses.models import Lesson
from tuition.learning.courses.queries import lessons_showing
from tuition.platform.database import Session
from tuition.platform.events import Bus


def wire(bus: Bus) -> None:
    """Listen."""
    bus.subscribe(ContentCreated, on_content_created)
    bus.subscribe(PublishingAsked, on_publishing_asked)
    bus.subscribe(MediaReady, on_file_ready)
    bus.subscribe(DocumentReady, on_file_ready)


async def on_content_created(session: Session, fact: ContentCreated) -> None:
    """However a course came to be, it has its row."""
    if fact.kind == catalog.Kind.COURSE:
        await make_row(session, fact.content_id)


async def on_publishing_asked(session: Session, fact: PublishingAsked) -> None:
    """A course without lessons cannot be published. Raises ``catalog.NotReady``."""
    if fact.kind != catalog.Kind.COURSE:
        return
    shown = select(func.count()).where(Lesson.course_id == fact.content_id, Lesson.is_published, ~Lesson.is_heading)
    if not await session.scalar(shown):
        raise catalog.NotReady(reason="add a lesson and publish it first.")


async def on_file_ready(session: Session, fact: MediaReady | DocumentReady) -> None:
    """The film or document of a lesson is there: the lesson for which it was sent takes it, and it opens with its course."""
    await take_file(session, fact.content_id)
    if await lessons_showing(session, fact.content_id):
        await catalog.publish_shared(session, [fact.content_id])
