"""Everybody's contents, and which of them the home page shows."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from tuition import catalog, identity, operations
from tuition.catalog import Kind, Status
from tuition.edge import EdgeRoute, Reading, Writing
from tuition.platform import paging, site
from tuition.web.owner.surroundings import Editor, Owner, owner_page
from tuition.web.rendering import see_other, with_query
from tuition.web.rendering import translate as _
from tuition.web.storefront.cards import cover_url
from tuition.web.studio.contents import kinds_offered
from tuition.web.studio.forms import Typed

router = APIRouter(prefix="/owner/contents", route_class=EdgeRoute, include_in_schema=False)


@router.get("")
async def contents(
    request: Request,
    session: Reading,
    actor: Editor,
    kind: Annotated[str, Query(max_length=20)] = "",
    status: Annotated[str, Query(max_length=20)] = "",
    q: Annotated[str, Query(max_length=200)] = "",
    media: Annotated[str, Query(max_length=20)] = "",
    cursor: Annotated[str, Query(max_length=paging.CURSOR_LENGTH_MAX)] = "",
) -> Response:
    """Whatever anybody has made, newest first."""
    asked = operations.Asked(
        kind=Kind(kind) if kind in list(Kind) else None,
        status=Status(status) if status in list(Status) else None,
        words=" ".join(q.replace("\x00", " ").split()),
        is_broken=media == "failed",
    )
    page = await operations.contents_page(session, None, asked, cursor=cursor or None)
    ids = [content.id for content in page.items]
    context: dict[str, Any] = {
        "asked": asked,
        "rows": [(content, cover_url(content, 320)) for content in page.items],
        "people": await identity.people_by_id(session, {content.creator_id for content in page.items}),
        "media": await operations.media_by_id(session, ids),
        "featured": set((await site.current(session)).featured_content_ids),
        "may_configure": identity.allows(actor, "site:configure"),
        "kinds": kinds_offered(),
        "next_href": with_query(request, cursor=page.next_cursor) if page.next_cursor else None,
        "start_href": with_query(request) if cursor else None,
    }
    return owner_page(request, "contents.html", **context)


@router.post("/{content_id}/feature")
async def feature(request: Request, content_id: UUID, session: Writing, actor: Owner, typed: Typed) -> Response:
    """Show it on the home page, or no longer."""
    content = await catalog.get_content_for(session, actor, content_id)
    featured = list((await site.current(session)).featured_content_ids)
    if typed["wish"] == "show":
        changed = [*(one for one in featured if one != content.id), content.id]
        said = _("“%(title)s” is on the home page.") % {"title": content.title}
    else:
        changed = [one for one in featured if one != content.id]
        said = _("“%(title)s” is no longer on the home page.") % {"title": content.title}
    await site.change(session, actor.id, featured_content_ids=changed)
    return see_other(request, "/owner/contents", say=said)
