"""Makes every work once and keeps it: a folder per work, named by what it was made from.

A work whose sources have not changed is found again by its folder's name, so the second time takes no time.
Works are made in processes of their own, two or more at once; a folder appears under its name only when it is complete.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import multiprocessing
import os
import shutil
from collections.abc import Callable, Collection
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import pypdfium2

from tuition.cli.demo.media import intervals, words
from tuition.cli.demo.media.book import print_book
from tuition.cli.demo.media.covers import COVERED, draw_cover
from tuition.cli.demo.media.films import FILMS, shoot
from tuition.cli.demo.media.items import PLANS, Kind, MediaItem, Plan

PROCESSES_MAX = 4
HERE = Path(__file__).parent

Progress = Callable[[int, int, str], None]
"""Works done, works in all, and the title of the one that was just finished (or found)."""


def make_media(folder: Path, *, keys: Collection[str] | None = None, progress: Progress | None = None) -> list[MediaItem]:
    """Every work of the demonstration (or those in `keys`), made in `folder` or found there.

    Raises `EncodingFailed` where ffmpeg cannot do it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    places = {plan.key: folder / f"{plan.key}-{_digest(plan)}" for plan in PLANS}
    wanted = [plan for plan in PLANS if keys is None or plan.key in keys]
    missing = [plan for plan in wanted if not places[plan.key].exists()]
    done = 0

    def finished(plan: Plan) -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, len(wanted), plan.title)

    for plan in wanted:
        if plan not in missing:
            finished(plan)
    if missing:
        # Spawned, not forked: the caller may have threads and connections of its own.
        context = multiprocessing.get_context("spawn")
        workers = max(1, min(PROCESSES_MAX, os.cpu_count() or 1, len(missing)))
        with ProcessPoolExecutor(workers, mp_context=context) as pool:
            making = {pool.submit(_make, plan, places[plan.key]): plan for plan in missing}
            for future in as_completed(making):
                future.result()
                finished(making[future])
    _sweep(folder, set(places.values()))
    return [_item(plan, places[plan.key]) for plan in wanted]


def _digest(plan: Plan) -> str:
    """Of all that decides what a work looks like: its own sources, the shared tools, and the programs behind them."""
    shared = ("craft/*.py", "covers.py", "making.py", "words.py", "films/film.py", f"texts/{plan.key}.*")
    patterns = (*shared, f"films/{plan.key}.py", f"{plan.key}.py", f"{plan.key}/**/*")
    digest = hashlib.sha256()
    for package in ("imageio-ffmpeg", "pillow", "typst"):
        digest.update(f"{package} {importlib.metadata.version(package)}\n".encode())
    for source in sorted({path for pattern in patterns for path in HERE.glob(pattern)}):
        if source.is_file() and source.suffix != ".pyc":
            digest.update(source.relative_to(HERE).as_posix().encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()[:16]


def _make(plan: Plan, place: Path) -> None:
    """One work, in a folder beside its place until it is whole."""
    draft = place.with_name(f".{place.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    try:
        _MAKERS[plan.kind](plan, draft)
        if plan.key in COVERED:
            draw_cover(plan.key, draft / "cover.webp")
        if not place.exists():
            draft.rename(place)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _make_film(plan: Plan, folder: Path) -> None:
    film = FILMS[plan.key]
    shoot(film, folder / f"{plan.key}.mp4", chapters=_write_words(plan, folder, film.duration_s))


def _make_audio(plan: Plan, folder: Path) -> None:
    intervals.record(folder / f"{plan.key}.m4a", chapters=_write_words(plan, folder, intervals.DURATION_S))


def _make_article(plan: Plan, folder: Path) -> None:
    for source in sorted((HERE / "texts").glob(f"{plan.key}.*")):
        shutil.copyfile(source, folder / source.name)


def _make_book(plan: Plan, folder: Path) -> None:
    (folder / f"{plan.key}.pdf").write_bytes(print_book())


_MAKERS: dict[Kind, Callable[[Plan, Path], None]] = {
    Kind.FILM: _make_film,
    Kind.AUDIO: _make_audio,
    Kind.ARTICLE: _make_article,
    Kind.BOOK: _make_book,
}


def _write_words(plan: Plan, folder: Path, duration_s: float) -> str:
    """Captions, chapter list and transcript in every language; gives back the marks for the file itself."""
    script = words.read_script(words.text(f"{plan.key}.txt"), duration_s)
    for language in words.LANGUAGES:
        (folder / f"captions.{language}.vtt").write_text(words.web_vtt(script.cues, language), encoding="utf-8")
        (folder / f"chapters.{language}.vtt").write_text(words.web_vtt(script.chapters, language), encoding="utf-8")
        (folder / f"transcript.{language}.md").write_text(words.transcript(script, language), encoding="utf-8")
    return words.chapter_marks(script)


def _item(plan: Plan, place: Path) -> MediaItem:
    suffix = {Kind.FILM: "mp4", Kind.AUDIO: "m4a", Kind.ARTICLE: "md", Kind.BOOK: "pdf"}[plan.kind]
    path = place / f"{plan.key}.{suffix}"
    cover = place / "cover.webp"
    spoken = plan.kind in (Kind.FILM, Kind.AUDIO)
    duration_s = None
    if spoken:
        duration_s = round(FILMS[plan.key].duration_s if plan.kind is Kind.FILM else intervals.DURATION_S)

    def by_language(name: str, ending: str) -> dict[str, Path]:
        return {language: place / f"{name}.{language}.{ending}" for language in words.LANGUAGES} if spoken else {}

    return MediaItem(
        key=plan.key,
        kind=plan.kind,
        title=plan.title,
        description=plan.description,
        language=plan.language,
        level=plan.level,
        category=plan.category,
        tags=plan.tags,
        path=path,
        duration_s=duration_s,
        pages=_pages(path) if plan.kind is Kind.BOOK else None,
        cover=cover if cover.exists() else None,
        captions=by_language("captions", "vtt"),
        transcripts=by_language("transcript", "md"),
        chapters=by_language("chapters", "vtt"),
        attachments=tuple(sorted(place.glob("*.svg"))),
    )


def _pages(path: Path) -> int:
    document = pypdfium2.PdfDocument(path)
    try:
        return len(document)
    finally:
        document.close()


def _sweep(folder: Path, kept: set[Path]) -> None:
    """Works of an older version of their sources are not needed any more."""
    for plan in PLANS:
        for place in folder.glob(f"{plan.key}-*"):
            if place not in kept:
                shutil.rmtree(place, ignore_errors=True)
