"""For whoever watches the machines: alive, ready."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import text

from tuition.edge import Services, problems

router = APIRouter(tags=["operations"])


class Health(BaseModel):
    """How the process is."""

    status: str = Field(examples=["ok"])


@router.get("/healthz", summary="Is the process alive?")
async def alive() -> Health:
    """Answers without asking anybody: restart the process when this does not."""
    return Health(status="ok")


@router.get("/readyz", summary="Can requests be served?", responses=problems(503))
async def ready(services: Services) -> Health:
    """Answers 200 when the database can be read; keep traffic away while it does not."""
    async with services.database.reading() as session:
        await session.execute(text("select 1"))
    return Health(status="ok")
