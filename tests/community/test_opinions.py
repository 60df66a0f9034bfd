"""Ratings, announcements, reports, and what is left of a person."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import text

from tests.community.conftest import Person
from tuition import access, catalog, community
from tuition.community import Place, ReportReason, ReportStatus, SubjectType
from tuition.community.actions import reports
from tuition.identity import Actor, Role
from tuition.kernel import new_id
from tuition.platform.database import Session


async def rating_of(session: Session, content_id: UUID) -> tuple[Decimal, int]:
    row = await session.execute(text("select rating_average, rating_count from contents where id = :id"), {"id": content_id})
    average, count = row.one()
    return average, count


async def take_down(session: Session, fact: community.ContentTakenDown) -> None:
    await catalog.take_down(session, fact.content_id, note=fact.note)


async def test_average_and_number_are_right_after_every_edit(
    session: Session, article: catalog.Content, learner_of: Person
) -> None:
    one, two = await learner_of(), await learner_of("Rim")
    await community.rate(session, one, article.id, score=5, review="Clear.")
    await community.rate(session, two, article.id, score=2)
    assert await rating_of(session, article.id) == (Decimal("3.50"), 2)
    await community.rate(session, two, article.id, score=4, review="Better the second time.")
    assert await rating_of(session, article.id) == (Decimal("4.50"), 2)
    assert [rating.review for rating in (await community.ratings_of(session, article.id)).items] == [
        "Better the second time.",
        "Clear.",
    ]
    await community.withdraw_rating(session, one, article.id)
    await community.withdraw_rating(session, one, article.id)
    assert await rating_of(session, article.id) == (Decimal("4.00"), 1)
    assert dict((await community.rating_counts(session, article.id)).counts) == {5: 0, 4: 1, 3: 0, 2: 0, 1: 0}


async def test_only_people_with_access_rate_and_nobody_their_own(
    session: Session, article: catalog.Content, person: Person, teacher: Actor
) -> None:
    with pytest.raises(access.PaymentNeeded):
        await community.rate(session, await person(), article.id, score=1)
    with pytest.raises(community.OwnWork):
        await community.rate(session, teacher, article.id, score=5)
    assert await rating_of(session, article.id) == (Decimal(0), 0)


@pytest.mark.parametrize("score", [0, 6, -1])
async def test_a_score_is_one_to_five(session: Session, article: catalog.Content, learner_of: Person, score: int) -> None:
    with pytest.raises(community.TextInvalid):
        await community.rate(session, await learner_of(), article.id, score=score)


async def test_an_announcement_reaches_everybody_once(
    session: Session, article: catalog.Content, learner_of: Person, person: Person, teacher: Actor
) -> None:
    learners = [await learner_of(), await learner_of("Rim")]
    stranger = await person()
    with pytest.raises(community.MayNotModerate):
        await community.announce(session, learners[0], article.id, title="Hear", body="me")
    made = await community.announce(session, teacher, article.id, title="Tomorrow", body="At nine.", by_mail=True)
    for _ in range(2):
        await community.jobs.tell_announcement(session, announcement_id=str(made.id))
    rows = await session.execute(text("select user_id, title from notifications where type = 'announcement' order by user_id"))
    assert [tuple(row) for row in rows] == [(person_id, "Breathing: Tomorrow") for person_id in sorted(x.id for x in learners)]
    letters = await session.scalar(text("select count(*) from email_logs where email_type = 'announcement'"))
    assert (letters, made.told_count, made.told_at is not None) == (2, 2, True)
    assert len((await community.announcements_of(session, learners[0], article.id)).items) == 1
    with pytest.raises(community.AnnouncementUnknown):
        await community.announcements_of(session, stranger, article.id)


async def test_a_report_that_is_upheld_hides_what_it_is_about(
    session: Session, article: catalog.Content, learner_of: Person, teacher: Actor
) -> None:
    rude, hurt, third = await learner_of(), await learner_of("Rim"), await learner_of("Ola")
    asked = await community.start_discussion(session, hurt, Place(article.id), title="Why?", body="?")
    said = await community.reply(session, rude, asked.id, body="Something rude")
    await community.accept_reply(session, hurt, said.id)
    made = await community.report(session, hurt, (SubjectType.REPLY, said.id), reason=ReportReason.HARASSMENT)
    again = await community.report(session, hurt, (SubjectType.REPLY, said.id), reason=ReportReason.SPAM)
    twin = await community.report(session, third, (SubjectType.REPLY, said.id), reason=ReportReason.HARASSMENT)
    assert (made.id == again.id, made.id == twin.id) == (True, False)
    with pytest.raises(community.ReportUnknown):
        await community.decide_report(session, hurt, made.id, uphold=True)
    decided = await community.decide_report(session, teacher, made.id, uphold=True, note="Be kind.")
    assert decided.status == ReportStatus.UPHELD
    with pytest.raises(community.ReportDecided):
        await community.decide_report(session, teacher, twin.id, uphold=False)
    found = await community.get_discussion_for(session, third, asked.id)
    await session.refresh(found.discussion)
    assert found.discussion.accepted_reply_id is None
    assert (await community.replies_of(session, third, found)).items == []
    assert len((await community.replies_of(session, rude, found)).items) == 1


async def test_a_hidden_rating_counts_no_more(
    session: Session, article: catalog.Content, learner_of: Person, teacher: Actor
) -> None:
    made = await community.rate(session, await learner_of(), article.id, score=1, review="Nonsense about a person")
    filed = await community.report(session, teacher, (SubjectType.RATING, made.id), reason=ReportReason.HARASSMENT)
    await community.decide_report(session, teacher, filed.id, uphold=True)
    assert await rating_of(session, article.id) == (Decimal(0), 0)


async def test_what_is_taken_down_cannot_be_published_again_until_staff_lifts_it(
    session: Session, article: catalog.Content, learner_of: Person, teacher: Actor, person: Person
) -> None:
    session.info["bus"].subscribe(community.ContentTakenDown, take_down)
    owner = await person(Role.OWNER)
    filed = await community.report(
        session, await learner_of(), (SubjectType.CONTENT, article.id), reason=ReportReason.COPYRIGHT, details="It is mine."
    )
    with pytest.raises(community.MayNotModerate):
        await community.decide_report(session, teacher, filed.id, uphold=False)
    await community.decide_report(session, owner, filed.id, uphold=True, note="It belongs to somebody else.")
    with pytest.raises(catalog.TakenDown):
        await catalog.publish(session, teacher, article.id)
    await catalog.lift_take_down(session, owner, article.id)
    assert (await catalog.publish(session, teacher, article.id)).status == "published"


async def test_other_needs_words_and_what_one_cannot_see_cannot_be_reported(
    session: Session, article: catalog.Content, learner_of: Person, person: Person
) -> None:
    learner = await learner_of()
    with pytest.raises(community.TextInvalid):
        await community.report(session, learner, (SubjectType.CONTENT, article.id), reason=ReportReason.OTHER)
    asked = await community.start_discussion(session, learner, Place(article.id), title="Why?", body="?")
    with pytest.raises(community.DiscussionUnknown):
        await community.report(session, await person(), (SubjectType.DISCUSSION, asked.id), reason=ReportReason.SPAM)
    with pytest.raises(catalog.ContentUnknown):
        await community.report(session, learner, (SubjectType.CONTENT, new_id()), reason=ReportReason.SPAM)


async def test_an_erased_persons_words_go_and_the_answers_of_others_stay(
    session: Session, article: catalog.Content, learner_of: Person, teacher: Actor
) -> None:
    learner = await learner_of()
    asked = await community.start_discussion(session, learner, Place(article.id), title="My name is Sami", body="Call me")
    await community.reply(session, teacher, asked.id, body="Because.")
    await community.rate(session, learner, article.id, score=5, review="I am Sami")
    exported = await community.privacy.export(session, learner.id)
    assert (exported["discussions"][0]["title"], exported["ratings"][0]["score"]) == ("My name is Sami", 5)
    await community.privacy.erase(session, learner.id)
    found = await community.get_discussion_for(session, teacher, asked.id)
    await session.refresh(found.discussion)
    assert (found.discussion.title, found.discussion.body) == ("…", "…")
    assert len((await community.replies_of(session, teacher, found)).items) == 1
    assert await rating_of(session, article.id) == (Decimal(0), 0)


async def test_what_is_taken_down_is_closed_also_to_who_bought_it(
    session: Session, article: catalog.Content, learner_of: Person, person: Person
) -> None:
    learner, owner = await learner_of(), await person(Role.OWNER)
    assert (await access.decide(session, learner, article.id)).allowed
    await catalog.take_down(session, article.id, note="Stolen.")
    assert (await access.decide(session, learner, article.id)).reason is access.Reason.TAKEN_DOWN
    assert (await access.decide(session, owner, article.id)).allowed
    held = text("select count(*) from content_access where user_id = :id")
    assert await session.scalar(held, {"id": learner.id}) == 0
    with pytest.raises(access.TakenDown, match=r"“Breathing” was taken down on \d{4}-\d\d-\d\d .* Stolen."):
        await access.get_content_for(session, learner, article.id)
    with pytest.raises(catalog.ContentUnknown):
        await access.get_content_for(session, await person(), article.id)
    assert await reports.tell_of_takedown(session, article.id, None) is None
    assert await reports.tell_of_takedown(session, article.id, None) is None
    told = await session.execute(text("select title, message from notifications where user_id = :id"), {"id": learner.id})
    assert [tuple(row) for row in told] == [
        ("“Breathing” is not available any more", "Somebody objected to it, and it was taken down. Stolen.")
    ]
    await catalog.lift_take_down(session, owner, article.id)
    # The decision asks the database.
    await session.flush()
    assert (await access.decide(session, learner, article.id)).allowed
