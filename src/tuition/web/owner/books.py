"""The books: what every sort of account holds, the proof that they are right, and taking them along."""

from __future__ import annotations

import asyncio
import io
import json
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from fastapi import APIRouter, Request
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response, StreamingResponse

from tuition import catalog, ledger, operations
from tuition.edge import EdgeRoute, Reading, Services, unit_of
from tuition.kernel import Money, clock
from tuition.ledger import PLATFORM
from tuition.platform import jobs
from tuition.platform.database import Database
from tuition.web.owner.surroundings import Bookkeeper, owner_page
from tuition.web.rendering import translate as _

router = APIRouter(prefix="/owner/books", route_class=EdgeRoute, include_in_schema=False)
SUBJECT = ("ledger", PLATFORM)
CHECK = "ledger.check"
LINES = "application/x-ndjson"
FORMATS = {
    "beancount": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}


def account_names() -> dict[str, str]:
    """What each sort of account holds, in a bookkeeper's words."""
    return {
        "wallet": _("Wallets"),
        "credits": _("Credits"),
        "held": _("Held"),
        "earnings_pending": _("Creators' earnings, pending"),
        "earnings": _("Creators' earnings, available"),
        "payable": _("Payouts under way"),
        "deferred": _("Paid in advance"),
        "pool": _("Subscription pool"),
        "receivable": _("Owed to us"),
        "revenue": _("Platform's revenue"),
        "tax": _("Tax"),
        "promotions": _("Given away"),
        "gateway_fees": _("Providers' fees"),
        "rounding": _("Rounding"),
    }


@router.get("")
async def books(request: Request, session: Reading, actor: Bookkeeper) -> Response:
    """The totals, and when they were proved last."""
    del actor
    accounts = await operations.accounts_by_kind(session)
    context: dict[str, Any] = {
        "currencies": [
            (currency, lines, sum(line.accounts for line in lines), sum((line.balance for line in lines), Money.zero(currency)))
            for currency, lines in accounts.items()
        ],
        "names": account_names(),
        "checked": await jobs.progress_of(session, SUBJECT, CHECK),
    }
    return owner_page(request, "money/books.html", **context)


@router.get("/check")
async def check_page(request: Request, session: Reading, actor: Bookkeeper) -> Response:
    """The proof on one page, for a browser without scripts."""
    del actor
    return owner_page(request, "money/check.html", report=await ledger.check(session))


@router.post("/check")
async def check(request: Request, actor: Bookkeeper, services: Services) -> Response:
    """The proof while it goes on: a line of JSON per step, and the outcome as the last one."""
    del actor
    # Who asks is known: the check has a transaction of its own, which may take long.
    await (await unit_of(request).reading()).rollback()
    return StreamingResponse(_checking(services.database), media_type=LINES, headers={"cache-control": "no-store"})


async def _checking(database: Database) -> AsyncIterator[bytes]:
    steps: asyncio.Queue[tuple[str, int, int] | None] = asyncio.Queue()

    async def work() -> ledger.CheckReport:
        try:
            async with database.reading() as session:
                return await ledger.check(session, lambda title, number, total: steps.put_nowait((title, number, total)))
        finally:
            steps.put_nowait(None)

    task = asyncio.create_task(work())
    while (step := await steps.get()) is not None:
        yield _line(title=step[0], done=step[1], total=step[2])
    report = await task
    async with database.transaction() as session:
        await jobs.record_progress(
            session,
            SUBJECT,
            CHECK,
            done=len(report.checks),
            total=len(report.checks),
            message=clock.now().isoformat(timespec="seconds"),
            state="succeeded" if report.clean else "failed",
        )
    yield _line(
        done=len(report.checks),
        total=len(report.checks),
        clean=report.clean,
        problems=report.problems,
        transfers=report.transfers,
    )


def _line(**values: Any) -> bytes:
    return json.dumps(values).encode() + b"\n"


@router.get("/export.{kind}")
async def export(kind: str, session: Reading, actor: Bookkeeper) -> Response:
    """The whole books as a file: for Beancount, for a spreadsheet, for analysis."""
    del actor
    if kind not in FORMATS:
        raise catalog.ContentUnknown
    with tempfile.NamedTemporaryFile(prefix="tuition-books-", suffix=f".{kind}", delete=False) as file:
        path = Path(file.name)
        match kind:
            case "beancount" | "csv":
                write = ledger.export_beancount if kind == "beancount" else ledger.export_csv
                out = io.TextIOWrapper(file, encoding="utf-8", newline="")
                await write(session, out)
                out.flush()
                out.detach()
            case _:
                await ledger.export_parquet(session, cast("BinaryIO", file.file))
    name = f"books-{clock.now():%Y-%m-%d}.{kind}"
    forget = BackgroundTask(path.unlink, missing_ok=True)
    return FileResponse(path, media_type=FORMATS[kind], filename=name, background=forget, headers={"cache-control": "no-store"})
