"""Long work that the owner asks for: the proof of the books."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from tuition import ledger
from tuition.kernel import clock
from tuition.platform import jobs
from tuition.platform.database import AnySession, Session

PROOF = "operations.prove_books"
SUBJECT = ("ledger", ledger.PLATFORM)
SAID_CHARS_MAX = 480
"""Of problems, so much is kept with the proof; the command line and the proof's own page say them all."""


@dataclass(frozen=True, slots=True)
class Proof:
    """How far the proof of the books is, or how the last one ended."""

    state: str
    done: int
    total: int
    message: str
    """While it runs: the step. Afterwards: when, how many transfers, and what is wrong, a line each."""

    @property
    def is_running(self) -> bool:
        """Whether somebody waits for it."""
        return self.state == "running"

    @property
    def lines(self) -> list[str]:
        """The message of a proof that has ended, line by line."""
        return self.message.split("\n")


async def prove_books(session: Session) -> None:
    """Let a job prove the books; while one waits another is not added. ``proof_of_books`` tells how far it is."""
    await jobs.record_progress(session, SUBJECT, PROOF, done=0, total=0)
    await jobs.defer(session, PROOF, once="books")


async def proof_of_books(session: AnySession) -> Proof | None:
    """How far the proof is; ``None``: it was never asked for."""
    found = await jobs.progress_of(session, SUBJECT, PROOF)
    return Proof(found.state, found.done, found.total, found.message) if found else None


@jobs.work(PROOF, retries=1)
async def prove(context: jobs.Context) -> None:
    """Prove the books, and say each step while it goes on."""
    steps: asyncio.Queue[tuple[str, int, int] | None] = asyncio.Queue()
    telling = asyncio.create_task(_tell(context, steps))
    try:
        async with context.database.reading() as session:
            report = await ledger.check(session, lambda title, number, total: steps.put_nowait((title, number, total)))
    except BaseException:
        steps.put_nowait(None)
        await telling
        await context.progress(SUBJECT, done=0, total=0, state="failed" if context.last_attempt else "running")
        raise
    steps.put_nowait(None)
    await telling
    said = "\n".join([clock.now().isoformat(timespec="seconds"), str(report.transfers), *report.problems])[:SAID_CHARS_MAX]
    total = len(report.checks)
    await context.progress(SUBJECT, done=total, total=total, message=said, state="succeeded" if report.clean else "failed")


async def _tell(context: jobs.Context, steps: asyncio.Queue[tuple[str, int, int] | None]) -> None:
    while (step := await steps.get()) is not None:
        title, number, total = step
        await context.progress(SUBJECT, done=number, total=total, message=title)
