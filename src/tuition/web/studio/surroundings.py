"""Who works in the studio, and where they can go from any page of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from starlette.responses import Response

from tuition import catalog, identity
from tuition.catalog import Kind, MediaStatus, Status
from tuition.edge import unit_of
from tuition.identity import Actor
from tuition.learning import courses
from tuition.platform.database import AnySession
from tuition.web.rendering import render
from tuition.web.rendering import translate as _
from tuition.web.storefront.cards import cover_url


async def _creator(request: Request) -> Actor:
    return identity.require(await unit_of(request).actor(), "content:create")


Creator = Annotated[Actor, Depends(_creator)]
"""Somebody who may publish here; a visitor is sent to sign in, anybody else is refused."""

NavGroup = tuple[str, list[tuple[str, str, str]]]


def navigation() -> list[NavGroup]:
    """The studio's side."""
    return [
        ("", [(_("Today"), "/studio", "gauge"), (_("Contents"), "/studio/contents", "film")]),
        (
            _("Teaching"),
            [
                (_("Courses"), "/studio/courses", "graduation-cap"),
                (_("To grade"), "/studio/grading", "inbox"),
                (_("Quizzes"), "/studio/quizzes", "circle-help"),
                (_("Question banks"), "/studio/banks", "library"),
                (_("Import"), "/studio/imports", "upload"),
            ],
        ),
        (_("Money"), [(_("Sales"), "/studio/sales", "shopping-bag"), (_("Earnings"), "/studio/earnings", "coins")]),
    ]


def studio_page(request: Request, name: str, *, status: int = 200, **context: Any) -> Response:
    """A page of the studio."""
    return render(request, f"studio/{name}", status=status, nav=navigation(), **context)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that stands between a draft and its readers."""

    label: str
    href: str
    is_done: bool
    is_needed: bool = True


@dataclass(frozen=True, slots=True)
class Work:
    """A content on its maker's desk: with everything that each of its pages shows around the form."""

    content: catalog.Content
    media: catalog.Media | None
    prices: list[catalog.Price]
    steps: list[Step]
    tabs: list[tuple[str, str]]
    cover_url: str | None

    @property
    def href(self) -> str:
        """Where its pages begin."""
        return address(self.content.id)

    @property
    def is_ready(self) -> bool:
        """Whether nothing that is needed is missing."""
        return all(step.is_done for step in self.steps if step.is_needed)


def address(content_id: UUID) -> str:
    """Where a content is worked on."""
    return f"/studio/contents/{content_id}"


async def load_work(session: AnySession, actor: Actor, content_id: UUID) -> Work:
    """A content that the actor may edit. Raises ``ContentUnknown``."""
    content = await catalog.get_owned_content(session, actor, content_id)
    kind = Kind(content.kind)
    media = await catalog.find_media(session, content.id) if kind in catalog.PLAYABLE else None
    prices = (await catalog.prices_of(session, [content.id]))[content.id]
    href = address(content.id)
    part = await _main_part(session, content, media, href)
    steps = [Step(_("Say what it is"), href, is_done=bool(content.description))]
    if part is not None:
        steps.append(part)
    if content.visibility == catalog.Visibility.PAID:
        steps.append(Step(_("Set a price"), f"{href}/prices", is_done=bool(prices)))
    steps.append(Step(_("Give it a cover"), f"{href}/cover", is_done=content.cover_key is not None, is_needed=False))
    return Work(content, media, prices, steps, _tabs(kind, href), cover_url(content))


async def _main_part(session: AnySession, content: catalog.Content, media: catalog.Media | None, href: str) -> Step | None:
    match Kind(content.kind):
        case Kind.VIDEO | Kind.AUDIO:
            has_file = media is not None and media.status not in (MediaStatus.EMPTY, MediaStatus.FAILED)
            label = _("Upload the film") if content.kind == Kind.VIDEO else _("Upload the recording")
            return Step(label, f"{href}/file", is_done=has_file)
        case Kind.WRITTEN:
            return Step(_("Write the text"), f"{href}/text", is_done=await catalog.body_of(session, content.id) is not None)
        case Kind.DOCUMENT:
            has_file = await catalog.document_of(session, content.id) is not None
            return Step(_("Upload the book"), f"{href}/file", is_done=has_file)
        case Kind.COURSE:
            has_lessons = content.id in await courses.lesson_counts(session, [content.id])
            return Step(_("Write its lessons"), f"/studio/courses/{content.id}", is_done=has_lessons)
        case Kind.SERIES | Kind.BUNDLE:
            return Step(_("Put its parts in order"), f"{href}/parts", is_done=bool(await catalog.members_of(session, content.id)))
        case Kind.OFFERING:
            return None


def _tabs(kind: Kind, href: str) -> list[tuple[str, str]]:
    tabs = [(_("Details"), href)]
    match kind:
        case Kind.VIDEO:
            tabs += [(_("Film"), f"{href}/file"), (_("Captions"), f"{href}/captions")]
        case Kind.AUDIO:
            tabs += [(_("Recording"), f"{href}/file"), (_("Captions"), f"{href}/captions")]
        case Kind.WRITTEN:
            tabs.append((_("Text"), f"{href}/text"))
        case Kind.DOCUMENT:
            tabs.append((_("Book"), f"{href}/file"))
        case Kind.COURSE:
            tabs.append((_("Lessons"), href.replace("/contents/", "/courses/")))
        case Kind.SERIES | Kind.BUNDLE:
            tabs.append((_("Parts"), f"{href}/parts"))
        case Kind.OFFERING:
            pass
    return [*tabs, (_("Cover"), f"{href}/cover"), (_("Prices"), f"{href}/prices"), (_("Publishing"), f"{href}/publishing")]


def work_page(request: Request, name: str, work: Work, *, status: int = 200, **context: Any) -> Response:
    """One of the pages of a content."""
    tab = context.pop("tab", request.url.path)
    is_out = work.content.status == Status.PUBLISHED
    return studio_page(request, name, status=status, work=work, content=work.content, tab=tab, is_out=is_out, **context)
