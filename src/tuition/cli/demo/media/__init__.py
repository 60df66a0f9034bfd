"""Real material for the demonstration, made on the spot and offline: films, a recording, articles and a book.

`make_media(folder)` makes everything once and finds it again afterwards.
"""

from __future__ import annotations

from tuition.cli.demo.media.craft.encoding import EncodingFailed
from tuition.cli.demo.media.items import Kind, MediaItem
from tuition.cli.demo.media.making import Progress, make_media

__all__ = ["EncodingFailed", "Kind", "MediaItem", "Progress", "make_media"]
