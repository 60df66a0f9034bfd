"""What the demonstration's school offers, and at which price."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from tuition import catalog
from tuition.catalog import BodyFormat, OneTime, PerMinute, UploadLimits, UploadPurpose, Visibility
from tuition.cli.demo.media import Kind, MediaItem
from tuition.edge import Runtime
from tuition.identity import Actor
from tuition.kernel import Currency, Money
from tuition.platform import files
from tuition.platform.settings import Settings

EUR = Currency("EUR")
CHUNK_BYTES = 1 << 20
CATEGORIES: tuple[tuple[str, str], ...] = (
    ("mathematics", "الرياضيات"),
    ("music", "الموسيقى"),
    ("astronomy", "الفلك"),
    ("wellbeing", "العافية"),
    ("learning", "التعلّم"),
    ("history", "التاريخ"),
)
CONTENT_KINDS = {
    Kind.FILM: catalog.Kind.VIDEO,
    Kind.AUDIO: catalog.Kind.AUDIO,
    Kind.ARTICLE: catalog.Kind.WRITTEN,
    Kind.BOOK: catalog.Kind.DOCUMENT,
}


@dataclass(frozen=True, slots=True)
class Offer:
    """Who sells a work, and how."""

    author: str
    price: str | None = None
    """Owning it, in EUR; ``None`` is free."""
    rate: str | None = None
    """A minute, in EUR."""
    preview_ms: int = 0


OFFERS: Mapping[str, Offer] = {
    "pythagoras": Offer("maya", price="0.75", rate="0.60", preview_ms=8_000),
    "interest": Offer("maya", price="0.80", rate="0.50", preview_ms=8_000),
    "book": Offer("maya", price="9.00"),
    "forgetting": Offer("maya", price="2.50"),
    "khwarizmi": Offer("omar"),
    "intervals": Offer("omar", price="0.60", rate="0.30"),
    "waves": Offer("omar", price="0.60", rate="0.40", preview_ms=10_000),
    "moon": Offer("omar"),
    "breathing": Offer("omar", price="1.00", rate="0.20"),
}
SERIES_TITLE = "Mathematics you can see"
SERIES_WORDS = "Two short films and a book: a proof that moves, money that grows, and forty pages to keep on the desk."
SERIES_PRICE = "8.90"


async def furnish(runtime: Runtime, owner: Actor) -> dict[str, UUID]:
    """The shelves, by name."""
    shelves = {}
    async with runtime.database.transaction() as session:
        for name, arabic in CATEGORIES:
            shelf = await catalog.create_category(session, owner, name=name.capitalize(), slug=name, names={"ar": arabic})
            shelves[name] = shelf.id
    return shelves


async def offer(runtime: Runtime, item: MediaItem, author: Actor, shelves: Mapping[str, UUID]) -> UUID:
    """Add one work as its author would: describe it, upload its files, price it. Films are published once they are packaged."""
    terms = OFFERS[item.key]
    async with runtime.database.transaction() as session:
        content = await catalog.create_content(
            session,
            author,
            CONTENT_KINDS[item.kind],
            title=item.title,
            description=item.description,
            language=item.language,
            level=item.level,
            category_id=shelves.get(item.category),
            tags=list(item.tags),
            visibility=Visibility.PAID if terms.price else Visibility.PUBLIC,
            preview_until_ms=terms.preview_ms,
        )
        if terms.price:
            await catalog.set_price(session, author, content.id, OneTime(Money.parse(terms.price, EUR)))
        if terms.rate:
            await catalog.set_price(session, author, content.id, PerMinute(Decimal(terms.rate), EUR))
        if item.kind is Kind.ARTICLE:
            source = _without_figures(item.path.read_text())
            await catalog.write_body(session, author, content.id, source, BodyFormat.MARKDOWN)
    if item.kind is not Kind.ARTICLE:
        purpose = UploadPurpose.DOCUMENT if item.kind is Kind.BOOK else UploadPurpose.MEDIA
        await _upload(runtime, author, content.id, purpose, item.path)
    if item.cover is not None:
        await _upload(runtime, author, content.id, UploadPurpose.COVER, item.cover)
    async with runtime.database.transaction() as session:
        for language, path in item.captions.items():
            await catalog.set_captions(session, author, content.id, language=language, source=path.read_text())
        if item.kind in {Kind.ARTICLE, Kind.BOOK}:
            await catalog.publish(session, author, content.id)
    return content.id


async def publish_film(runtime: Runtime, author: Actor, content_id: UUID) -> None:
    """Put a film that has been packaged into the catalogue."""
    async with runtime.database.transaction() as session:
        await catalog.publish(session, author, content_id)


async def bind_series(runtime: Runtime, author: Actor, members: list[UUID], shelf: UUID) -> UUID:
    """A series that sells together what is also sold alone."""
    async with runtime.database.transaction() as session:
        series = await catalog.create_content(
            session,
            author,
            catalog.Kind.SERIES,
            title=SERIES_TITLE,
            description=SERIES_WORDS,
            category_id=shelf,
            level="beginner",
        )
        await catalog.set_members(session, author, series.id, members)
        await catalog.set_price(session, author, series.id, OneTime(Money.parse(SERIES_PRICE, EUR)))
        await catalog.publish(session, author, series.id)
    return series.id


async def _upload(runtime: Runtime, author: Actor, content_id: UUID, purpose: UploadPurpose, path: Path) -> None:
    settings, store = runtime.service(Settings), runtime.service(files.Store)
    limits = UploadLimits(file_bytes=settings.upload_max_bytes, picture_bytes=settings.image_max_bytes)
    size = (await asyncio.to_thread(path.stat)).st_size
    async with runtime.database.transaction() as session:
        upload = await catalog.begin_upload(session, author, content_id, purpose, file_name=path.name, size=size, limits=limits)
    await catalog.receive(runtime.database, store, author, upload.id, start=0, chunks=_chunks(path))
    await catalog.finish_upload(runtime.database, store, author, upload.id)


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _without_figures(markdown: str) -> str:
    """The text without its pictures: an article's own pictures are not uploaded in this release."""
    return "\n".join(line for line in markdown.splitlines() if not line.startswith("!["))
