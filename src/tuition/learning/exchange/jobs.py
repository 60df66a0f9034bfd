"""Reading files in the background."""

from __future__ import annotations

from uuid import UUID

from tuition.learning.exchange.actions.beginning import JOB
from tuition.learning.exchange.work.carrying_out import carry_out
from tuition.platform import jobs


@jobs.work(JOB, retries=jobs.BRIEF)
async def run_import(context: jobs.Context, *, import_id: str) -> None:
    """Take one file in."""
    await carry_out(context, UUID(import_id))
