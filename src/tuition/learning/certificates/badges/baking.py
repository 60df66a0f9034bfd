"""Putting a credential into a picture, as Open Badges 3.0 says (section 5.3), so that the picture is the badge."""

from __future__ import annotations

import json
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"


def bake_png(picture: bytes, credential: Mapping[str, Any]) -> bytes:
    """The picture with the credential in a chunk of text."""
    chunk = PngInfo()
    chunk.add_itxt("openbadgecredential", _written(credential))
    baked = BytesIO()
    with Image.open(BytesIO(picture)) as image:
        image.save(baked, "png", pnginfo=chunk, optimize=True)
    return baked.getvalue()


def bake_svg(picture: bytes, credential: Mapping[str, Any]) -> bytes:
    """The drawing with the credential as its first element."""
    # "]]>" cannot stand in a CDATA section, and JSON does not mind it being written otherwise.
    inside = _written(credential).replace("]]>", "]]\\u003e")
    element = f'<openbadges:credential xmlns:openbadges="{NAMESPACE}"><![CDATA[{inside}]]></openbadges:credential>'
    head, mark, rest = picture.decode().partition(">")
    assert head.startswith("<svg"), "Typst draws one svg element"
    return f"{head}{mark}{element}{rest}".encode()


def _written(credential: Mapping[str, Any]) -> str:
    return json.dumps(credential, ensure_ascii=False, separators=(",", ":"))
