"""QTI content packages: a manifest that lists items, perhaps a test, in a zip.

What QTI cannot say (slips that pass, notes to whoever grades) stands beside each item in the manifest, with a hash of the item's
file: if the file is untouched, the question comes back exactly; if another program changed it, the file is what counts.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from io import BytesIO
from posixpath import dirname, join, normpath
from xml.etree.ElementTree import Element, SubElement, tostring

from tuition.learning.exchange.formats import qti, qti_writing
from tuition.learning.exchange.formats.moodle.exact import whole_of
from tuition.learning.exchange.formats.pictures import NAMED, claim, inside, named_in, shelf
from tuition.learning.exchange.formats.words import plain
from tuition.learning.exchange.values import FoundQuestion, Item, Outcome, found, skipped
from tuition.learning.questions import AnyQuestion, QuestionInvalid, parse
from tuition.platform.files import Archive, FileUnreadable, parse_xml

MANIFEST = "imsmanifest.xml"
EXACT = "urn:tuition:question:1"
TITLE_MAX = 120
FIXED_TIME = (1980, 1, 1, 0, 0, 0)
"""The same questions give the same bytes."""
_MANIFESTS = {
    "2.1": ("http://www.imsglobal.org/xsd/imscp_v1p1", "imsqti_item_xmlv2p1", "imsqti_test_xmlv2p1", "QTIv2.1 Package", "1.0.0"),
    "3.0": (
        "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1",
        "imsqti_item_xmlv3p0",
        "imsqti_test_xmlv3p0",
        "QTI Package",
        "3.0.0",
    ),
}

Written = tuple[AnyQuestion, Decimal, Sequence[str]]


def read(data: bytes) -> Iterator[FoundQuestion]:
    """Every item of a package, or of a single file. Raises ``FileUnreadable``, ``FileTooLarge``."""
    if data[:2] != b"PK":
        yield qti.read_item(_item_root(parse_xml(data)))
        return
    with Archive(data) as archive:
        if MANIFEST not in archive:
            raise FileUnreadable(reason=f"it has no {MANIFEST} at its top.")
        manifest = archive.xml(MANIFEST)
        exact = _exact(manifest)
        resources = [element for element in manifest.iter() if element.tag.rpartition("}")[2] == "resource"]
        if not any("qti" in resource.get("type", "") for resource in resources):
            raise FileUnreadable(reason="its manifest lists no QTI items.")
        # What items show is known once they are read.
        for resource in sorted(resources, key=lambda resource: "qti" not in resource.get("type", "")):
            yield from _resource(archive, resource, exact)


def write(questions: Sequence[Written], *, title: str, version: str = "2.1", shown: Mapping[str, bytes] | None = None) -> bytes:
    """A package of these questions, with a test that asks all of them in order; ``shown`` are their pictures by name."""
    namespace, item_type, test_type, schema, schema_version = _MANIFESTS[version]
    manifest = Element("manifest", xmlns=namespace, identifier="MANIFEST")
    metadata = SubElement(manifest, "metadata")
    SubElement(metadata, "schema").text = schema
    SubElement(metadata, "schemaversion").text = schema_version
    SubElement(manifest, "organizations")
    resources = SubElement(manifest, "resources")
    files: dict[str, bytes] = {}
    names = [f"item-{number:05d}" for number in range(1, len(questions) + 1)]
    test = SubElement(resources, "resource", identifier="test", type=test_type, href="test.xml")
    SubElement(test, "file", href="test.xml")
    for name, (body, points, tags) in zip(names, questions, strict=True):
        path = f"items/{name}.xml"
        heading = plain(body.text)[:TITLE_MAX] or name
        written = qti_writing.item(body, identifier=name, title=heading, points=points, version=version)
        files[path] = NAMED.sub(lambda found: f"../{found[0]}", written.decode()).encode()
        SubElement(test, "dependency", identifierref=name)
        resource = SubElement(resources, "resource", identifier=name, type=item_type, href=path)
        resource.append(exact_element(body, points, tags, files[path]))
        SubElement(resource, "file", href=path)
        for picture in named_in(body.model_dump_json()):
            SubElement(resource, "file", href=picture)
    files |= shown or {}
    files["test.xml"] = _test(names, title, version)
    return pack({MANIFEST: tostring(manifest, encoding="utf-8", xml_declaration=True), **files})


def exact_element(body: AnyQuestion, points: Decimal, tags: Sequence[str], written: bytes) -> Element:
    """The whole question, beside a hash of the file that says it in QTI."""
    holder = Element("metadata")
    digest = hashlib.sha256(written).hexdigest()
    kept = SubElement(holder, "question", xmlns=EXACT, digest=digest, points=f"{points:f}")
    kept.text = json.dumps({"body": body.model_dump(mode="json"), "tags": list(tags)}, ensure_ascii=True, sort_keys=True)
    return holder


def exact_question(archive: Archive, holder: Element | None, written: bytes, name: str) -> FoundQuestion | None:
    """The question itself, if its file is the one that was written with it, and its pictures are there."""
    if holder is None or holder.get("digest") != hashlib.sha256(written).hexdigest():
        return None
    if not claim(archive, holder.text or ""):
        return None
    try:
        kept = whole_of(holder.text or "")
        points = Decimal(holder.get("points", "1"))
        return found(name, "question", parse(kept["body"]), points=points, tags=tuple(map(str, kept["tags"])))
    except (ValueError, KeyError, TypeError, ArithmeticError, RecursionError, QuestionInvalid):
        return None


def pack(files: dict[str, bytes]) -> bytes:
    """A zip that is the same whenever its files are."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, FIXED_TIME), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _exact(manifest: Element) -> dict[str, Element]:
    kept: dict[str, Element] = {}
    for element in manifest.iter():
        if element.tag.rpartition("}")[2] == "resource":
            for inner in element.iter(f"{{{EXACT}}}question"):
                kept[element.get("href", "")] = inner
    return kept


def _resource(archive: Archive, resource: Element, exact: dict[str, Element]) -> Iterator[FoundQuestion]:
    kind, href = resource.get("type", ""), resource.get("href", "")
    name = resource.get("identifier", href)
    if "qti_item" in kind:
        if href not in archive:
            yield skipped(name, kind, f"Its file “{href}” is missing in the package.")
            return
        written = archive.read(href)
        yield exact_question(archive, exact.get(href), written, name) or _item(archive, written, href, name, kind)
    elif "qti_test" in kind:
        note = "Its questions are taken; how it orders, draws and times them is not."
        yield FoundQuestion(Item(name, kind, Outcome.CONVERTED, note))
    elif "webcontent" in kind or "learning-application" in kind:
        if href not in shelf().used:
            yield skipped(name, kind, "A file that no question shows.")
    else:
        yield skipped(name, kind, f"There is no use for a resource of this type ({kind or 'none named'}).")


def _item(archive: Archive, written: bytes, href: str, name: str, kind: str) -> FoundQuestion:
    try:
        root = _item_root(parse_xml(written, href))
    except FileUnreadable as error:
        return skipped(name, kind, str(error))
    with shelf().looking(inside(archive, href)):
        return qti.read_item(root)


def _item_root(root: Element) -> Element:
    root = qti.normal(root)
    if root.tag != "assessmentItem":
        raise FileUnreadable(reason=f"its outermost element is “{root.tag}”, not an assessment item.")
    return root


def _test(names: Sequence[str], title: str, version: str) -> bytes:
    prefix = "qti-" if version == "3.0" else ""

    def named(two: str, three: str) -> str:
        return prefix + three if prefix else two

    root = Element(
        named("assessmentTest", "assessment-test"), xmlns=qti_writing.NAMESPACES[version], identifier="test", title=title
    )
    modes = {"navigation-mode": "nonlinear", "submission-mode": "simultaneous"}
    if not prefix:
        modes = {"navigationMode": "nonlinear", "submissionMode": "simultaneous"}
    part = SubElement(root, named("testPart", "test-part"), {"identifier": "part", **modes})
    section = SubElement(
        part, named("assessmentSection", "assessment-section"), identifier="section", title=title, visible="true"
    )
    for name in names:
        SubElement(section, named("assessmentItemRef", "assessment-item-ref"), identifier=name, href=f"items/{name}.xml")
    data: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return data


def beside(path: str, href: str) -> str:
    """Where an address in a file of the package leads."""
    return normpath(join(dirname(path), href))
