"""A folder of Markdown files as a course: a file is a lesson, a folder a chapter, their names give the order.

A file may begin with front matter between two lines of ``---``: ``title``, ``description``, ``preview: true``, ``video: https://…``.
``index.md`` or ``README.md`` of a folder is what its heading says; at the top it describes the course.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from tuition.learning.exchange.formats.pictures import ENDINGS, NAMED, inside, shelf
from tuition.learning.exchange.formats.qti_package import pack
from tuition.learning.exchange.values import FoundCourse, FoundFile, FoundLesson, Item, Outcome
from tuition.platform.files import Archive, FileUnreadable

LESSONS_MAX = 1_000
TITLE_MAX = 500
TEXT_BYTES_MAX = 2_000_000
_FRONT = re.compile(r"\A---\s*\n(.*?)\n---\s*\n?", re.DOTALL)
_HEADING = re.compile(r"\A\s*#\s+(.+?)\s*#*\s*(?:\n|\Z)")
_NUMBER = re.compile(r"^\d+[\s._-]+")
_PICTURE = re.compile(r"!\[((?:\\.|[^\]\\])*)\]\(\s*<?([^)\s>]+)>?(?:\s+[\"'][^)]*)?\)")
_INDEX = ("index.md", "readme.md")
_UNSAFE = re.compile(r"[^\w.-]+")


def read(data: bytes) -> FoundCourse:
    """The course of a zipped folder. Raises ``FileUnreadable``, ``FileTooLarge``."""
    course = FoundCourse()
    with Archive(data) as archive:
        names = sorted((name for name in archive.names if not _is_hidden(name)), key=_order)
        if not any(name.lower().endswith((".md", ".markdown")) for name in names):
            raise FileUnreadable(reason="it holds no Markdown files (.md).")
        top = _common(names)
        chapters: dict[str, FoundLesson] = {}
        # What texts show is known once they are read.
        for name in sorted(names, key=lambda name: name.lower().endswith(ENDINGS)):
            _take(archive, name, name.removeprefix(top), course, chapters)
    return course


def write(course: FoundCourse, *, shown: Mapping[str, bytes] | None = None) -> bytes:
    """A zipped folder of a course with its pictures. What is no text keeps its place and says what it was (``kind``)."""
    files = {"index.md": _written({"title": course.title}, course.description)}
    above: list[str] = []
    counts: list[int] = []
    for lesson in course.lessons:
        depth = lesson.depth
        del above[depth:], counts[depth + 1 :]
        counts += [0] * (depth + 1 - len(counts))
        counts[depth] += 1
        above.append(f"{counts[depth]:02d}-{_UNSAFE.sub('-', lesson.title).strip('-').lower()[:60] or 'lesson'}")
        front: dict[str, Any] = {"title": lesson.title}
        if lesson.is_preview:
            front["preview"] = True
        if lesson.video_url:
            front["video"] = lesson.video_url
        if lesson.kind != "text":
            front["kind"] = lesson.kind
        body = NAMED.sub("../" * depth + r"\g<0>", lesson.body)
        files["/".join(above) + ".md"] = _written(front, body)
    return pack(files | dict(shown or {}))


def _take(archive: Archive, name: str, path: str, course: FoundCourse, chapters: dict[str, FoundLesson]) -> None:
    *folders, file = path.split("/")
    ending = file.lower().rpartition(".")[2]
    if len(course.lessons) >= LESSONS_MAX:
        course.loose.append(Item(path, ending, Outcome.SKIPPED, f"A course has at most {LESSONS_MAX} lessons."))
    elif ending == "pdf":
        _open_chapters(folders, course, chapters)
        title = _title_of(file)
        item = Item(path, "document", Outcome.IMPORTED)
        course.lessons.append(FoundLesson(item, title, len(folders), "document", file=FoundFile(file, archive.read(name))))
    elif ending not in ("md", "markdown"):
        if name not in shelf().used:
            why = "No text shows it." if file.lower().endswith(ENDINGS) else "It is neither Markdown nor PDF nor a picture."
            course.loose.append(Item(path, ending or "file", Outcome.SKIPPED, why))
    else:
        with shelf().looking(inside(archive, name)):
            _lesson(archive.read(name, limit=TEXT_BYTES_MAX), path, folders, file, course, chapters)


def _lesson(data: bytes, path: str, folders: list[str], file: str, course: FoundCourse, chapters: dict[str, FoundLesson]) -> None:
    try:
        text = data.decode("utf-8-sig").replace("\x00", "")
    except UnicodeDecodeError:
        course.loose.append(Item(path, "markdown", Outcome.SKIPPED, "It is not UTF-8 text."))
        return
    front, body, notes = _front_of(text.replace("\r\n", "\n"))
    body = _PICTURE.sub(lambda found: _picture(found, notes), body)
    title = str(front.get("title") or "")
    heading = _HEADING.match(body)
    if heading and not title:
        title, body = heading[1], body[heading.end() :]
    title = (title or _title_of(file))[:TITLE_MAX]
    if file.lower() in _INDEX:
        if not folders:
            course.title, course.description = title if title.lower() not in ("index", "readme") else "", body.strip()
            course.loose.append(Item(path, "markdown", Outcome.IMPORTED, "It describes the course."))
            return
        _open_chapters(folders, course, chapters)
        chapter = chapters["/".join(folders)]
        chapter.title, chapter.body = title if title.lower() not in ("index", "readme") else chapter.title, body.strip()
        return
    _open_chapters(folders, course, chapters)
    outcome = Outcome.CONVERTED if notes else Outcome.IMPORTED
    lesson = FoundLesson(Item(path, "markdown", outcome, " ".join(notes)), title, len(folders), "text", body.strip())
    lesson.is_preview = front.get("preview") is True
    video = front.get("video")
    if isinstance(video, str) and video.startswith("https://"):
        lesson.video_url = video
    course.lessons.append(lesson)
    chapters["/".join([*folders, file.rpartition(".")[0]])] = lesson


def _picture(found: re.Match[str], notes: list[str]) -> str:
    """By its name on the shelf. What lies at another address stays as it is written."""
    source = found[2]
    if source.startswith(("http://", "https://", "/")):
        return found[0]
    name, why = shelf().name_of(source)
    if not name:
        notes.append(why or f"The picture “{source[:80]}” is missing.")
    return f"![{found[1]}]({name})" if name else found[1]


def _open_chapters(folders: list[str], course: FoundCourse, chapters: dict[str, FoundLesson]) -> None:
    for depth in range(len(folders)):
        key = "/".join(folders[: depth + 1])
        if key not in chapters:
            chapters[key] = FoundLesson(Item(key + "/", "folder", Outcome.IMPORTED), _title_of(folders[depth]), depth)
            course.lessons.append(chapters[key])


def _front_of(text: str) -> tuple[dict[str, Any], str, list[str]]:
    matched = _FRONT.match(text)
    if not matched:
        return {}, text, []
    try:
        front = yaml.safe_load(matched[1])
    except yaml.YAMLError:
        return {}, text, ["Its front matter is not valid YAML and stands in the text."]
    body = text[matched.end() :]
    return (front if isinstance(front, dict) else {}), body, []


def _written(front: dict[str, Any], body: str) -> bytes:
    head = yaml.safe_dump(front, allow_unicode=True, sort_keys=False)
    return f"---\n{head}---\n\n{body.strip()}\n".encode()


def _title_of(name: str) -> str:
    bare = name.rpartition(".")[0] if name.lower().endswith((".md", ".markdown", ".pdf")) else name
    words = _NUMBER.sub("", bare).replace("_", " ").replace("-", " ").strip()
    return (words[:1].upper() + words[1:])[:TITLE_MAX] or name[:TITLE_MAX] or "…"


def _common(names: Sequence[str]) -> str:
    """The folder that everything lies in: zipping a folder puts its name before every file."""
    first = names[0].partition("/")[0] + "/"
    return first if all(name.startswith(first) for name in names) else ""


def _order(name: str) -> list[tuple[int, int, str]]:
    """By numbers where names begin with them; what describes a folder comes first, a file before the folder of its name."""
    keys = []
    for part in name.split("/"):
        number = re.match(r"\d+", part)
        is_index = part.lower() in _INDEX
        bare = part.rpartition(".")[0] if part.lower().endswith((".md", ".markdown")) else part
        keys.append((0 if is_index else 1, int(number[0]) if number else 10**9, bare.lower()))
    return keys


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in name.split("/"))
