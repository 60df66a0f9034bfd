"""Legal texts: the ones that come with the product, and the versions that the owner published over them.

Words: a *text* has a kind, a version and a language; its SHA-256 is over the exact bytes that were shown. A version is
never changed, only followed by another one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Literal, get_args

from sqlalchemy import select

from tuition.identity.actor import Actor
from tuition.identity.errors import LegalTextUnknown, TextTooLong
from tuition.identity.models import LegalText
from tuition.identity.rules.permissions import require
from tuition.kernel import clock
from tuition.platform import audit
from tuition.platform.database import AnySession, Session

LegalKind = Literal["creator-terms", "privacy", "terms"]
KINDS: tuple[LegalKind, ...] = get_args(LegalKind)
BODY_LENGTH_MAX = 200_000
SHIPPED_VERSION = "1"
LOCALE_USUAL = "en"


@dataclass(frozen=True, slots=True)
class Text:
    """One version of a text in one language, as Markdown."""

    kind: str
    version: str
    locale: str
    body: str
    sha256: str
    published_at: datetime | None
    """``None`` for the text that came with the product."""


async def current_text(session: AnySession, kind: LegalKind, locale: str) -> Text:
    """The text that holds now in this language, or in English where there is none.

    What the owner published in English beats the text that came with the product in any language: it is newer.
    """
    rows = await session.scalars(
        select(LegalText)
        .where(LegalText.kind == kind, LegalText.locale.in_([locale, LOCALE_USUAL]), LegalText.published_at <= clock.now())
        .order_by((LegalText.locale == locale).desc(), LegalText.published_at.desc(), LegalText.id.desc())
        .limit(1)
    )
    published = rows.one_or_none()
    return _published(published) if published is not None else _shipped(kind, locale)


async def text_of(session: AnySession, kind: LegalKind, version: str, locale: str) -> Text:
    """A certain version, as it was accepted once. Raises ``LegalTextUnknown``."""
    found = await session.scalar(
        select(LegalText).where(LegalText.kind == kind, LegalText.version == version, LegalText.locale == locale)
    )
    if found is not None:
        return _published(found)
    if version != SHIPPED_VERSION:
        raise LegalTextUnknown
    return _shipped(kind, locale)


async def versions_of(session: AnySession, kind: LegalKind, locale: str) -> list[Text]:
    """Every version in this language, the newest first; the one that came with the product is the last."""
    rows = await session.scalars(
        select(LegalText)
        .where(LegalText.kind == kind, LegalText.locale == locale)
        .order_by(LegalText.published_at.desc(), LegalText.id.desc())
        .limit(100)
    )
    return [*map(_published, rows), _shipped(kind, locale)]


async def publish_text(session: Session, actor: Actor, kind: LegalKind, locale: str, body: str) -> Text:
    """Let a new version of a text hold from now on. Needs ``site:configure``."""
    require(actor, "site:configure")
    if len(body) > BODY_LENGTH_MAX:
        raise TextTooLong(field="body", length_max=BODY_LENGTH_MAX)
    now = clock.now()
    text = LegalText(
        kind=kind,
        version=now.strftime("%Y-%m-%d.%H%M%S.%f"),
        locale=locale,
        body=body,
        text_sha256=_hash(body),
        published_by=actor.id,
        published_at=now,
        created_at=now,
    )
    session.add(text)
    await audit.record(session, actor.id, "identity.legal_text_published", details={"kind": kind, "sha256": text.text_sha256})
    return _published(text)


def _published(row: LegalText) -> Text:
    return Text(row.kind, row.version, row.locale, row.body, row.text_sha256, row.published_at)


@cache
def _shipped(kind: LegalKind, locale: str) -> Text:
    folder = resources.files(__name__)
    file = folder / f"{kind}.{locale}.md"
    if not file.is_file():
        locale, file = LOCALE_USUAL, folder / f"{kind}.{LOCALE_USUAL}.md"
    body = file.read_text(encoding="utf-8")
    return Text(kind, SHIPPED_VERSION, locale, body, _hash(body), None)


def _hash(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()
