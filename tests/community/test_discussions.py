"""Asking, answering, keeping order."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from tests.community.conftest import Person
from tuition import access, catalog, community, identity
from tuition.community import DiscussionKind, Place
from tuition.identity import Actor, Role
from tuition.kernel import FrozenClock, new_id
from tuition.platform import rates
from tuition.platform.database import Session


async def ask(session: Session, actor: Actor, article: catalog.Content, **details: object) -> community.Discussion:
    values = {"title": "Why?", "body": "I do not see it.", **details}
    return await community.start_discussion(session, actor, Place(article.id), **values)  # type: ignore[arg-type]  # because they are passed on as they are


async def told(session: Session, person_id: UUID) -> list[str]:
    rows = await session.execute(text("select title from notifications where user_id = :id order by id"), {"id": person_id})
    return [title for (title,) in rows]


async def test_who_may_open_it_may_ask_and_nobody_else(
    session: Session, article: catalog.Content, learner_of: Person, person: Person, teacher: Actor
) -> None:
    learner, stranger = await learner_of(), await person()
    asked = await ask(session, learner, article)
    assert [d.id for d in (await community.discussions_at(session, teacher, Place(article.id))).items] == [asked.id]
    with pytest.raises(community.DiscussionUnknown):
        await ask(session, stranger, article)
    with pytest.raises(community.DiscussionUnknown):
        await community.get_discussion_for(session, stranger, asked.id)
    with pytest.raises(community.DiscussionUnknown):
        await community.discussions_at(session, stranger, Place(article.id))


async def test_a_refunded_learner_reads_no_further(session: Session, article: catalog.Content, learner_of: Person) -> None:
    learner = await learner_of()
    asked = await ask(session, learner, article)
    for held in await access.grants_of_person(session, learner.id):
        await access.end_grant(session, held.id, reason="refunded")
    with pytest.raises(community.DiscussionUnknown):
        await community.reply(session, learner, asked.id, body="Still here")


async def test_an_unverified_person_reads_and_does_not_write(
    session: Session, article: catalog.Content, learner_of: Person
) -> None:
    learner = await learner_of(email_verified=False)
    with pytest.raises(identity.EmailUnverified):
        await ask(session, learner, article)
    assert (await community.discussions_at(session, learner, Place(article.id))).items == []


@pytest.mark.parametrize(
    ("title", "body"), [("", "x"), (" \n", "x"), ("x" * 301, "x"), ("x", ""), ("x", " "), ("x", "y" * 20_001)]
)
async def test_a_text_that_says_nothing_or_too_much_is_refused(
    session: Session, article: catalog.Content, learner_of: Person, title: str, body: str
) -> None:
    with pytest.raises(community.TextInvalid):
        await ask(session, await learner_of(), article, title=title, body=body)


async def test_what_is_written_cannot_act(session: Session, article: catalog.Content, learner_of: Person) -> None:
    asked = await ask(session, await learner_of(), article, body="**Why** <script>alert(1)</script><img src=x onerror=alert(1)>")
    assert "<strong>Why</strong>" in asked.body_html
    assert "script" not in asked.body_html
    assert "onerror" not in asked.body_html


async def test_a_question_waits_until_an_answer_is_accepted_and_again_when_it_goes(
    session: Session, article: catalog.Content, learner_of: Person, teacher: Actor
) -> None:
    learner, other = await learner_of(), await learner_of("Rim")
    asked = await ask(session, learner, article)
    answer = await community.reply(session, teacher, asked.id, body="Because.")
    assert answer.is_by_teacher
    waiting = Place(article.id)
    assert len((await community.discussions_at(session, other, waiting, unanswered=True)).items) == 1
    with pytest.raises(community.MayNotModerate):
        await community.accept_reply(session, other, answer.id)
    await community.accept_reply(session, learner, answer.id)
    assert (await community.discussions_at(session, other, waiting, unanswered=True)).items == []
    await community.delete_reply(session, teacher, answer.id)
    assert (asked.accepted_reply_id, asked.reply_count) == (None, 0)
    with pytest.raises(community.ReplyUnknown):
        await community.accept_reply(session, learner, answer.id)


async def test_a_talk_has_no_answer(session: Session, article: catalog.Content, learner_of: Person) -> None:
    learner = await learner_of()
    talk = await ask(session, learner, article, kind=DiscussionKind.DISCUSSION)
    said = await community.reply(session, learner, talk.id, body="Well")
    with pytest.raises(community.NotAQuestion):
        await community.accept_reply(session, learner, said.id)


async def test_a_closed_talk_takes_nothing_and_only_order_keepers_close(
    session: Session, article: catalog.Content, learner_of: Person, teacher: Actor
) -> None:
    learner = await learner_of()
    asked = await ask(session, learner, article)
    with pytest.raises(community.MayNotModerate):
        await community.arrange(session, learner, asked.id, closed=True)
    await community.arrange(session, teacher, asked.id, closed=True, pinned=True)
    assert asked.is_pinned
    with pytest.raises(community.DiscussionClosed):
        await community.reply(session, learner, asked.id, body="But")
    await community.arrange(session, teacher, asked.id, closed=False)
    assert await community.reply(session, learner, asked.id, body="But")


async def test_pinned_talks_stand_first_then_the_newest_talk(
    session: Session, article: catalog.Content, learner_of: Person, teacher: Actor, moment: FrozenClock
) -> None:
    learner = await learner_of()
    talks = []
    for title in ("one", "two", "three"):
        talks.append(await ask(session, learner, article, title=title))
        moment.advance(timedelta(minutes=1))
    await community.reply(session, learner, talks[0].id, body="Anybody?")
    await community.arrange(session, teacher, talks[1].id, pinned=True)
    first = await community.discussions_at(session, learner, Place(article.id), limit=2)
    rest = await community.discussions_at(session, learner, Place(article.id), limit=2, cursor=first.next_cursor)
    assert [talk.title for talk in [*first.items, *rest.items]] == ["two", "one", "three"]


async def test_a_topic_is_a_part_of_the_whole(session: Session, article: catalog.Content, learner_of: Person) -> None:
    learner, lesson = await learner_of(), new_id()
    await ask(session, learner, article)
    about = await community.start_discussion(session, learner, Place(article.id, lesson), title="Here", body="Why?")
    assert [d.id for d in (await community.discussions_at(session, learner, Place(article.id, lesson))).items] == [about.id]
    assert len((await community.discussions_at(session, learner, Place(article.id))).items) == 2


async def test_only_the_author_edits_and_a_stranger_deletes_nothing(
    session: Session, article: catalog.Content, learner_of: Person, teacher: Actor
) -> None:
    learner, other = await learner_of(), await learner_of("Rim")
    asked = await ask(session, learner, article)
    said = await community.reply(session, learner, asked.id, body="More")
    with pytest.raises(community.DiscussionUnknown):
        await community.edit_discussion(session, teacher, asked.id, title="Mine", body="now")
    with pytest.raises(community.ReplyUnknown):
        await community.edit_reply(session, other, said.id, body="now")
    with pytest.raises(community.DiscussionUnknown):
        await community.delete_discussion(session, other, asked.id)
    assert (await community.edit_discussion(session, learner, asked.id, title="Better", body="now")).title == "Better"
    await community.delete_discussion(session, teacher, asked.id)
    with pytest.raises(community.DiscussionUnknown):
        await community.get_discussion_for(session, learner, asked.id)


async def test_nobody_counts_twice_nor_themselves(session: Session, article: catalog.Content, learner_of: Person) -> None:
    learner, other = await learner_of(), await learner_of("Rim")
    said = await community.reply(session, learner, (await ask(session, learner, article)).id, body="Look")
    assert (await community.mark_helpful(session, learner, said.id)).helpful_count == 0
    for _ in range(2):
        assert (await community.mark_helpful(session, other, said.id)).helpful_count == 1
    assert await community.marked_by(session, other.id, [said.id]) == {said.id}
    assert (await community.mark_helpful(session, other, said.id, helpful=False)).helpful_count == 0


async def test_those_who_follow_hear_of_a_reply_once_unless_they_may_no_longer_read(
    session: Session, article: catalog.Content, learner_of: Person, teacher: Actor
) -> None:
    learner, gone = await learner_of(), await learner_of("Rim")
    asked = await ask(session, learner, article)
    await community.jobs.tell_of_question(session, discussion_id=str(asked.id))
    assert await told(session, teacher.id) == ["A question about “Breathing”"]
    await community.follow(session, gone, asked.id)
    for held in await access.grants_of_person(session, gone.id):
        await access.end_grant(session, held.id, reason="refunded")
    answer = await community.reply(session, teacher, asked.id, body="Because.")
    for _ in range(2):
        await community.jobs.tell_of_reply(session, reply_id=str(answer.id))
    assert await told(session, learner.id) == ["A reply to “Why?”"]
    assert await told(session, gone.id) == []
    assert len(await told(session, teacher.id)) == 1
    await community.unfollow(session, learner, asked.id)
    more = await community.reply(session, teacher, asked.id, body="And so.")
    await community.jobs.tell_of_reply(session, reply_id=str(more.id))
    assert len(await told(session, learner.id)) == 1


async def test_a_flood_is_stopped(session: Session, article: catalog.Content, learner_of: Person) -> None:
    learner = await learner_of()
    asked = await ask(session, learner, article)
    with pytest.raises(rates.TooMany):
        for _ in range(40):
            await community.reply(session, learner, asked.id, body="Buy this")


async def test_the_sites_staff_keeps_order_everywhere(
    session: Session, article: catalog.Content, learner_of: Person, person: Person
) -> None:
    asked = await ask(session, await learner_of(), article)
    owner = await person(Role.OWNER)
    assert (await community.arrange(session, owner, asked.id, closed=True)).closed_at is not None


async def test_about_what_does_not_exist_nobody_talks_not_even_staff(session: Session, person: Person) -> None:
    with pytest.raises(community.DiscussionUnknown):
        await community.start_discussion(session, await person(Role.OWNER), Place(new_id()), title="Here?", body="No.")
