"""Rubrics of a course: what is looked at when essays and hand-ins are graded."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from tuition.edge import EdgeRoute, PageOut, Reading, SignedIn, Writing, problems
from tuition.learning import assignments, courses, questions
from tuition.learning.courses import Right
from tuition.learning.questions import Criterion, Rubric, RubricTemplate

router = APIRouter(prefix="/v1/courses/{course_id}/rubrics", tags=["assignments"], route_class=EdgeRoute)


class RubricIn(BaseModel):
    """A rubric: its criteria, each with levels that are worth points."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=255, examples=["Essays"])
    criteria: Annotated[list[Criterion], Field(min_length=1, max_length=20)]

    @property
    def rubric(self) -> Rubric:
        """The criteria. Raises ``RubricInvalid``."""
        return questions.parse_rubric({"criteria": [criterion.model_dump() for criterion in self.criteria]})


class RubricOut(BaseModel):
    """A rubric, and which assignments follow it."""

    id: UUID
    course_id: UUID
    title: str
    criteria: list[Criterion]
    assignment_ids: list[UUID]
    updated_at: datetime


class ChangedRubricOut(RubricOut):
    """A changed rubric, and how far the change went."""

    assignments_changed: int = Field(description="Assignments that took the change over.")
    assignments_kept: int = Field(description="Assignments that keep theirs, because work was graded by it.")


def _fields(row: RubricTemplate, following: list[UUID]) -> dict[str, object]:
    plain = {name: getattr(row, name) for name in ("id", "course_id", "title", "criteria", "updated_at")}
    return plain | {"assignment_ids": following}


@router.get("", summary="List the rubrics of a course", responses=problems(401, 404))
async def list_rubrics(course_id: UUID, session: Reading, actor: SignedIn) -> PageOut[RubricOut]:
    """By title, for who edits the course's outline."""
    await courses.get_for_staff(session, actor, course_id, Right.OUTLINE)
    following = await assignments.following(session, course_id)
    rows = await questions.rubrics_of(session, course_id)
    return PageOut(items=[RubricOut.model_validate(_fields(row, [one.id for one in following.get(row.id, [])])) for row in rows])


@router.post("", status_code=201, summary="Add a rubric", responses=problems(401, 404))
async def add(course_id: UUID, body: RubricIn, session: Writing, actor: SignedIn) -> RubricOut:
    """To be taken by assignments and essays of the course."""
    made = await questions.keep_rubric(session, actor, course_id, body.title, body.rubric)
    await session.flush()  # its times are the database's
    await session.refresh(made)
    return RubricOut.model_validate(_fields(made, []))


@router.put("/{rubric_id}", summary="Change a rubric", responses=problems(401, 404))
async def change(course_id: UUID, rubric_id: UUID, body: RubricIn, session: Writing, actor: SignedIn) -> ChangedRubricOut:
    """Assignments that follow it follow the change, but for those whose given grades it would break; essays keep their copies."""
    kept = await questions.keep_rubric(session, actor, course_id, body.title, body.rubric, rubric_id=rubric_id)
    followed = await assignments.follow_rubric(session, kept)
    await session.flush()  # its times are the database's
    await session.refresh(kept)
    following = [one.id for one in (await assignments.following(session, course_id)).get(kept.id, [])]
    fields = _fields(kept, following) | {"assignments_changed": followed.changed, "assignments_kept": followed.kept}
    return ChangedRubricOut.model_validate(fields)


@router.delete("/{rubric_id}", status_code=204, summary="Remove a rubric", responses=problems(401, 404))
async def remove(course_id: UUID, rubric_id: UUID, session: Writing, actor: SignedIn) -> None:
    """Assignments and essays that took it keep their copies."""
    if (await questions.get_rubric_for(session, actor, rubric_id)).course_id != course_id:
        raise questions.RubricUnknown
    await questions.remove_rubric(session, actor, rubric_id)
