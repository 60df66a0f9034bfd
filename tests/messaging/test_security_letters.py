"""Each piece of news about an account's protection has words of its own, in every language."""

from __future__ import annotations

import pytest

from tuition import messaging
from tuition.identity import LOCALES, SecurityNews
from tuition.messaging.letters import Reader, write
from tuition.platform import site
from tuition.platform.database import Session

ABOUT = {"name": "My phone", "left": 2, "device": "Firefox/140", "ip": "192.0.2.7"}


@pytest.mark.parametrize("locale", LOCALES)
async def test_each_piece_of_news_is_said_in_words_of_its_own(session: Session, locale: str) -> None:
    settings, reader = await site.current(session), Reader("Ada", locale, "UTC")
    kind = messaging.EMAIL_KINDS["security_notice"]

    def text(what: str) -> str:
        return write(kind, reader, settings, {"what": what, "url": "/settings/security", **ABOUT}).text

    said = {what: text(what) for what in SecurityNews}
    assert len(set(said.values())) == len(SecurityNews)
    assert text("something new") not in said.values()
    assert all("192.0.2.7" in one for one in said.values())
