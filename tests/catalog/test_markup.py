"""Articles: what authors write, readers get without its dangers."""

from __future__ import annotations

import pytest

from tuition import catalog
from tuition.catalog import BodyFormat, Kind
from tuition.catalog.adapters.markup import render_markup
from tuition.catalog.errors import FieldInvalid, KindRefuses
from tuition.identity import Actor
from tuition.platform.database import Session

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "<a href='jAvascript:alert(1)'>x</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD4='>x</a>",
    "<iframe src='https://evil.example'></iframe>",
    "<style>body{display:none}</style>",
    "<form action='https://evil.example'><input name=password></form>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext></p><style><img src=x onerror=alert(1)></style></mtext></math>",
    "<p style='position:fixed' onclick='alert(1)'>x</p>",
    "<object data='x'></object><embed src='x'><base href='https://evil.example'>",
    "<div class='modal' id='admin'>x</div>",
]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("written_as", list(BodyFormat))
def test_nothing_that_acts_survives(attack: str, written_as: BodyFormat) -> None:
    shown = render_markup(f"Before\n\n{attack}\n\nafter", written_as).html.lower()
    for mark in (
        "<script",
        "onerror=",
        "onclick=",
        'href="javascript',
        'href="data',
        "<iframe",
        "<style",
        "<form",
        "<input",
        "<svg",
    ):
        assert mark not in shown
    for mark in ("style=", "<object", "<embed", "<base", "class=", "id="):
        assert mark not in shown


def test_what_authors_need_survives() -> None:
    shown = render_markup(
        "# Air\n\n**Calm** and [link](https://example.org)\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nx\n```",
        BodyFormat.MARKDOWN,
    )
    for piece in (
        "<h2>Air</h2>",
        "<strong>Calm</strong>",
        'rel="noopener noreferrer nofollow"',
        "<table>",
        'class="language-python"',
    ):
        assert piece in shown.html
    assert shown.words == "Air Calm and link a b 1 2 x"


def test_what_everybody_may_read_ends_at_the_mark() -> None:
    shown = render_markup("Open.\n\n<!-- more -->\n\nClosed.", BodyFormat.MARKDOWN)
    assert (shown.excerpt_html, shown.words) == ("<p>Open.</p>\n", "Open. Closed.")


async def test_an_article_is_written_again_in_place(session: Session, creator: Actor) -> None:
    article = await catalog.create_content(session, creator, Kind.WRITTEN, title="Text")
    await catalog.write_body(session, creator, article.id, "one two", BodyFormat.MARKDOWN)
    body = await catalog.write_body(session, creator, article.id, "<p>three</p>", BodyFormat.HTML)
    assert (body.word_count, body.html) == (1, "<p>three</p>")
    for empty in ("", "  \n", "<script>x</script>"):
        with pytest.raises(FieldInvalid):
            await catalog.write_body(session, creator, article.id, empty, BodyFormat.HTML)


async def test_a_film_has_no_text(session: Session, creator: Actor) -> None:
    film = await catalog.create_content(session, creator, Kind.VIDEO, title="Film")
    with pytest.raises(KindRefuses):
        await catalog.write_body(session, creator, film.id, "x", BodyFormat.HTML)
