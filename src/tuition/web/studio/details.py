"""What is said about a content, and whether others see it: details, publishing now or later, taking it out again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Request
from starlette.responses import Response

from tuition import catalog
from tuition.catalog import Kind, Level, Visibility
from tuition.edge import EdgeRoute, Reading, Services, Writing, status_of
from tuition.identity import Actor
from tuition.kernel import DomainError, clock
from tuition.platform.database import AnySession, Session
from tuition.web.rendering import Shell, page_reader, see_other, shell_of
from tuition.web.rendering import translate as _
from tuition.web.rendering.formatting import language_name
from tuition.web.storefront.contents import content_page
from tuition.web.studio.forms import Fields, Typed, is_on, read_decimal, read_moment, say
from tuition.web.studio.surroundings import Creator, Work, address, load_work, work_page

router = APIRouter(prefix="/studio/contents/{content_id}", route_class=EdgeRoute, include_in_schema=False)
LANGUAGES = (
    "ar", "bn", "cs", "da", "de", "el", "en", "es", "fa", "fi", "fr", "he", "hi", "hu", "id", "it", "ja", "ko", "ms", "nl", "no",
    "pl", "pt", "ro", "ru", "sv", "sw", "th", "tr", "uk", "ur", "vi", "zh",
)  # fmt: skip
"""What contents here may be in; the API takes any language tag."""
MINUTE_MS = 60_000


def visibilities() -> list[tuple[str, str, str]]:
    """Who finds it: value, name, what it means."""
    said = {
        Visibility.PAID: (_("For sale"), _("Everybody finds it; whoever buys it, or pays by the minute, opens it.")),
        Visibility.PUBLIC: (_("Free for everybody"), _("Everybody finds and opens it, unless it has a price.")),
        Visibility.MEMBERS_ONLY: (_("For members"), _("Everybody finds it; a subscription opens it.")),
        Visibility.SHARED: (_("By invitation"), _("Nobody finds it; you choose who opens it.")),
        Visibility.PRIVATE: (_("Only you"), _("Nobody else finds or opens it.")),
    }
    return [(str(visibility), *texts) for visibility, texts in said.items()]


def levels() -> list[tuple[str, str]]:
    """For whom it is."""
    said = {
        Level.ALL: _("Anybody"),
        Level.BEGINNER: _("Beginners"),
        Level.INTERMEDIATE: _("Those who know the basics"),
        Level.ADVANCED: _("Those who practise"),
    }
    return [(str(level), text) for level, text in said.items()]


@router.get("")
async def details(request: Request, content_id: UUID, session: Reading, actor: Creator) -> Response:
    """The form."""
    work = await load_work(session, actor, content_id)
    return await _details_page(request, session, work, _values_of(work.content), {})


@router.post("")
async def change_details(request: Request, content_id: UUID, session: Writing, actor: Creator, typed: Typed) -> Response:
    """Change what is said about it, or read beside the field what is wrong."""
    work = await load_work(session, actor, content_id)
    changes, errors = _changes(typed, Kind(work.content.kind))
    if not errors:
        try:
            await catalog.edit_content(session, actor, content_id, changes)
        except DomainError as error:
            errors = _beside(request, error)
    if errors:
        return await _details_page(request, session, work, typed, errors)
    return see_other(request, address(content_id), say=_("Saved."))


def _values_of(content: catalog.Content) -> dict[str, str]:
    minutes = content.preview_until_ms // MINUTE_MS
    return {
        "title": content.title,
        "slug": content.slug,
        "description": content.description,
        "category_id": str(content.category_id or ""),
        "tags": ", ".join(content.tags),
        "language": content.language,
        "level": content.level,
        "visibility": content.visibility,
        "preview_minutes": str(minutes) if minutes else "",
        "accept_donations": "yes" if content.accept_donations else "",
        "donation_message": content.donation_message,
    }


def _changes(typed: Fields, kind: Kind) -> tuple[dict[str, Any], dict[str, str]]:
    """What to change, and what was wrong already on paper."""
    errors: dict[str, str] = {}
    changes: dict[str, Any] = {
        "title": typed["title"],
        "slug": typed["slug"].strip() or None,
        "description": typed["description"].replace("\r\n", "\n"),
        "category_id": _id(typed["category_id"].strip()),
        "tags": typed["tags"].replace("،", ",").split(","),
        "language": typed["language"],
        "level": typed["level"],
        "visibility": typed["visibility"],
        "accept_donations": is_on(typed, "accept_donations"),
        "donation_message": typed["donation_message"],
    }
    if not typed["title"].strip():
        errors["title"] = _("Give it a title.")
    if kind in catalog.PLAYABLE:
        minutes = read_decimal(typed["preview_minutes"]) if typed["preview_minutes"].strip() else read_decimal("0")
        if minutes is None or minutes < 0:
            errors["preview_minutes"] = _("Write a number of minutes, or nothing.")
        else:
            changes["preview_until_ms"] = int(minutes * MINUTE_MS)
    return changes, errors


def _id(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None


def _beside(request: Request, error: DomainError) -> dict[str, str]:
    """Which field a refusal of the catalogue belongs beside."""
    match error:
        case catalog.FieldInvalid():
            field = str(error.fields["field"])
            reason = _(str(error.fields["reason"]))
            shown = {"preview_until_ms": "preview_minutes"}.get(field, field)
            return {shown: f"{reason[:1].upper()}{reason[1:]}."}
        case _ if error.code == "catalog.slug_taken":
            return {"slug": say(request, error)}
        case _:
            return {"form": say(request, error)}


async def _details_page(
    request: Request, session: AnySession, work: Work, values: Mapping[str, str], errors: dict[str, str]
) -> Response:
    reader = page_reader(request)
    categories = [
        (str(category.id), str(category.names.get(reader.language, category.name)))
        for category in await catalog.categories(session)
    ]
    spoken = sorted(((code, language_name(code)) for code in {*LANGUAGES, work.content.language}), key=lambda pair: pair[1])
    return work_page(
        request,
        "content/details.html",
        work,
        status=422 if errors else 200,
        tab=work.href,
        values=values,
        errors=errors,
        categories=categories,
        languages_spoken=spoken,
        levels=levels(),
        visibilities=visibilities(),
        is_playable=Kind(work.content.kind) in catalog.PLAYABLE,
    )


@router.get("/visitor")
async def as_visitor(request: Request, content_id: UUID, session: Reading, actor: Creator, services: Services) -> Response:
    """Its page as somebody sees it who is not signed in. It counts as nobody's view."""
    content = await catalog.get_owned_content(session, actor, content_id)
    request.state.shell = Shell(site=shell_of(request).site)
    page = await content_page(content.slug, request, session, None, services, BackgroundTasks())
    page.background = None
    return page


@router.get("/publishing")
async def publishing(request: Request, content_id: UUID, session: Reading, actor: Creator) -> Response:
    """Whether others see it, what is still missing, and what can be done about it."""
    return _publishing_page(request, await load_work(session, actor, content_id))


Act = Callable[[Session, Actor, UUID], Awaitable[Any]]


async def _act(request: Request, session: Session, actor: Actor, content_id: UUID, act: Act, said: str) -> Response:
    try:
        await act(session, actor, content_id)
    except catalog.ContentUnknown:
        raise
    except DomainError as error:
        work = await load_work(session, actor, content_id)
        return _publishing_page(request, work, status=status_of(error), error=say(request, error))
    return see_other(request, f"{address(content_id)}/publishing", say=said)


@router.post("/publish")
async def publish(request: Request, content_id: UUID, session: Writing, actor: Creator) -> Response:
    """Let everybody find it."""
    return await _act(request, session, actor, content_id, catalog.publish, _("It is published."))


@router.post("/unschedule")
async def unschedule(request: Request, content_id: UUID, session: Writing, actor: Creator) -> Response:
    """Do not publish it by itself after all."""
    return await _act(request, session, actor, content_id, catalog.unschedule, _("It is a draft again."))


@router.post("/archive")
async def archive(request: Request, content_id: UUID, session: Writing, actor: Creator) -> Response:
    """Take it out of the catalogue and out of sale."""
    said = _("It is out of the catalogue. Whoever holds it keeps it.")
    return await _act(request, session, actor, content_id, catalog.archive, said)


@router.post("/schedule")
async def schedule(request: Request, content_id: UUID, session: Writing, actor: Creator, typed: Typed) -> Response:
    """Publish it by itself at a moment to come."""
    at = read_moment(request, typed["publish_at"])
    if at is None or at <= clock.now():
        work = await load_work(session, actor, content_id)
        errors = {"publish_at": _("Choose a moment that is still to come.")}
        return _publishing_page(request, work, status=422, values=typed, errors=errors)

    async def act(session: Session, actor: Actor, content_id: UUID) -> Any:
        return await catalog.schedule(session, actor, content_id, at)

    return await _act(request, session, actor, content_id, act, _("It will be published by itself."))


def _publishing_page(
    request: Request,
    work: Work,
    *,
    status: int = 200,
    error: str = "",
    values: Mapping[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    reader = page_reader(request)
    at = work.content.publish_at
    typed = values or ({"publish_at": f"{at.astimezone(reader.time_zone):%Y-%m-%dT%H:%M}"} if at else {})
    soonest = f"{clock.now().astimezone(reader.time_zone):%Y-%m-%dT%H:%M}"
    context: dict[str, Any] = {"values": typed, "errors": errors or {}, "error": error, "soonest": soonest, "zone": reader.zone}
    return work_page(request, "content/publishing.html", work, status=status, tab=f"{work.href}/publishing", **context)
