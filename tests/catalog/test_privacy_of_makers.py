"""What the catalogue and access hand out of a person, and what they forget."""

from __future__ import annotations

from sqlalchemy import select

from tuition import access, catalog
from tuition.access import AccessType
from tuition.catalog import BodyFormat, Kind, UploadPurpose
from tuition.identity import Actor
from tuition.kernel import new_id
from tuition.platform.database import Session


async def test_a_maker_is_exported_and_erased_but_what_was_sold_stays(session: Session, creator: Actor, learner: Actor) -> None:
    sold = await catalog.create_content(session, creator, Kind.WRITTEN, title="Sold")
    await catalog.write_body(session, creator, sold.id, "Words.", BodyFormat.MARKDOWN)
    await catalog.publish(session, creator, sold.id)
    draft = await catalog.create_content(session, creator, Kind.VIDEO, title="Draft")
    limits = catalog.UploadLimits(file_bytes=100, picture_bytes=100)
    await catalog.begin_upload(session, creator, draft.id, UploadPurpose.MEDIA, file_name="me.mp4", size=5, limits=limits)
    await access.grant(session, learner.id, access.Content(sold.id), kind=AccessType.PURCHASED, source=("purchase", new_id()))
    await access.record_visit(session, learner.id, sold.id)
    handed_out = await catalog.privacy.export(session, creator.id)
    assert [content["title"] for content in handed_out["contents"]] == ["Sold", "Draft"]
    assert handed_out["uploads"][0]["file_name"] == "me.mp4"
    assert len((await access.privacy.export(session, learner.id))["visits"]) == 1
    await access.privacy.erase(session, learner.id)
    await catalog.privacy.erase(session, creator.id)
    await session.flush()
    [upload] = await session.scalars(select(catalog.Upload))
    assert (upload.file_name, upload.status) == ("", "cancelled")
    assert (draft.deleted_at is not None, sold.deleted_at) == (True, None)
    assert (await access.privacy.export(session, learner.id))["visits"] == []
    assert (await access.decide(session, learner, sold.id)).allowed
