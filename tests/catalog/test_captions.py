"""Captions: what is accepted, what is refused, and that writing and reading again changes nothing."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuition import catalog
from tuition.catalog import Kind
from tuition.catalog.errors import CaptionsInvalid
from tuition.catalog.rules.captions import Captions, Cue, parse_captions
from tuition.identity import Actor
from tuition.platform.database import Session

GOOD = """WEBVTT - lesson one

NOTE made by hand

STYLE
::cue { color: red }

1
00:01.000 --> 00:03.500 align:start evil:yes
<v Mona>Breathe <b>in</b> &amp; out.</v>

00:00:03.500 --> 00:00:05.000
<script>alert(1)</script>slowly

00:10.000 --> 00:12.000
وأكثر
"""


def test_a_good_file_is_tidied_and_gives_a_transcript() -> None:
    captions = parse_captions("\ufeff" + GOOD.replace("\n", "\r\n"))
    assert [cue.start_ms for cue in captions.cues] == [1000, 3500, 10_000]
    assert captions.cues[0].settings == "align:start"
    assert captions.transcript == "Breathe in & out. alert(1)slowly\n\nوأكثر"
    assert "STYLE" not in captions.vtt
    assert "script" not in captions.vtt


def test_subrip_is_read_too() -> None:
    captions = parse_captions("1\n00:00:01,000 --> 00:00:02,000\nHello\n\n2\n00:00:02,000 --> 00:00:03,000\nthere\n")
    assert captions.transcript == "Hello there"
    assert captions.vtt.startswith("WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nHello\n")


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("", 1),
        ("hello", 1),
        ("WEBVTT\n\n", 1),
        ("WEBVTT\n\n00:02.000 --> 00:01.000\nback", 3),
        ("WEBVTT\n\n00:02.000 --> later\nx", 3),
        ("WEBVTT\n\n00:05.000 --> 00:06.000\na\n\n00:01.000 --> 00:02.000\nb", 6),
        ("WEBVTT\n\n00:05.000 --> 00:06.000\na\n\njust words", 6),
        ("WEBVTT\n\n00:61.000 --> 01:06.000\na", 3),
        ("WEBVTT\x00", 1),
    ],
)
def test_a_bad_file_is_refused_with_its_line(source: str, line: int) -> None:
    with pytest.raises(CaptionsInvalid) as refusal:
        parse_captions(source)
    assert refusal.value.fields["line"] == line


@given(
    st.lists(
        st.tuples(
            st.integers(0, 10**6),
            st.integers(1, 10**5),
            st.text(
                st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="<>&-"), min_size=1, max_size=30
            ),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_writing_and_reading_again_changes_nothing(raw: list[tuple[int, int, str]]) -> None:
    captions = Captions(tuple(Cue(start, start + length, words) for start, length, words in sorted(raw)))
    assert parse_captions(captions.vtt) == captions


@given(st.text(max_size=200))
def test_no_text_does_worse_than_being_refused(source: str) -> None:
    for text in (source, f"WEBVTT\n\n{source}", f"WEBVTT\n\n00:01.000 --> 00:02.000\n{source}"):
        with suppress(CaptionsInvalid):
            assert parse_captions(text).cues


async def test_captions_belong_to_films_and_feed_the_search(session: Session, creator: Actor) -> None:
    film = await catalog.create_content(session, creator, Kind.VIDEO, title="Film")
    await catalog.set_captions(session, creator, film.id, language="en", source=GOOD, label="English")
    again = await catalog.set_captions(session, creator, film.id, language="en", source=GOOD)
    assert (again.cue_count, len(await catalog.captions_of(session, film.id))) == (3, 1)
    await session.refresh(film, ["search_text"])
    assert "Breathe in" in film.search_text
    await catalog.remove_captions(session, creator, film.id, language="en")
    assert await catalog.captions_of(session, film.id) == []
