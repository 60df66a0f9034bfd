"""Invoices and credit notes as people get them: figures as they were stored, names in any script."""

from __future__ import annotations

import contextlib

import pypdfium2
import pytest

from tests.commerce.market import Market, as_id
from tuition import commerce
from tuition.commerce import DocumentWords, Invoice, StatementRow, StatementWords, render_statement
from tuition.identity import Actor

ARABIC = DocumentWords(language="ar", date="2 مارس 2026", invoice="فاتورة", total="المجموع", footer="الأرقام هي ما قُيّد.")


def text_of(pdf: bytes) -> str:
    page = pypdfium2.PdfDocument(pdf)[0]
    return str(page.get_textpage().get_text_range())


@pytest.mark.parametrize("words", [None, ARABIC])
async def test_a_document_shows_what_was_booked(
    market: Market, creator: Actor, buyer: Actor, words: DocumentWords | None
) -> None:
    title = "في الصبر" if words else "Slow *arithmetic* #1 $x$ <a@b>"
    bought = await market.buy(buyer, await market.article(creator, 123_456, title=title))
    await market.give_back(buyer, bought.purchase)
    ids = await market.ask("select id from invoices order by number desc")
    async with market.database.reading() as session:
        invoice, credit = [await session.get_one(Invoice, as_id(one)) for (one,) in ids]
        shown = text_of(commerce.render_invoice(invoice, words))
        again = text_of(commerce.render_invoice(invoice, words))
        given_back = text_of(commerce.render_invoice(credit))
    assert shown == again
    assert "1,234.56" in shown
    if words is None:
        assert "1,234.56 EUR" in shown
        assert invoice.number in shown
        assert title in shown, "what a creator writes is text, never markup"
    assert "Given back in total" in given_back


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_statement_has_every_line_on_as_many_pages_as_it_needs(language: str) -> None:
    said = [f"w{number}" for number in range(11)]
    words = StatementWords(*[language, *said, "#f $x$"])
    rows = [StatementRow("2 Mar", f"في الصبر *{number}*", f"+{number}.00", f"{number},000.00") for number in range(90)]
    pdf = render_statement(rows, words, seller="Maktab", owner="نور <b>", currency="EUR", before="0.00", after="8.80")
    with contextlib.closing(pypdfium2.PdfDocument(pdf)) as document:
        assert len(document) == 3
        shown = "".join(page.get_textpage().get_text_range() for page in document)
    assert all(f"{number},000.00" in shown for number in range(90))


async def test_a_statement_of_nothing_still_typesets() -> None:
    words = StatementWords("ar", *["كلمة"] * 12)
    assert render_statement([], words, seller="M", owner="", currency="EUR", before="0.00", after="0.00").startswith(b"%PDF")


async def test_a_document_of_somebody_erased_still_typesets(market: Market, creator: Actor, buyer: Actor) -> None:
    await market.buy(buyer, await market.article(creator, 500))
    async with market.database.transaction() as session:
        await commerce.privacy.erase(session, buyer.id)
    [(invoice_id,)] = await market.ask("select id from invoices")
    async with market.database.reading() as session:
        invoice = await session.get_one(Invoice, as_id(invoice_id))
    assert "Somebody" not in text_of(commerce.render_invoice(invoice))
