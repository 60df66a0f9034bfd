"""What can be listed, priced, granted, rated or sold: one row each, whatever its kind."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKey, Index, Integer, Numeric, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from tuition.catalog.rules.states import Kind, Level, Status, Visibility
from tuition.kernel import new_id
from tuition.platform.database import Base, Created, Timestamped, one_of

# Three dictionaries side by side: a title may be English, Arabic, or a name that neither stems.
DOCUMENT = """
setweight(to_tsvector('simple', title) || to_tsvector('english', title) || to_tsvector('arabic', title), 'A') ||
setweight(jsonb_to_tsvector('simple', tags, '["string"]'), 'B') ||
setweight(to_tsvector('english', description) || to_tsvector('arabic', description) || to_tsvector('simple', description), 'C') ||
setweight(to_tsvector('english', search_text) || to_tsvector('arabic', search_text), 'D')
"""
LISTED_SQL = "status = 'published' and deleted_at is null and visibility in ('public', 'members_only', 'paid')"
"""What everybody may find; partial indexes and the search use the same words."""


class Category(Timestamped, Base):
    """A shelf of the catalogue. ``names`` holds its name in other languages by language tag."""

    __tablename__ = "categories"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (UniqueConstraint("slug"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str]
    name: Mapped[str]
    names: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"), default=dict)
    description: Mapped[str] = mapped_column(server_default="", default="")
    position: Mapped[int] = mapped_column(Integer, server_default="0", default=0)


class Content(Timestamped, Base):
    """Whatever can be listed, priced, granted, rated or sold. Details of a kind are in tables that share its primary key."""

    __tablename__ = "contents"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        # The composite key lets another table hold "a content of these kinds" as a foreign key.
        UniqueConstraint("id", "kind"),
        UniqueConstraint("slug"),
        one_of("kind", Kind),
        one_of("visibility", Visibility),
        one_of("status", Status),
        one_of("level", Level),
        CheckConstraint("length(title) between 1 and 500", name="title"),
        CheckConstraint("slug ~ '^[^\\s/?#]+$' and length(slug) <= 500", name="slug"),
        CheckConstraint("jsonb_typeof(tags) = 'array' and jsonb_typeof(prerequisite_content_ids) = 'array'", name="arrays"),
        CheckConstraint("(status = 'scheduled') <= (publish_at is not null)", name="scheduled_has_time"),
        CheckConstraint("(status in ('published', 'archived')) <= (published_at is not null)", name="published_has_time"),
        CheckConstraint("view_count >= 0 and purchase_count >= 0 and rating_count >= 0", name="counters"),
        CheckConstraint("rating_average between 0 and 5", name="rating"),
        CheckConstraint("duration_ms >= 0 and preview_until_ms >= 0", name="durations"),
        Index("idx_content_creator_id", "creator_id"),
        Index("idx_content_status", "status"),
        Index("idx_content_published_at", "published_at"),
        Index("idx_content_category", "category_id"),
        Index("idx_contents_publish_at", "publish_at", postgresql_where=text("status = 'scheduled'")),
        Index("idx_contents_newest", text("published_at desc"), text("id desc"), postgresql_where=text(LISTED_SQL)),
        Index("idx_contents_popular", text("purchase_count desc"), text("id desc"), postgresql_where=text(LISTED_SQL)),
        Index("idx_contents_rated", text("rating_average desc"), text("id desc"), postgresql_where=text(LISTED_SQL)),
        Index("idx_contents_document", "document", postgresql_using="gin"),
        Index("idx_contents_title_trigrams", "title", postgresql_using="gin", postgresql_ops={"title": "gin_trgm_ops"}),
        Index("idx_contents_tags", "tags", postgresql_using="gin", postgresql_ops={"tags": "jsonb_path_ops"}),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    creator_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    kind: Mapped[str]
    title: Mapped[str]
    slug: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="", default="")
    category_id: Mapped[UUID | None] = mapped_column(ForeignKey("categories.id", ondelete="SET NULL"))
    tags: Mapped[list[str]] = mapped_column(server_default=text("'[]'"), default=list)
    language: Mapped[str] = mapped_column(server_default="en", default="en")
    level: Mapped[str] = mapped_column(server_default=Level.ALL, default=Level.ALL)
    visibility: Mapped[str] = mapped_column(server_default=Visibility.PAID, default=Visibility.PAID)
    status: Mapped[str] = mapped_column(server_default=Status.DRAFT, default=Status.DRAFT)
    publish_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    cover_key: Mapped[str | None]
    """Where the cover's files begin in the file store (``<cover_key>/640.webp``); none: the pages draw one."""
    duration_ms: Mapped[int | None] = mapped_column(BigInteger)
    preview_until_ms: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    """Media plays this far without a grant."""
    is_platform_content: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    accept_donations: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    donation_message: Mapped[str] = mapped_column(server_default="", default="")
    prerequisite_content_ids: Mapped[list[str]] = mapped_column(server_default=text("'[]'"), default=list)
    view_count: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    purchase_count: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    rating_average: Mapped[Decimal] = mapped_column(Numeric(3, 2), server_default="0", default=Decimal(0))
    rating_count: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    search_text: Mapped[str] = mapped_column(server_default="", default="", deferred=True)
    """The words inside it (an article, a transcript), cut to what a search needs."""
    document: Mapped[Any] = mapped_column(TSVECTOR, Computed(DOCUMENT, persisted=True), deferred=True)
    taken_down_at: Mapped[datetime | None]
    """Closed to everybody but the site's staff since then, because a report about it was upheld."""
    taken_down_note: Mapped[str] = mapped_column(server_default="", default="")
    deleted_at: Mapped[datetime | None]


class SlugRedirect(Created, Base):
    """An address that a content once had, so that old links still lead to it."""

    __tablename__ = "slug_redirects"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (Index(None, "content_id"),)

    slug: Mapped[str] = mapped_column(primary_key=True)
    content_id: Mapped[UUID] = mapped_column(ForeignKey("contents.id", ondelete="CASCADE"))


class SeriesDetail(Timestamped, Base):
    """What a series has to say beyond its content row."""

    __tablename__ = "series"
    __personal__ = ()
    __backup__ = "full"

    content_id: Mapped[UUID] = mapped_column(ForeignKey("contents.id", ondelete="CASCADE"), primary_key=True)
    is_complete: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    """Whether its author says that no part is still to come."""


class SeriesMember(Created, Base):
    """A content's place in a collection. The order is checked at the end of the transaction, so that two can swap places."""

    __tablename__ = "series_members"
    __personal__ = ()
    __backup__ = "full"
    __table_args__ = (
        UniqueConstraint("collection_id", "content_id"),
        UniqueConstraint("collection_id", "position", deferrable=True, initially="DEFERRED"),
        CheckConstraint("position >= 0", name="position"),
        CheckConstraint("collection_id <> content_id", name="not_itself"),
        CheckConstraint("opens_after_days >= 0", name="opens_after_days"),
        Index("idx_content_series_id", "content_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    collection_id: Mapped[UUID] = mapped_column(ForeignKey("contents.id", ondelete="CASCADE"))
    content_id: Mapped[UUID] = mapped_column(ForeignKey("contents.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    opens_at: Mapped[datetime | None]
    """Whoever holds the collection opens this member from then on; others, who hold the member itself, at once."""
    opens_after_days: Mapped[int | None] = mapped_column(Integer)
    """Days after somebody was first given the collection."""
    is_preview: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    """Open to everybody while the collection is listed."""
