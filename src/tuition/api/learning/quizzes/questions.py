"""Single questions: looking, changing, asking no more, marking again."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from tuition.api.learning.quizzes.shapes import QuestionChangesIn, QuestionId, QuestionOut
from tuition.edge import EdgeRoute, Reading, SignedIn, Writing, problems
from tuition.learning import questions, quizzes
from tuition.learning.questions import AnyQuestion
from tuition.platform import jobs

router = APIRouter(prefix="/v1/questions", tags=["Quizzes"], route_class=EdgeRoute)


class VersionOut(BaseModel):
    """What a question said at a time."""

    version: int
    author_id: UUID
    created_at: datetime
    body: AnyQuestion


class VersionsOut(BaseModel):
    """Versions, the newest first."""

    items: list[VersionOut]


class RegradeOut(BaseModel):
    """How far the marking of old answers by the newest key is."""

    state: Literal["never", "running", "succeeded", "failed"]
    done: int = Field(description="Attempts that were looked at.")
    total: int = Field(description="0 while it is unknown.")


@router.get("/{question_id}", responses=problems(401, 404), summary="Show a question")
async def show_question(question_id: QuestionId, session: Reading, actor: SignedIn) -> QuestionOut:
    """In its newest version, with its key."""
    return QuestionOut.of(await questions.get_question_for(session, actor, question_id))


@router.patch("/{question_id}", responses=problems(401, 404, 409), summary="Change a question")
async def edit_question(question_id: QuestionId, body: QuestionChangesIn, session: Writing, actor: SignedIn) -> QuestionOut:
    """Another text is another version, which is asked from now on; attempts that have begun keep theirs.

    Keep the ids of options, pairs, items and gaps: answers that were given name them.
    """
    changed = await questions.edit_question(
        session, actor, question_id, body.body, points=body.points, tags=body.tags, version=body.version
    )
    return QuestionOut.of(changed)


@router.get("/{question_id}/versions", responses=problems(401, 404), summary="List what a question said")
async def list_versions(question_id: QuestionId, session: Reading, actor: SignedIn) -> VersionsOut:
    """The newest first, up to 100."""
    found = await questions.get_question_for(session, actor, question_id)
    versions = await questions.versions_of(session, found.question.id)
    shown = [
        VersionOut(version=one.version, author_id=one.author_id, created_at=one.created_at, body=questions.parse(one.body))
        for one in versions
    ]
    return VersionsOut(items=shown)


@router.delete("/{question_id}", status_code=204, responses=problems(401, 404), summary="Ask a question no more")
async def archive_question(question_id: QuestionId, session: Writing, actor: SignedIn) -> None:
    """It is archived: no draw takes it. Quizzes that hold it by name keep it until you take it out there."""
    await questions.archive_question(session, actor, question_id)


@router.post("/{question_id}/restore", responses=problems(401, 404), summary="Ask a question again")
async def restore_question(question_id: QuestionId, session: Writing, actor: SignedIn) -> QuestionOut:
    """Take it out of the archive."""
    await questions.archive_question(session, actor, question_id, archived=False)
    return QuestionOut.of(await questions.get_question_for(session, actor, question_id))


@router.post("/{question_id}/regrade", status_code=202, responses=problems(401, 404), summary="Mark old answers again")
async def regrade(question_id: QuestionId, session: Writing, actor: SignedIn) -> RegradeOut:
    """Its key was wrong and is mended: mark every handed-in answer by the newest version. What a person graded stays.

    Scores that change leave a trace, and their learners are told.
    """
    await quizzes.regrade(session, actor, question_id)
    return RegradeOut(state="running", done=0, total=0)


@router.get("/{question_id}/regrade", responses=problems(401, 404), summary="Show how far the marking is")
async def regrade_progress(question_id: QuestionId, session: Reading, actor: SignedIn) -> RegradeOut:
    """Of the latest one that was asked for."""
    found = await questions.get_question_for(session, actor, question_id)
    progress = await jobs.progress_of(session, ("question", found.question.id))
    if progress is None:
        return RegradeOut(state="never", done=0, total=0)
    return RegradeOut.model_validate({"state": progress.state, "done": progress.done, "total": progress.total})
