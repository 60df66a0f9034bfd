"""Articles, captions and transcripts."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from tuition import access, catalog
from tuition.api.catalog.shapes import ContentId, Input, Language
from tuition.catalog import BodyFormat
from tuition.edge import CurrentActor, EdgeRoute, Reading, SignedIn, Writing, problems
from tuition.identity import Actor
from tuition.platform.database import AnySession

router = APIRouter(prefix="/v1/contents/{content_id}", tags=["Texts"], route_class=EdgeRoute)
CaptionKind = Annotated[str, Query(alias="kind", pattern="^(captions|subtitles)$")]


class BodyIn(Input):
    """An article as its author wrote it."""

    format: BodyFormat = BodyFormat.MARKDOWN
    source: str = Field(min_length=1, max_length=500_000, examples=["Breathe *in*.\n\n<!-- more -->\n\nAnd out."])


class BodyOut(BaseModel):
    """An article as it is read."""

    is_whole: bool = Field(description="Whether this is all of it, or only what everybody may read.")
    html: str = Field(description="Sanitised.", examples=["<p>Breathe <em>in</em>.</p>"])
    word_count: int
    format: BodyFormat | None = Field(description="How it was written; for its creator only.")
    source: str | None = Field(description="As it was written; for its creator only.")


class CaptionsIn(Input):
    """The words of a film in one language."""

    source: str = Field(
        min_length=1, max_length=2_000_000, description="WebVTT or SubRip.", examples=["WEBVTT\n\n00:01.000 --> 00:03.000\nHello"]
    )
    label: str = Field(default="", max_length=60, description="What people choose it by.", examples=["English"])


class CaptionsOut(BaseModel):
    """Captions or subtitles that a film has."""

    id: UUID
    language: str = Field(examples=["en"])
    kind: str = Field(examples=["captions"])
    label: str = Field(examples=["English"])
    cue_count: int


class CaptionsListOut(BaseModel):
    """The captions and subtitles of a film."""

    items: list[CaptionsOut]


class TranscriptOut(BaseModel):
    """What is said in a film."""

    language: str = Field(examples=["en"])
    text: str = Field(examples=["Hello and welcome."])


@router.put("/body", responses=problems(401, 404, 409), summary="Write an article")
async def write(content_id: ContentId, body: BodyIn, session: Writing, actor: SignedIn) -> BodyOut:
    """Put the text of your article in place of the one before. `<!-- more -->` ends what everybody may read."""
    written = await catalog.write_body(session, actor, content_id, body.source, body.format)
    return BodyOut(is_whole=True, html=written.html, word_count=written.word_count, format=body.format, source=written.source)


@router.get("/body", responses=problems(404), summary="Read an article")
async def read(content_id: ContentId, session: Writing, actor: CurrentActor) -> BodyOut:
    """The whole article if you may open it, else what its author lets everybody read. What you open counts as used."""
    content, decision = await access.get_content_for(session, actor, content_id)
    body = await catalog.body_of(session, content.id)
    if body is None:
        raise catalog.ContentUnknown
    if actor is not None and decision.allowed:
        await access.record_visit(session, actor.id, content.id)
    mine = decision.reason in (access.Reason.OWNER, access.Reason.STAFF)
    return BodyOut(
        is_whole=decision.allowed,
        html=body.html if decision.allowed else body.excerpt_html,
        word_count=body.word_count,
        format=BodyFormat(body.format) if mine else None,
        source=body.source if mine else None,
    )


@router.get("/captions", responses=problems(404), summary="List the captions of a film")
async def captions(content_id: ContentId, session: Reading, actor: CurrentActor) -> CaptionsListOut:
    """In which languages a film can be read along."""
    content, _ = await access.get_content_for(session, actor, content_id)
    found = await catalog.captions_of(session, content.id)
    return CaptionsListOut(items=[CaptionsOut.model_validate(caption, from_attributes=True) for caption in found])


@router.put("/captions/{language}", responses=problems(401, 404, 409), summary="Set captions")
async def set_captions(
    content_id: ContentId,
    language: Language,
    body: CaptionsIn,
    session: Writing,
    actor: SignedIn,
    kind: CaptionKind = "captions",
) -> CaptionsOut:
    """Give your film its words in one language, in place of those before. The transcript comes with them."""
    caption = await catalog.set_captions(
        session, actor, content_id, language=language, source=body.source, kind=kind, label=body.label
    )
    return CaptionsOut.model_validate(caption, from_attributes=True)


@router.delete("/captions/{language}", status_code=204, responses=problems(401, 404, 409), summary="Remove captions")
async def remove_captions(
    content_id: ContentId, language: Language, session: Writing, actor: SignedIn, kind: CaptionKind = "captions"
) -> None:
    """Take your film's words in one language away."""
    await catalog.remove_captions(session, actor, content_id, language=language, kind=kind)


@router.get(
    "/captions/{language}.vtt",
    response_class=Response,
    responses={**problems(401, 402, 403, 404), 200: {"description": "WebVTT", "content": {"text/vtt": {}}}},
    summary="Get captions as WebVTT",
)
async def captions_file(
    content_id: ContentId, language: Language, session: Reading, actor: CurrentActor, kind: CaptionKind = "captions"
) -> Response:
    """The captions in one file: for whoever may open the film. A player gets those of what it plays from `/media`."""
    caption = await _caption(session, actor, content_id, language, kind)
    return Response(caption.vtt, media_type="text/vtt; charset=utf-8", headers={"cache-control": "private, max-age=300"})


@router.get("/transcript/{language}", responses=problems(401, 402, 403, 404), summary="Read a transcript")
async def transcript(content_id: ContentId, language: Language, session: Reading, actor: CurrentActor) -> TranscriptOut:
    """What is said in a film, without the times. For whoever may see its captions."""
    caption = await _caption(session, actor, content_id, language, None)
    return TranscriptOut(language=language, text=caption.transcript)


async def _caption(
    session: AnySession, actor: Actor | None, content_id: UUID, language: str, kind: str | None
) -> catalog.Caption:
    content, decision = await access.get_content_for(session, actor, content_id)
    access.require(decision)
    for caption in await catalog.captions_of(session, content.id):
        if caption.language == language and kind in (None, caption.kind):
            return caption
    raise catalog.ContentUnknown
