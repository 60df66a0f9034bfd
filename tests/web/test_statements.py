"""The statement of a wallet as its owner takes it away: the figures of the books, in the reader's language, theirs alone."""

from __future__ import annotations

import contextlib
import unicodedata
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import httpx
import pypdfium2
import pytest

from tests.web import stock
from tuition import wallets
from tuition.kernel import FrozenClock
from tuition.main import wire
from tuition.platform import files
from tuition.platform.database import Database

ARABIC = {"accept-language": "ar"}


@pytest.fixture
async def school(database: Database, store: files.Store, moment: FrozenClock) -> stock.School:
    wire(database.bus)
    assert moment.now().strftime("%Y-%m-%d") == "2026-03-02"
    async with database.transaction() as session:
        return await stock.open_school(session, store)


@pytest.fixture
async def wallet_id(database: Database, school: stock.School, moment: FrozenClock) -> UUID:
    """A wallet in which something moved in March and in May."""
    async with database.transaction() as session:
        wallet = await wallets.open_wallet(session, school.learner.id, "EUR")
        await wallets.grant(session, school.learner.id, stock.euro(123_456), reason="Welcome", expires_at=None)
    moment.advance(timedelta(days=61))
    async with database.transaction() as session:
        await wallets.grant(session, school.learner.id, stock.euro(550), reason="Spring", expires_at=None)
    return wallet.id


@pytest.fixture
async def client(database: Database, store: files.Store, wallet_id: UUID) -> AsyncIterator[httpx.AsyncClient]:
    """Sami, who keeps his statements."""
    assert wallet_id
    async with stock.browser(stock.application(stock.runtime(database, store))) as client:
        await stock.sign_in(client)
        yield client


def words_of(document: httpx.Response) -> str:
    """What stands on all pages; letters as they are typed, not as they are joined."""
    assert (document.status_code, document.headers["content-type"]) == (200, "application/pdf")
    with contextlib.closing(pypdfium2.PdfDocument(document.content)) as pdf:
        shown = "\n".join(page.get_textpage().get_text_range() for page in pdf)
    return unicodedata.normalize("NFKC", shown)


def says(shown: str, word: str) -> bool:
    """Whether a word is there: a PDF may keep Arabic in the order of the page."""
    return word in shown or word[::-1] in shown


async def test_every_line_and_both_balances_are_on_it(client: httpx.AsyncClient, wallet_id: UUID) -> None:
    whole = words_of(await client.get(f"/wallet/{wallet_id}/statement.pdf"))
    for figure in (
        "+1,234.56",
        "1,234.56",
        "+5.50",
        "1,240.06",
        "EUR",
        "A gift from us",
        "2 Mar 2026",
        "2 May 2026",
        "Everything so far",
    ):
        assert figure in whole, (figure, whole)


@pytest.mark.parametrize(
    ("month", "there", "not_there"),
    [
        ("2026-03", ("+1,234.56",), ("+5.50", "1,240.06")),
        ("2026-04", ("Nothing moved.", "1,234.56"), ("+1,234.56", "+5.50")),
        ("2026-05", ("+5.50", "1,234.56", "1,240.06"), ("+1,234.56",)),
    ],
)
async def test_a_month_begins_with_what_the_one_before_had_left(
    client: httpx.AsyncClient, wallet_id: UUID, month: str, there: tuple[str, ...], not_there: tuple[str, ...]
) -> None:
    document = await client.get(f"/wallet/{wallet_id}/statement.pdf", params={"month": month})
    assert f"statement-wallet-EUR-{month}.pdf" in document.headers["content-disposition"]
    shown = words_of(document)
    for figure in there:
        assert figure in shown, (figure, shown)
    for figure in not_there:
        assert figure not in shown, (figure, shown)


async def test_it_is_written_in_arabic_with_the_same_figures(client: httpx.AsyncClient, wallet_id: UUID) -> None:
    shown = words_of(await client.get(f"/wallet/{wallet_id}/statement.pdf", headers=ARABIC))
    for figure in ("1,234.56", "5.50", "1,240.06", "EUR"):
        assert figure in shown, (figure, shown)
    assert sum("\u0621" <= letter <= "\u064a" for letter in shown) > 60, "joined letters come back in pieces, and are there"
    assert says(shown, "الحساب")
    for word in ("Statement", "Balance", "Wallet", "A gift"):
        assert word not in shown


async def test_it_is_nobody_elses_and_knows_its_months(client: httpx.AsyncClient, wallet_id: UUID) -> None:
    address = f"/wallet/{wallet_id}/statement.pdf"
    assert (await client.get(address, params={"month": "2026-13"})).status_code == 422
    await client.post("/sign-out")
    await stock.sign_in(client, "noor@example.org")
    assert (await client.get(address)).status_code == 404
