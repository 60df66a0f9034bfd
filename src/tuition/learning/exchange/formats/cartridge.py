"""1EdTech Common Cartridge 1.0 to 1.3: a course in a zip.

Source: https://www.imsglobal.org/cc. Folders of its organization become headings; pages, links and quizzes become lessons; what
is listed and cannot be used is reported with the reason.
"""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Mapping
from posixpath import splitext
from xml.etree.ElementTree import Element, SubElement, tostring

from tuition.learning.exchange.formats import qti_legacy
from tuition.learning.exchange.formats.pictures import ENDINGS, FOLDER, NAMED, WEB_FOLDER, claim, inside, shelf
from tuition.learning.exchange.formats.qti import normal
from tuition.learning.exchange.formats.qti_package import MANIFEST, exact_element, exact_question, pack
from tuition.learning.exchange.formats.words import from_html, from_plain, lost_in, to_html
from tuition.learning.exchange.values import FoundCourse, FoundFile, FoundLesson, Item, Outcome
from tuition.platform.files import Archive, FileUnreadable, parse_xml

DEPTH_MAX = 20
LESSONS_MAX = 1_000
TITLE_MAX = 500
NAMESPACE = "http://www.imsglobal.org/xsd/imsccv1p3/imscp_v1p1"
LOM = "http://ltsc.ieee.org/xsd/imsccv1p3/LOM/manifest"
EXACT_TEXT = "urn:tuition:lesson:1"
QUIZ = "imsqti_xmlv1p2/imscc_xmlv1p3"
_DOCUMENTS = frozenset({".pdf"})
_PAGES = frozenset({".htm", ".html", ".xhtml"})


def read(data: bytes) -> FoundCourse:
    """The course of a cartridge. Raises ``FileUnreadable``, ``FileTooLarge``."""
    with Archive(data) as archive:
        if MANIFEST not in archive:
            raise FileUnreadable(reason=f"it has no {MANIFEST} at its top.")
        raw = archive.xml(MANIFEST)
        exact = _exact_holders(raw)
        manifest = normal(raw)
        resources = {resource.get("identifier", ""): resource for resource in manifest.iter("resource")}
        course = FoundCourse(
            title=_lom(manifest, "title")[:TITLE_MAX],
            description=_lom(manifest, "description"),
            language=(manifest.findtext(".//general/language") or "").strip(),
        )
        used: set[str] = set()
        for organization in manifest.iter("organization"):
            for item in organization.iterfind("item"):
                _walk(archive, item, resources, course, used, exact, depth=-1 if item.find("title") is None else 0)
        for name, resource in resources.items():
            if name not in used and _href(resource) not in shelf().used:
                course.loose.append(_loose(archive, name, resource, course))
    return course


def _walk(
    archive: Archive,
    item: Element,
    resources: dict[str, Element],
    course: FoundCourse,
    used: set[str],
    exact: dict[str, Element],
    depth: int,
) -> None:
    title = " ".join((item.findtext("title") or "").split())[:TITLE_MAX]
    reference = item.get("identifierref")
    if depth > DEPTH_MAX or len(course.lessons) >= LESSONS_MAX:
        course.loose.append(Item(title or "?", "item", Outcome.SKIPPED, "It lies too deep, or there are too many lessons."))
        return
    if reference and reference in resources:
        used.add(reference)
        _lesson(archive, title, resources[reference], course, exact, max(depth, 0))
    elif reference:
        course.loose.append(Item(title or reference, "item", Outcome.SKIPPED, "What it leads to is missing in the package."))
    elif depth >= 0:
        course.lessons.append(FoundLesson(Item(title or "?", "folder", Outcome.IMPORTED), title or "…", depth, "text"))
    for child in item.iterfind("item"):
        _walk(archive, child, resources, course, used, exact, depth + 1)


def _lesson(archive: Archive, title: str, resource: Element, course: FoundCourse, exact: dict[str, Element], depth: int) -> None:
    kind, href = resource.get("type", ""), _href(resource)
    name = title or href or "?"
    ending = splitext(href)[1].lower()
    if "imswl" in kind:
        course.lessons.append(_link(archive, name, kind, href, depth))
    elif "assessment" in kind or "question-bank" in kind:
        course.lessons.append(_quiz(archive, name, kind, href, depth, exact))
    elif "imsdt" in kind:
        course.lessons.append(_topic(archive, name, kind, href, depth))
    elif kind == "webcontent" and ending in _PAGES:
        course.lessons.append(_page(archive, name, kind, href, depth, exact))
    elif kind == "webcontent" and ending in _DOCUMENTS:
        file = FoundFile(href, archive.read(href))
        course.lessons.append(FoundLesson(Item(name, kind, Outcome.IMPORTED), name, depth, "document", file=file))
    elif kind == "webcontent" and ending in ENDINGS and href in archive:
        course.lessons.append(_picture(archive, name, kind, href, depth))
    else:
        course.loose.append(Item(name, kind, Outcome.SKIPPED, _why(kind, href)))


def _picture(archive: Archive, name: str, kind: str, href: str, depth: int) -> FoundLesson:
    with shelf().looking(inside(archive, "")):
        picture, why = shelf().name_of(href)
    if not picture:
        return FoundLesson(Item(name, kind, Outcome.SKIPPED, why), name, depth)
    note = Item(name, kind, Outcome.CONVERTED, "A picture became a lesson that shows it.")
    return FoundLesson(note, name, depth, "text", f"![{from_plain(name)}]({picture})")


def _page(archive: Archive, name: str, kind: str, href: str, depth: int, exact: dict[str, Element]) -> FoundLesson:
    written = archive.read(href)
    whole = exact.get(href)
    is_ours = whole is not None and whole.get("digest") == hashlib.sha256(written).hexdigest()
    if whole is not None and whole.text is not None and is_ours and claim(archive, whole.text):
        return FoundLesson(Item(name, kind, Outcome.IMPORTED), name, depth, "text", whole.text)
    markup = written.decode("utf-8", errors="replace").replace("\x00", "")
    with shelf().looking(inside(archive, href)):
        lost, body = lost_in(markup), from_html(_body_of(markup))
    outcome = Outcome.CONVERTED if lost else Outcome.IMPORTED
    return FoundLesson(Item(name, kind, outcome, " ".join(lost)), name, depth, "text", body)


def _link(archive: Archive, name: str, kind: str, href: str, depth: int) -> FoundLesson:
    link = normal(parse_xml(archive.read(href), href))
    url = link.find("url")
    address = url.get("href", "") if url is not None else ""
    if not address.startswith(("http://", "https://")):
        item = Item(name, kind, Outcome.CONVERTED, "Its address cannot be opened from here and stands as text.")
        return FoundLesson(item, name, depth, "text", from_plain(address))
    note = Item(name, kind, Outcome.CONVERTED, "A link became a lesson that holds it.")
    return FoundLesson(note, name, depth, "text", f"[{name}]({address})")


def _topic(archive: Archive, name: str, kind: str, href: str, depth: int) -> FoundLesson:
    topic = normal(parse_xml(archive.read(href), href))
    text = topic.find("text")
    raw = (text.text or "") if text is not None else ""
    with shelf().looking(inside(archive, href)):
        body = from_html(raw) if text is not None and text.get("texttype") == "text/html" else from_plain(raw)
    note = Item(name, kind, Outcome.CONVERTED, "A discussion became a lesson; people ask below every lesson.")
    return FoundLesson(note, (topic.findtext("title") or name)[:TITLE_MAX], depth, "text", body)


def _quiz(archive: Archive, name: str, kind: str, href: str, depth: int, exact: dict[str, Element]) -> FoundLesson:
    written = archive.read(href)
    lesson = FoundLesson(Item(name, kind, Outcome.IMPORTED), name, depth, "quiz")
    whole = [exact_question(archive, holder, written, name) for holder in _holders(exact.get(href))]
    if whole and all(whole):
        lesson.questions = [question for question in whole if question is not None]
    else:
        with shelf().looking(inside(archive, href)):
            lesson.questions = list(qti_legacy.read_all(parse_xml(written, href)))
    return lesson


def _loose(archive: Archive, name: str, resource: Element, course: FoundCourse) -> Item:
    """What stands in no folder: a question bank is a quiz at the end; the rest is what pages show."""
    kind, href = resource.get("type", ""), _href(resource)
    if "question-bank" in kind and href in archive:
        lesson = _quiz(archive, href, kind, href, 0, {})
        course.lessons.append(lesson)
        return Item(href, kind, Outcome.CONVERTED, "A question bank became a quiz at the end of the course.")
    return Item(href or name, kind, Outcome.SKIPPED, _why(kind, href))


def _why(kind: str, href: str) -> str:
    if "basiclti" in kind or "imslti" in kind:
        return "A link to another program (LTI) needs an agreement with it."
    if "associatedcontent" in kind:
        return "It belongs to another thing of the package and is not shown by itself."
    if kind == "webcontent":
        guessed = mimetypes.guess_type(href)[0] or "unknown"
        return f"A file of the type {guessed} that no lesson shows by itself."
    return f"There is no use for a resource of this type ({kind or 'none named'})."


def _href(resource: Element) -> str:
    first = resource.find("file")
    named = first.get("href", "") if first is not None else ""
    return resource.get("href", named) or named


def _lom(manifest: Element, what: str) -> str:
    holder = manifest.find(f".//general/{what}")
    if holder is None:
        return ""
    return " ".join("".join(holder.itertext()).split())


def _body_of(markup: str) -> str:
    lowered = markup.lower()
    start = lowered.find("<body")
    if start < 0:
        return markup
    start = lowered.find(">", start) + 1
    end = lowered.rfind("</body>")
    return markup[start : end if end > start else None]


def _exact_holders(manifest: Element) -> dict[str, Element]:
    kept: dict[str, Element] = {}
    for resource in manifest.iter():
        if str(resource.tag).rpartition("}")[2] == "resource":
            for metadata in resource:
                if any(str(child.tag).startswith("{urn:tuition:") for child in metadata):
                    kept[resource.get("href", "")] = metadata[0] if EXACT_TEXT in str(metadata[0].tag) else metadata
    return kept


def _holders(metadata: Element | None) -> list[Element]:
    return list(metadata) if metadata is not None else []


def write(course: FoundCourse, *, shown: Mapping[str, bytes] | None = None) -> bytes:
    """A cartridge of a course; ``shown`` are its pictures by name."""
    manifest = Element("manifest", identifier="cartridge", xmlns=NAMESPACE)
    metadata = SubElement(manifest, "metadata")
    SubElement(metadata, "schema").text = "IMS Common Cartridge"
    SubElement(metadata, "schemaversion").text = "1.3.0"
    general = SubElement(SubElement(metadata, "lom", xmlns=LOM), "general")
    for name, text in (("title", course.title), ("description", course.description)):
        SubElement(SubElement(general, name), "string", language=course.language or "en").text = text
    SubElement(general, "language").text = course.language or "en"
    organization = SubElement(
        SubElement(manifest, "organizations"), "organization", identifier="org", structure="rooted-hierarchy"
    )
    above: list[Element] = [SubElement(organization, "item", identifier="root")]
    resources = SubElement(manifest, "resources")
    files: dict[str, bytes] = {}
    for number, lesson in enumerate(course.lessons, 1):
        del above[lesson.depth + 1 :]
        item = SubElement(above[-1], "item", identifier=f"i{number:04d}")
        SubElement(item, "title").text = lesson.title
        above.append(item)
        reference = _write_resource(resources, files, f"r{number:04d}", lesson)
        if reference:
            item.set("identifierref", reference)
    for name, data in (shown or {}).items():
        files[WEB_FOLDER + name] = data
        identifier = f"p-{name.removeprefix(FOLDER)[:16]}"
        resource = SubElement(resources, "resource", identifier=identifier, type="webcontent", href=WEB_FOLDER + name)
        SubElement(resource, "file", href=WEB_FOLDER + name)
    return pack({MANIFEST: tostring(manifest, encoding="utf-8", xml_declaration=True), **files})


def _write_resource(resources: Element, files: dict[str, bytes], reference: str, lesson: FoundLesson) -> str:
    """What a lesson shows, as a resource; its identifier, or nothing for a heading."""
    questions = [(found.body, found.points) for found in lesson.questions if found.body is not None]
    if questions:
        path = f"{reference}/assessment.xml"
        written, _held = qti_legacy.write(questions, identifier=reference, title=lesson.title)
        files[path] = _based(written)
        resource = SubElement(resources, "resource", identifier=reference, type=f"{QUIZ}/assessment", href=path)
        holder = SubElement(resource, "metadata")
        for question, points in questions:
            holder.extend(exact_element(question, points, (), files[path]))
    elif lesson.file is not None:
        path = f"{reference}/{lesson.file.path.rpartition('/')[2]}"
        files[path] = lesson.file.data
        resource = SubElement(resources, "resource", identifier=reference, type="webcontent", href=path)
    elif lesson.body:
        path = f"{reference}/page.html"
        files[path] = _based(_html_page(lesson.title, lesson.body))
        resource = SubElement(resources, "resource", identifier=reference, type="webcontent", href=path)
        digest = hashlib.sha256(files[path]).hexdigest()
        SubElement(SubElement(resource, "metadata"), "text", xmlns=EXACT_TEXT, digest=digest).text = lesson.body
    else:
        return ""
    SubElement(resource, "file", href=path)
    return reference


def _based(written: bytes) -> bytes:
    return NAMED.sub(lambda found: f"$IMS-CC-FILEBASE$/{found[0]}", written.decode()).encode()


def _html_page(title: str, body: str) -> bytes:
    escaped = title.replace("&", "&amp;").replace("<", "&lt;")
    head = f'<meta charset="utf-8"><title>{escaped}</title>'
    return f"<!doctype html>\n<html><head>{head}</head><body>{to_html(body)}</body></html>".encode()
