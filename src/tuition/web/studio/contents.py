"""The list of one's contents, and beginning another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from tuition import catalog, operations
from tuition.catalog import Kind, Status
from tuition.edge import EdgeRoute, Reading, Writing
from tuition.kernel import DomainError
from tuition.learning import courses
from tuition.platform import paging
from tuition.platform.database import AnySession
from tuition.web.rendering import see_other, with_query
from tuition.web.rendering import translate as _
from tuition.web.storefront.cards import cover_url
from tuition.web.studio.forms import Typed, say
from tuition.web.studio.surroundings import Creator, address, studio_page

router = APIRouter(prefix="/studio/contents", route_class=EdgeRoute, include_in_schema=False)
NEW_KINDS = (Kind.VIDEO, Kind.AUDIO, Kind.WRITTEN, Kind.DOCUMENT, Kind.COURSE, Kind.SERIES)
"""What can be begun here. Bundles and events come from builders of their own."""


def kinds_offered() -> list[tuple[str, str, str]]:
    """The kinds that a new content may be: value, name, what it is."""
    said = {
        Kind.VIDEO: (_("Film"), _("A video that people watch, by the minute or for good.")),
        Kind.AUDIO: (_("Audio"), _("A recording: a talk, a lesson to listen to, music.")),
        Kind.WRITTEN: (_("Article"), _("A text that you write here, with pictures.")),
        Kind.DOCUMENT: (_("Book"), _("A PDF that people read.")),
        Kind.COURSE: (_("Course"), _("Lessons in an order, with quizzes, assignments and a certificate.")),
        Kind.SERIES: (_("Series"), _("Several of your contents in an order, sold together or one by one.")),
    }
    return [(str(kind), *said[kind]) for kind in NEW_KINDS]


@router.get("")
async def contents(
    request: Request,
    session: Reading,
    actor: Creator,
    kind: Annotated[str, Query(max_length=20)] = "",
    status: Annotated[str, Query(max_length=20)] = "",
    q: Annotated[str, Query(max_length=200)] = "",
    cursor: Annotated[str, Query(max_length=paging.CURSOR_LENGTH_MAX)] = "",
) -> Response:
    """Everything that one has made, whatever its state."""
    asked = operations.Asked(
        kind=Kind(kind) if kind in list(Kind) else None,
        status=Status(status) if status in list(Status) else None,
        words=" ".join(q.replace("\x00", " ").split()),
    )
    page = await operations.contents_page(session, actor.id, asked, cursor=cursor or None)
    shown = page.items
    context: dict[str, Any] = {
        "asked": asked,
        "rows": await _rows(session, shown),
        "counts": await operations.count_by_status(session, actor.id),
        "kinds": kinds_offered(),
        "next_href": with_query(request, cursor=page.next_cursor) if page.next_cursor else None,
        "start_href": with_query(request) if cursor else None,
    }
    return studio_page(request, "contents.html", **context)


async def _rows(session: AnySession, contents: Sequence[catalog.Content]) -> list[dict[str, Any]]:
    ids = [content.id for content in contents]
    prices = await catalog.prices_of(session, ids)
    media = await operations.media_by_id(session, ids)
    return [
        {
            "content": content,
            "cover_url": cover_url(content, 320),
            "href": address(content.id),
            "media": media.get(content.id),
            "once": _first(prices[content.id], catalog.PriceKind.ONE_TIME),
            "minute": _first(prices[content.id], catalog.PriceKind.PER_MINUTE),
        }
        for content in contents
    ]


def _first(prices: Sequence[catalog.Price], kind: catalog.PriceKind) -> catalog.Price | None:
    return next((price for price in prices if price.kind == kind), None)


@router.get("/new")
async def new_form(request: Request, session: Reading, actor: Creator, kind: str = "") -> Response:
    """What it shall be and what it is called."""
    del session, actor
    return _new_page(request, {"kind": kind} if kind else {}, {})


@router.post("/new")
async def create(request: Request, session: Writing, actor: Creator, typed: Typed) -> Response:
    """Begin a draft and go on to its details."""
    errors: dict[str, str] = {}
    kind = next((kind for kind in NEW_KINDS if kind == typed["kind"]), None)
    if kind is None:
        errors["kind"] = _("Choose what it is.")
    if not typed["title"].strip():
        errors["title"] = _("Give it a title. You can change it later.")
    if kind is None or errors:
        return _new_page(request, typed, errors)
    try:
        if kind is Kind.COURSE:
            course = await courses.create(session, actor, title=typed["title"], language=actor.locale)
            return see_other(request, f"/studio/courses/{course.id}", say=_("The draft is there. Add its first lesson."))
        content = await catalog.create_content(session, actor, kind, title=typed["title"], language=actor.locale)
    except DomainError as error:
        field = str(error.fields.get("field", "form"))
        return _new_page(request, typed, {field if field == "title" else "form": say(request, error)})
    return see_other(request, address(content.id), say=_("Your draft is begun. Nobody else sees it yet."))


def _new_page(request: Request, values: dict[str, str], errors: dict[str, str]) -> Response:
    status = 422 if errors else 200
    return studio_page(request, "new.html", status=status, values=values, errors=errors, kinds=kinds_offered())


@router.get("/{content_id}/delete")
async def delete_form(request: Request, content_id: UUID, session: Reading, actor: Creator) -> Response:
    """The question, for a browser that opens no dialogs."""
    content = await catalog.get_owned_content(session, actor, content_id)
    return studio_page(request, "delete.html", content=content, href=address(content.id))


@router.post("/{content_id}/delete")
async def delete(request: Request, content_id: UUID, session: Writing, actor: Creator) -> Response:
    """Take it out of the catalogue for good."""
    content = await catalog.get_owned_content(session, actor, content_id)
    title = content.title
    await catalog.delete_content(session, actor, content_id)
    return see_other(request, "/studio/contents", say=_("“%(title)s” is deleted. Whoever bought it keeps it.") % {"title": title})
