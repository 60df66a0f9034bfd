"""The builder of a series: what is in it, in which order. Everything works by buttons; dragging is a shortcut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from tuition import catalog, operations
from tuition.catalog import Kind, PriceKind
from tuition.edge import EdgeRoute, Reading, Writing, status_of
from tuition.kernel import DomainError, Money
from tuition.platform.database import AnySession
from tuition.web.rendering import render, see_other
from tuition.web.rendering import translate as _
from tuition.web.storefront.cards import cover_url
from tuition.web.studio.forms import Fields, Typed, say
from tuition.web.studio.surroundings import Creator, Work, address, load_work, work_page

router = APIRouter(prefix="/studio/contents/{content_id}/parts", route_class=EdgeRoute, include_in_schema=False)


@router.get("")
async def parts(request: Request, content_id: UUID, session: Reading, actor: Creator, q: str = "") -> Response:
    """The parts in their order, and what could be added."""
    work = await load_work(session, actor, content_id)
    if Kind(work.content.kind) not in catalog.COLLECTIONS:
        return RedirectResponse(work.href, status_code=303)
    if work.content.kind == Kind.COURSE:
        return RedirectResponse(f"/studio/courses/{content_id}", status_code=303)
    return work_page(request, "content/parts.html", work, **await _context(session, work, words=q[:200]))


async def _context(session: AnySession, work: Work, *, words: str = "", error: str = "") -> dict[str, Any]:
    members = await catalog.members_of(session, work.content.id)
    prices = await catalog.prices_of(session, [member.id for member in members])
    alone = _sum_alone(prices)
    whole = [price.amount for price in work.prices if price.kind == PriceKind.ONE_TIME]
    return {
        "members": [(member, cover_url(member, 320)) for member in members],
        "duration_s": sum(member.duration_ms or 0 for member in members) // 1000,
        "choices": await operations.could_be_parts(session, work.content.creator_id, work.content.id, words=words),
        "words": words,
        "error": error,
        "compared": [(amount, alone[amount.currency]) for amount in whole if amount.currency in alone],
    }


def _sum_alone(prices: dict[UUID, list[catalog.Price]]) -> dict[str, Money]:
    """What the parts cost one by one, in the currencies in which each of them has a price."""
    sums: dict[str, list[Money]] = {}
    for of_one in prices.values():
        for price in of_one:
            if price.kind == PriceKind.ONE_TIME:
                sums.setdefault(price.currency, []).append(price.amount)
    return {currency: sum(amounts, Money.zero(currency)) for currency, amounts in sums.items() if len(amounts) == len(prices)}


@router.post("")
async def change_parts(request: Request, content_id: UUID, session: Writing, actor: Creator, typed: Typed) -> Response:
    """One step of the builder: the order as it stands on the page, with one part moved, added or taken out."""
    is_part = request.headers.get("hx-request") == "true"
    error = ""
    status = 200
    try:
        await catalog.set_members(session, actor, content_id, _wanted(typed))
    except catalog.ContentUnknown:
        raise
    except DomainError as refused:
        error, status = say(request, refused), status_of(refused)
    if not is_part and not error:
        return see_other(request, f"{address(content_id)}/parts", say=_("Saved."))
    # What was set is read back below.
    await session.flush()
    work = await load_work(session, actor, content_id)
    context = await _context(session, work, words=typed["q"][:200], error=error)
    if is_part:
        return render(
            request, "studio/content/_parts.html", status=status, work=work, content=work.content, said=_("Saved."), **context
        )
    return work_page(request, "content/parts.html", work, status=status, tab=f"{work.href}/parts", **context)


def _wanted(typed: Fields) -> list[UUID]:
    """The order that was asked for. What is not an id is left out: the room refuses what is not one's own."""
    order = _ids(typed.all("part"))
    for name, step in (("up", -1), ("down", 1)):
        for moved in _ids([typed[name]]):
            order = _moved(order, moved, step)
    leaving = set(_ids([typed["remove"]]))
    order = [part for part in order if part not in leaving]
    return [*order, *(part for part in _ids([typed["add"]]) if part not in order)]


def _moved(order: list[UUID], part: UUID, step: int) -> list[UUID]:
    if part not in order:
        return order
    at = order.index(part)
    to = min(max(at + step, 0), len(order) - 1)
    order[at], order[to] = order[to], order[at]
    return order


def _ids(values: Sequence[str]) -> list[UUID]:
    found = []
    for value in values:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found
