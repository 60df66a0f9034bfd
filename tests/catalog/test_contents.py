"""Drafts, addresses, publishing, deleting."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from tuition import catalog, identity
from tuition.catalog import Kind
from tuition.catalog.errors import FieldInvalid, MembersInvalid, SlugTaken, StatusRefuses
from tuition.catalog.rules.slugs import slug_from
from tuition.identity import Actor, Role
from tuition.kernel import FrozenClock
from tuition.platform.database import Session
from tuition.platform.events import Bus


async def _article(session: Session, creator: Actor, title: str = "Breathing") -> catalog.Content:
    content = await catalog.create_content(session, creator, Kind.WRITTEN, title=title)
    await catalog.write_body(session, creator, content.id, "Breathe *in*.", catalog.BodyFormat.MARKDOWN)
    return content


async def test_a_learner_may_not_publish_anything(session: Session, learner: Actor) -> None:
    with pytest.raises(identity.PermissionMissing):
        await catalog.create_content(session, learner, Kind.VIDEO, title="Mine")


async def test_a_draft_is_found_by_its_creator_and_by_nobody_else(session: Session, creator: Actor, learner: Actor) -> None:
    content = await _article(session, creator)
    assert (await catalog.get_content_for(session, creator, content.id)).id == content.id
    for other in (learner, None):
        with pytest.raises(catalog.ContentUnknown):
            await catalog.get_content_for(session, other, content.id)
    with pytest.raises(catalog.ContentUnknown):
        await catalog.get_owned_content(session, learner, content.id)


async def test_the_same_title_gets_the_next_free_address(session: Session, creator: Actor) -> None:
    slugs = [(await _article(session, creator, "Slow Breathing!")).slug for _ in range(3)]
    assert slugs == ["slow-breathing", "slow-breathing-2", "slow-breathing-3"]


async def test_an_address_that_was_asked_for_and_is_taken_is_refused(session: Session, creator: Actor) -> None:
    await _article(session, creator, "Breathing")
    with pytest.raises(SlugTaken):
        await catalog.create_content(session, creator, Kind.AUDIO, title="Other", slug="breathing")


def test_an_arabic_title_keeps_an_arabic_address() -> None:
    assert slug_from("مقدمة في التنفس") == "مقدمة-في-التنفس"
    assert slug_from("Été — 2026!") == "ete-2026"
    assert slug_from("???") == "untitled"


async def test_an_old_address_leads_to_the_new_one(session: Session, creator: Actor) -> None:
    content = await _article(session, creator)
    await catalog.edit_content(session, creator, content.id, {"slug": "calm"})
    found = await catalog.find_by_slug(session, "breathing")
    assert (found.content.id, found.moved, found.content.slug) == (content.id, True, "calm")


async def test_a_deleted_content_frees_its_address_and_stays_in_the_books(session: Session, creator: Actor) -> None:
    content = await _article(session, creator)
    await catalog.publish(session, creator, content.id)
    await catalog.delete_content(session, creator, content.id)
    with pytest.raises(catalog.ContentUnknown):
        await catalog.get_content_for(session, creator, content.id)
    assert content.id in await catalog.contents_by_id(session, [content.id])
    assert (await catalog.find_by_slug(session, "breathing")).content.id == content.id
    successor = await catalog.create_content(session, creator, Kind.WRITTEN, title="New", slug="breathing")
    assert (await catalog.find_by_slug(session, "breathing")).content.id == successor.id


async def test_a_scheduled_content_is_invisible_until_its_moment(
    session: Session, creator: Actor, moment: FrozenClock, bus: Bus
) -> None:
    heard: list[catalog.ContentPublished] = []

    async def hear(_: Session, fact: catalog.ContentPublished) -> None:
        heard.append(fact)

    bus.subscribe(catalog.ContentPublished, hear)
    content = await _article(session, creator)
    at = moment.now() + timedelta(hours=2)
    await catalog.schedule(session, creator, content.id, at)
    assert await catalog.run_due(session, now=at - timedelta(seconds=1)) == 0
    with pytest.raises(catalog.ContentUnknown):
        await catalog.get_content_for(session, None, content.id)
    assert await catalog.run_due(session, now=moment.advance(timedelta(hours=3))) == 1
    assert await catalog.run_due(session, now=moment.now()) == 0
    seen = await catalog.get_content_for(session, None, content.id)
    assert (seen.published_at, [fact.is_first_time for fact in heard]) == (at, [True])


async def test_a_past_moment_cannot_be_scheduled(session: Session, creator: Actor, moment: FrozenClock) -> None:
    content = await _article(session, creator)
    with pytest.raises(FieldInvalid):
        await catalog.schedule(session, creator, content.id, moment.now())


async def test_what_was_published_is_archived_and_never_a_draft_again(session: Session, creator: Actor) -> None:
    content = await _article(session, creator)
    await catalog.publish(session, creator, content.id)
    with pytest.raises(StatusRefuses):
        await catalog.unschedule(session, creator, content.id)
    first = content.published_at
    await catalog.archive(session, creator, content.id)
    with pytest.raises(catalog.ContentUnknown):
        await catalog.get_content_for(session, None, content.id)
    assert (await catalog.publish(session, creator, content.id)).published_at == first


@pytest.mark.parametrize("kind", [Kind.VIDEO, Kind.WRITTEN, Kind.DOCUMENT, Kind.SERIES])
async def test_nothing_empty_is_published(session: Session, creator: Actor, kind: Kind) -> None:
    content = await catalog.create_content(session, creator, kind, title="Empty")
    with pytest.raises(catalog.NotReady):
        await catalog.publish(session, creator, content.id)


async def test_members_can_swap_places_and_leave(session: Session, creator: Actor) -> None:
    series = await catalog.create_content(session, creator, Kind.SERIES, title="All about air")
    one, two, three = [(await _article(session, creator, title)).id for title in ("One", "Two", "Three")]
    await catalog.set_members(session, creator, series.id, [one, two, three])
    await catalog.set_members(session, creator, series.id, [three, one])
    assert [content.id for content in await catalog.members_of(session, series.id)] == [three, one]
    assert await catalog.collections_of(session, one) == [series.id]
    assert await catalog.collections_of(session, two) == []


async def test_a_collection_never_holds_itself_however_deep(session: Session, creator: Actor) -> None:
    outer = await catalog.create_content(session, creator, Kind.BUNDLE, title="Outer")
    inner = await catalog.create_content(session, creator, Kind.SERIES, title="Inner")
    await catalog.set_members(session, creator, outer.id, [inner.id])
    for members in ([outer.id], [inner.id]):
        with pytest.raises(MembersInvalid):
            await catalog.set_members(session, creator, inner.id, members)


async def test_only_ones_own_contents_become_members(
    session: Session, creator: Actor, person: Callable[..., Awaitable[Actor]]
) -> None:
    other = await person(Role.CREATOR)
    series = await catalog.create_content(session, creator, Kind.SERIES, title="Mine")
    foreign = await _article(session, other, "Theirs")
    with pytest.raises(MembersInvalid):
        await catalog.set_members(session, creator, series.id, [foreign.id])


async def test_fields_are_tidied_and_limited(session: Session, creator: Actor) -> None:
    content = await catalog.create_content(
        session, creator, Kind.AUDIO, title="  Calm\x00  ", tags=["Yoga", " yoga ", "Deep  Sleep"], language="ar"
    )
    assert (content.title, content.tags, content.language) == ("Calm", ["yoga", "deep sleep"], "ar")
    for wrong in ({"title": " "}, {"title": "x" * 501}, {"language": "Arabic!"}, {"level": "expert"}, {"preview_until_ms": -1}):
        with pytest.raises(FieldInvalid):
            await catalog.edit_content(session, creator, content.id, wrong)


async def test_counters_count_every_purchase_and_view(session: Session, creator: Actor) -> None:
    one, two = await _article(session, creator, "One"), await _article(session, creator, "Two")
    await session.flush()
    await catalog.count_purchases(session, [one.id, two.id, one.id])
    await catalog.count_purchases(session, [two.id, two.id], by=-1)
    await catalog.count_views(session, {one.id: 5})
    for content in (one, two):
        await session.refresh(content)
    assert (one.purchase_count, two.purchase_count, one.view_count) == (2, 0, 5)
