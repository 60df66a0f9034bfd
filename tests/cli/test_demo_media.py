from __future__ import annotations

import itertools
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg
import pypdfium2
import pytest
from PIL import Image

from tuition.cli.demo.media import Kind, MediaItem, make_media, making, words
from tuition.cli.demo.media.book import print_book
from tuition.cli.demo.media.book.exercises import exercises
from tuition.cli.demo.media.craft.canvas import Canvas, ease
from tuition.cli.demo.media.craft.sounds import RATE_HZ, note_hz, tone
from tuition.cli.demo.media.craft.typesetting import typeset
from tuition.cli.demo.media.films import FILMS, Film, film, still
from tuition.cli.demo.media.intervals import DURATION_S
from tuition.cli.demo.media.items import PLANS, Plan

SHORT = ("forgetting", "intervals", "khwarizmi")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, MediaItem]]:
    """The works that take little time, made once, beside a work of older sources and a stranger's folder."""
    folder = tmp_path_factory.mktemp("media")
    (folder / "intervals-0000000000000000").mkdir()
    (folder / "somebody-else").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(making, "PLANS", tuple(plan for plan in PLANS if plan.key in SHORT))
        yield {item.key: item for item in make_media(folder)}


def probe(path: Path) -> str:
    """What ffmpeg says about a file."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", str(path)]
    return subprocess.run(command, capture_output=True, check=False, text=True).stderr  # our own program and file


def test_works_are_made_once_and_found_the_second_time(made: dict[str, MediaItem]) -> None:
    folder = made["intervals"].path.parent.parent
    written = {key: item.path.stat().st_mtime_ns for key, item in made.items()}
    heard: list[tuple[int, int, str]] = []
    again = make_media(folder, progress=lambda done, of, title: heard.append((done, of, title)))
    assert again == list(made.values())
    assert {item.key: item.path.stat().st_mtime_ns for item in again} == written
    assert [(done, of) for done, of, _ in heard] == [(1, 3), (2, 3), (3, 3)]
    assert {title for _, _, title in heard} == {item.title for item in made.values()}


def test_only_works_of_older_sources_are_cleared_away(made: dict[str, MediaItem]) -> None:
    folder = made["intervals"].path.parent.parent
    assert {path.name for path in folder.iterdir()} == {"somebody-else", *(item.path.parent.name for item in made.values())}


def test_the_recording_has_sound_captions_chapters_and_a_transcript(made: dict[str, MediaItem]) -> None:
    item = made["intervals"]
    said = probe(item.path)
    assert "Audio: aac" in said
    assert "Chapter #0:0" in said
    assert item.duration_s == round(DURATION_S)
    assert "00:02:30" in said
    assert item.cover is not None
    with Image.open(item.cover) as cover:
        assert cover.size == (1280, 720)
    for texts in (item.captions, item.chapters, item.transcripts):
        assert set(texts) == {"ar", "en"}
        assert all(path.read_text(encoding="utf-8") for path in texts.values())


def test_an_article_carries_the_pictures_it_names_and_leaves_its_cover_to_the_platform(made: dict[str, MediaItem]) -> None:
    articles = [item for item in made.values() if item.kind is Kind.ARTICLE]
    assert {article.language for article in articles} == {"ar", "en"}
    for article in articles:
        named = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", article.path.read_text(encoding="utf-8"))
        assert named == [path.name for path in article.attachments]
        assert article.cover is None


def test_a_film_is_a_film_with_sound_and_chapter_marks(tmp_path: Path) -> None:
    whole = FILMS["breathing"]
    brief = Film(
        (film.Reel(0, 1), film.Reel(10, 11, 119)), whole.background, whole.labels, whole.painter, whole.score, score_loops=True
    )
    target = tmp_path / "breathing.mp4"
    # The last mark lies where 32 bits would end if the tracks had their usual time scales.
    script = words.read_script(
        "# 0:00 | Settle | -\n# 0:01 | Blue | -\n# 1:50 | Return | -\n0:00 | Breathe | -", brief.duration_s
    )
    film.shoot(brief, target, chapters=words.chapter_marks(script))
    said = probe(target)
    assert "Video: h264" in said
    assert "1280x720" in said
    assert "Audio: aac" in said
    assert "Duration: 00:02:00" in said
    marks = re.findall(r"Chapter #0:\d: start ([\d.]+), end ([\d.]+)", said)
    assert [(float(start), float(end)) for start, end in marks] == [(0, 1), (1, 110), (110, 120)]
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


@pytest.mark.parametrize("key", sorted(FILMS))
def test_every_moment_of_a_film_can_be_painted(key: str) -> None:
    shown = FILMS[key]
    length_s = max(reel.end_s for reel in shown.reels)
    paint = shown.painter(labels := typeset(shown.labels))
    for step in range(60):
        canvas = Canvas(shown.background, labels)
        paint(canvas, length_s * step / 60)
        assert canvas.image.size == (1280, 720)
    assert len(still(shown, 5.0).getcolors(1280 * 720) or []) > 20


@pytest.mark.parametrize("plan", [plan for plan in PLANS if plan.kind in {Kind.FILM, Kind.AUDIO}], ids=lambda plan: plan.key)
def test_captions_cover_the_whole_time_in_both_languages(plan: Plan) -> None:
    duration_s = FILMS[plan.key].duration_s if plan.kind is Kind.FILM else DURATION_S
    script = words.read_script(words.text(f"{plan.key}.txt"), duration_s)
    assert script.cues[0].start_s == 0
    assert script.cues[-1].end_s == duration_s
    for language in words.LANGUAGES:
        assert all(cue.words[language] for cue in (*script.cues, *script.chapters))
        assert words.web_vtt(script.cues, language).startswith("WEBVTT\n\n1\n00:00:00.000 --> ")
        told = words.transcript(script, language)
        assert all(cue.words[language] in told for cue in script.cues)
    arabic = " ".join(cue.words["ar"] for cue in script.cues)
    assert re.search(r"[\u0600-\u06ff]", arabic)


def test_the_book_has_forty_pages_bookmarks_and_no_unset_formula() -> None:
    document = pypdfium2.PdfDocument(print_book())
    try:
        titles = [entry.get_title() for entry in document.get_toc()]
        pages = [document[number].get_textpage().get_text_range() for number in range(len(document))]
    finally:
        document.close()
    assert len(pages) >= 40
    assert {"In the head", "Chance", "Answers", "خلاصة بالعربية"} <= set(titles)
    assert not [page for page in pages if "$" in page or "#" in page], "markup is set, not printed"


def test_exercises_are_the_same_each_time_and_none_is_asked_twice() -> None:
    made = exercises()
    assert made == exercises()
    for pairs in made.values():
        questions = [question for question, _ in pairs]
        assert len(questions) >= 7
        assert len(set(questions)) == len(questions)
        assert all(answer for _, answer in pairs)


def test_a_tone_has_the_pitch_of_its_name() -> None:
    assert note_hz("A4") == pytest.approx(440)
    assert note_hz("C#3") == pytest.approx(138.59, abs=0.01)
    assert note_hz("Bb2") == pytest.approx(116.54, abs=0.01)
    second = tone(441.0, 1.0, ((1.0, 1.0, 60.0),))
    rising = sum(1 for before, after in itertools.pairwise(second) if before < 0 <= after)
    assert len(second) == RATE_HZ
    assert rising == pytest.approx(441, abs=2)


def test_easing_begins_and_ends_at_rest() -> None:
    assert ease(0, 1) == 0
    assert ease(3, 1, 2) == 1
    assert ease(2, 1, 2) == pytest.approx(0.5)
    assert ease(1.05, 1, 1) < 0.01
