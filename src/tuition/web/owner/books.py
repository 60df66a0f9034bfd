"""The books: what every sort of account holds, the proof that they are right, and taking them along."""

from __future__ import annotations

import io
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from fastapi import APIRouter, Request
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from tuition import catalog, ledger, operations
from tuition.edge import EdgeRoute, Reading, Writing
from tuition.kernel import Money, clock
from tuition.platform.database import AnySession
from tuition.web.owner.surroundings import Bookkeeper, owner_page
from tuition.web.rendering import render, see_other
from tuition.web.rendering import translate as _

router = APIRouter(prefix="/owner/books", route_class=EdgeRoute, include_in_schema=False)
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
        **await _proof(session),
    }
    return owner_page(request, "money/books.html", **context)


@router.get("/proof")
async def proof(request: Request, session: Reading, actor: Bookkeeper) -> Response:
    """How far the proof is: a part of the page, which asks for itself while it goes on."""
    del actor
    return render(request, "owner/money/_proof.html", **await _proof(session))


async def _proof(session: AnySession) -> dict[str, Any]:
    found = await operations.proof_of_books(session)
    if found is None or found.is_running or not found.message:
        return {"proof": found, "proved_at": None, "transfers": 0, "problems": []}
    at, transfers, *problems = found.lines
    return {"proof": found, "proved_at": datetime.fromisoformat(at), "transfers": int(transfers), "problems": problems}


@router.get("/check")
async def check_page(request: Request, session: Reading, actor: Bookkeeper) -> Response:
    """The proof on one page, for a browser without scripts."""
    del actor
    return owner_page(request, "money/check.html", report=await ledger.check(session))


@router.post("/check")
async def check(request: Request, session: Writing, actor: Bookkeeper) -> Response:
    """Let a job prove them. Whoever leaves the page finds it again."""
    del actor
    await operations.prove_books(session)
    return see_other(request, "/owner/books")


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
