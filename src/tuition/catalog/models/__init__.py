"""The catalogue's tables."""

from tuition.catalog.models.contents import Category, Content, SeriesDetail, SeriesMember, SlugRedirect
from tuition.catalog.models.media import Media, MediaRendition, MediaSegment
from tuition.catalog.models.prices import Price
from tuition.catalog.models.texts import Caption, Document, WrittenBody
from tuition.catalog.models.uploads import Upload, UploadPart

__all__ = [
    "Caption",
    "Category",
    "Content",
    "Document",
    "Media",
    "MediaRendition",
    "MediaSegment",
    "Price",
    "SeriesDetail",
    "SeriesMember",
    "SlugRedirect",
    "Upload",
    "UploadPart",
    "WrittenBody",
]
