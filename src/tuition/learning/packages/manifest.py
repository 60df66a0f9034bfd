"""What ``imsmanifest.xml`` says: which SCORM, and what there is to open. Pure.

Sources: ADL, SCORM 1.2 Content Aggregation Model (2001), 2.3; ADL, SCORM 2004 4th Edition Content Aggregation Model (2009), 3.4.
Rules of sequencing are not read: learners choose their way, as in a package without any.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from posixpath import dirname, normpath
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree.ElementTree import Element

from tuition.kernel import Phrase
from tuition.learning.packages.cmi import Standard
from tuition.learning.packages.errors import PackageInvalid
from tuition.learning.packages.rules import Item
from tuition.platform.files import Archive

MANIFEST = "imsmanifest.xml"
ITEMS_MAX = 500
DEPTH_MAX = 20
TITLE_MAX = 500
EDITION_MAX = 50
LAUNCH_DATA_MAX = 4_096


class Manifest:
    """A manifest in its archive. Raises ``PackageInvalid``, ``FileUnreadable``."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self.base = _base_of(archive)
        root = archive.xml(self.base + MANIFEST)
        # One name per element is enough: the namespaces of the standard do not share any that we read.
        self._spaces = {str(element.tag).partition("}")[0] for element in root.iter()} | {
            name.partition("}")[0] for element in root.iter() for name in element.attrib
        }
        for element in root.iter():
            element.tag = str(element.tag).rpartition("}")[2]
            element.attrib = {name.rpartition("}")[2].lower(): value for name, value in element.attrib.items()}
        self.edition = " ".join((root.findtext("metadata/schemaversion") or "").split())[:EDITION_MAX]
        self.standard = self._standard()
        self._resources = {found.get("identifier", ""): (found, path) for found, path in _resources(root, "")}
        organization = self._organization(root)
        self.title = _title(organization)
        self.items = self._listed(organization)
        if not any(item.href for item in self.items):
            raise PackageInvalid(reason="its manifest lists nothing that can be opened.")

    def _standard(self) -> Standard:
        if any("adlcp_v1p3" in space for space in self._spaces) or self.edition.startswith(("2004", "CAM")):
            return Standard.SCORM_2004
        if any("adlcp_rootv1p2" in space for space in self._spaces) or self.edition == "1.2":
            return Standard.SCORM_12
        raise PackageInvalid(reason="its manifest is neither SCORM 1.2 nor SCORM 2004.")

    @staticmethod
    def _organization(root: Element) -> Element:
        listed = root.find("organizations")
        found = [] if listed is None else listed.findall("organization")
        if listed is None or not found:
            raise PackageInvalid(reason="its manifest has no organization, so there is nothing to open.")
        return next((one for one in found if one.get("identifier") == listed.get("default")), found[0])

    def _listed(self, organization: Element) -> list[Item]:
        items: list[Item] = []
        waiting = [(item, 0) for item in reversed(organization.findall("item"))]
        while waiting:
            item, depth = waiting.pop()
            if len(items) >= ITEMS_MAX or depth > DEPTH_MAX:
                raise PackageInvalid(
                    reason=Phrase(
                        "its manifest lists more than {items} items, or {levels} levels.", items=ITEMS_MAX, levels=DEPTH_MAX
                    )
                )
            waiting.extend((child, depth + 1) for child in reversed(item.findall("item")))
            if item.get("isvisible", "true").strip().lower() != "false":
                items.append(self._item(item, depth, len(items) + 1))
        return items

    def _item(self, item: Element, depth: int, number: int) -> Item:
        identifier = item.get("identifier", "") or f"item-{number}"
        title = _title(item) or identifier
        reference = item.get("identifierref", "")
        if not reference:
            return Item(identifier, title, depth=depth)
        if reference not in self._resources:
            raise PackageInvalid(
                reason=Phrase(
                    "“{title}” leads to “{reference}”, which its manifest does not list.", title=title, reference=reference
                )
            )
        resource, path = self._resources[reference]
        return Item(
            identifier,
            title,
            href=self._address(title, urljoin(path, resource.get("href", "")), item.get("parameters", "")),
            depth=depth,
            is_sco=resource.get("scormtype", "sco").lower() != "asset",
            mastery=self._mastery(item),
            threshold=_number(_first(item, "completionThreshold", "minprogressmeasure"), 0, 1),
            launch_data=(item.findtext("datafromlms") or item.findtext("dataFromLMS") or "")[:LAUNCH_DATA_MAX],
            max_time=(item.findtext("maxtimeallowed") or _first(item, "limitConditions", "attemptabsolutedurationlimit")).strip(),
            time_limit_action=(item.findtext("timelimitaction") or item.findtext("timeLimitAction") or "").strip(),
        )

    def _mastery(self, item: Element) -> str:
        if self.standard is Standard.SCORM_12:
            return _number(item.findtext("masteryscore") or "", 0, 100)
        sequencing = item.find("sequencing")
        objective = None if sequencing is None else sequencing.find("objectives/primaryObjective")
        if objective is None or objective.get("satisfiedbymeasure", "false").lower() != "true":
            return ""
        return _number(objective.findtext("minNormalizedMeasure") or "1", -1, 1)

    def _address(self, title: str, href: str, parameters: str) -> str:
        """Where an item begins, relative to the package: its path and what follows it, as a browser takes it."""
        parts = urlsplit(href.replace("\\", "/"))
        if parts.scheme or parts.netloc:
            raise PackageInvalid(reason=Phrase("“{title}” lies on another site ({address}).", title=title, address=href[:100]))
        path = normpath(parts.path)
        # Some write addresses, some names: “my%20page.html” may be either.
        inside = next((one for one in (path, unquote(path)) if self.base + one in self._archive), None)
        if inside is None:
            raise PackageInvalid(
                reason=Phrase(
                    "“{title}” begins with “{path}”, which is missing in the package.", title=title, path=parts.path[:200]
                )
            )
        query = "&".join(
            part for part in (parts.query, parameters.lstrip("?&") if not parameters.startswith("#") else "") if part
        )
        fragment = parameters if parameters.startswith("#") else f"#{parts.fragment}" if parts.fragment else ""
        return inside.replace("%", "%25").replace("?", "%3F").replace("#", "%23") + (f"?{query}" if query else "") + fragment


def _base_of(archive: Archive) -> str:
    """The folder of the manifest with a slash at its end: some pack the folder and not what is in it."""
    found = min(
        (name for name in archive.names if name.rpartition("/")[2] == MANIFEST), key=lambda name: name.count("/"), default=""
    )
    if not found:
        raise PackageInvalid(reason=Phrase("it has no {name} at its top.", name=MANIFEST))
    folder = dirname(found)
    return f"{folder}/" if folder else ""


def _resources(element: Element, path: str) -> list[tuple[Element, str]]:
    """Every resource with the base of its address, also those of manifests within."""
    found: list[tuple[Element, str]] = []
    here = urljoin(path, element.get("base", ""))
    for child in element:
        if child.tag == "resource":
            found.append((child, urljoin(here, child.get("base", ""))))
        elif child.tag in ("resources", "manifest"):
            found += _resources(child, here)
    return found


def _title(element: Element) -> str:
    return " ".join((element.findtext("title") or "").split())[:TITLE_MAX]


def _first(item: Element, tag: str, attribute: str) -> str:
    found = next((element for element in item.iter(tag)), None)
    return "" if found is None else found.get(attribute, "")


def _number(written: str, least: int, most: int) -> str:
    """A number as it was written, if it is one in this range; a demand that nobody can read demands nothing."""
    try:
        value = Decimal(written.strip())
        return written.strip() if value.is_finite() and least <= value <= most else ""
    except InvalidOperation:
        return ""
