"""What can be listed, priced, granted, rated or sold.

Words: a *content* is anything of that sort, whatever its kind; a *collection* (series, course, bundle) is a content that
holds others in order; a *price* is in force for a time; *media* is a film or sound, made of *renditions* and *segments*.
Invariants: an address belongs to one content; a past price stays true and two never overlap; what was published once is
never a draft again; deleting keeps the row; a file that was refused leaves nothing behind.
"""

from tuition.catalog import jobs, privacy
from tuition.catalog.actions.collections import set_members
from tuition.catalog.actions.contents import create_category, create_content, delete_content, edit_content
from tuition.catalog.actions.counting import count_purchases, count_views
from tuition.catalog.actions.media import remove_cover, retry_media
from tuition.catalog.actions.prices import remove_price, set_price
from tuition.catalog.actions.publishing import archive, publish, run_due, schedule, unschedule
from tuition.catalog.actions.texts import remove_captions, set_captions, write_body
from tuition.catalog.actions.uploads import UploadLimits, begin_upload, cancel_upload, get_upload_for, unfinished_uploads
from tuition.catalog.adapters.pictures import WIDTHS as COVER_WIDTHS
from tuition.catalog.errors import ContentUnknown, FieldInvalid, FileRefused, MediaNotReady, NotReady, PriceInvalid
from tuition.catalog.events import ContentArchived, ContentDeleted, ContentPublished, MediaFailed, MediaReady, PriceChanged
from tuition.catalog.models import (
    Caption,
    Category,
    Content,
    Document,
    Media,
    MediaRendition,
    MediaSegment,
    Price,
    SeriesMember,
    Upload,
    WrittenBody,
)
from tuition.catalog.queries.contents import (
    Found,
    categories,
    collections_of,
    contents_by_id,
    contents_of,
    find_by_slug,
    get_content_for,
    get_owned_content,
    is_visible,
    members_of,
    visible_to,
)
from tuition.catalog.queries.media import Playable, body_of, captions_of, document_of, find_media, media_of
from tuition.catalog.queries.prices import in_force, price_history, price_in_force, prices_of
from tuition.catalog.queries.search import search, shelf
from tuition.catalog.rules.prices import OneTime, PerMinute
from tuition.catalog.rules.search import Facets, Filters, Hit, PriceBand, SearchPage, Sort
from tuition.catalog.rules.states import (
    COLLECTIONS,
    LISTED,
    PLAYABLE,
    BodyFormat,
    Kind,
    Level,
    MediaStatus,
    PriceKind,
    Status,
    UploadPurpose,
    UploadStatus,
    Visibility,
)
from tuition.catalog.work.receiving import finish_upload, receive

__all__ = [
    "COLLECTIONS",
    "COVER_WIDTHS",
    "LISTED",
    "PLAYABLE",
    "BodyFormat",
    "Caption",
    "Category",
    "Content",
    "ContentArchived",
    "ContentDeleted",
    "ContentPublished",
    "ContentUnknown",
    "Document",
    "Facets",
    "FieldInvalid",
    "FileRefused",
    "Filters",
    "Found",
    "Hit",
    "Kind",
    "Level",
    "Media",
    "MediaFailed",
    "MediaNotReady",
    "MediaReady",
    "MediaRendition",
    "MediaSegment",
    "MediaStatus",
    "NotReady",
    "OneTime",
    "PerMinute",
    "Playable",
    "Price",
    "PriceBand",
    "PriceChanged",
    "PriceInvalid",
    "PriceKind",
    "SearchPage",
    "SeriesMember",
    "Sort",
    "Status",
    "Upload",
    "UploadLimits",
    "UploadPurpose",
    "UploadStatus",
    "Visibility",
    "WrittenBody",
    "archive",
    "begin_upload",
    "body_of",
    "cancel_upload",
    "captions_of",
    "categories",
    "collections_of",
    "contents_by_id",
    "contents_of",
    "count_purchases",
    "count_views",
    "create_category",
    "create_content",
    "delete_content",
    "document_of",
    "edit_content",
    "find_by_slug",
    "find_media",
    "finish_upload",
    "get_content_for",
    "get_owned_content",
    "get_upload_for",
    "in_force",
    "is_visible",
    "jobs",
    "media_of",
    "members_of",
    "price_history",
    "price_in_force",
    "prices_of",
    "privacy",
    "publish",
    "receive",
    "remove_captions",
    "remove_cover",
    "remove_price",
    "retry_media",
    "run_due",
    "schedule",
    "search",
    "set_captions",
    "set_members",
    "set_price",
    "shelf",
    "unfinished_uploads",
    "unschedule",
    "visible_to",
    "write_body",
]
