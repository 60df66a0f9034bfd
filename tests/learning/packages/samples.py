"""Packages made in code: what authoring programs write, reduced to what matters here."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Mapping, Sequence

SCORM_12 = (
    'xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2"',
    "1.2",
    "adlcp:scormtype",
)
SCORM_2004 = (
    (
        'xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3"'
        ' xmlns:imsss="http://www.imsglobal.org/xsd/imsss"'
    ),
    "2004 4th Edition",
    "adlcp:scormType",
)
Files = Mapping[str, str | bytes]


def packed(files: Files, *, links: Sequence[str] = ()) -> bytes:
    """A zip of these files; ``links`` are symbolic links to /etc/passwd."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
        for name in links:
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, "/etc/passwd")
    return data.getvalue()


def manifest(items: Sequence[str], resources: Sequence[str], *, standard: tuple[str, str, str] = SCORM_12) -> str:
    """An ``imsmanifest.xml`` around these elements."""
    spaces, version, _ = standard
    return (
        f'<?xml version="1.0"?><manifest identifier="m" {spaces}><metadata><schema>ADL SCORM</schema>'
        f"<schemaversion>{version}</schemaversion></metadata>"
        f'<organizations default="o"><organization identifier="o"><title>Safety at work</title>{"".join(items)}</organization>'
        f"</organizations><resources>{''.join(resources)}</resources></manifest>"
    )


def resource(name: str, href: str, *, kind: str = "sco", standard: tuple[str, str, str] = SCORM_12) -> str:
    """One resource of a manifest."""
    return (
        f'<resource identifier="{name}" type="webcontent" {standard[2]}="{kind}" href="{href}"><file href="{href}"/></resource>'
    )


def item(name: str, title: str, *, details: str = "", parameters: str = "") -> str:
    """One item of a manifest, leading to the resource of its name."""
    return f'<item identifier="i-{name}" identifierref="{name}" parameters="{parameters}"><title>{title}</title>{details}</item>'


FIND_12 = """
function find(win) { while (win.API == null && win.parent != null && win.parent != win) win = win.parent; return win.API; }
var api = find(window);
"""
FIND_2004 = """
function scan(win) { var tries = 0;
  while (win.API_1484_11 == null && win.parent != null && win.parent != win) { if (++tries > 500) return null; win = win.parent; }
  return win.API_1484_11; }
var api = null;
if (window.parent != null && window.parent != window) api = scan(window.parent);
if (api == null && window.opener != null) api = scan(window.opener);
"""
PAGE_12 = f"""<!doctype html><html><head><title>Safety</title><script>{FIND_12}
api.LMSInitialize("");
</script></head><body>
<h1 id="hello"></h1><p id="place"></p>
<button onclick="api.LMSSetValue('cmi.core.lesson_location','page-3');api.LMSSetValue('cmi.core.lesson_status','incomplete');
 api.LMSSetValue('cmi.suspend_data','three of four');api.LMSCommit('')">Go on</button>
<button onclick="api.LMSSetValue('cmi.core.score.raw','85');api.LMSSetValue('cmi.core.lesson_status','passed');
 api.LMSSetValue('cmi.core.session_time','00:02:05');api.LMSFinish('')">Finish</button>
<script>hello.textContent = "Hello " + api.LMSGetValue("cmi.core.student_name");
place.textContent = [api.LMSGetValue("cmi.core.entry"), api.LMSGetValue("cmi.core.lesson_location"),
 api.LMSGetValue("cmi.suspend_data")].join("|");</script>
</body></html>"""
PAGE_2004 = f"""<html><head><script>{FIND_2004}
var began = api && api.Initialize("");
</script></head><body><p id="place"></p>
<button onclick="api.SetValue('cmi.score.scaled','0.9');api.SetValue('cmi.completion_status','completed');
 api.SetValue('cmi.session_time','PT1M30S');api.Commit('');api.Terminate('')">Finish</button>
<script>place.textContent = began + "|" + api.GetValue("cmi.entry") + "|" + api.GetValue("cmi.scaled_passing_score");</script>
</body></html>"""
PASSED_BY_80 = (
    "<imsss:sequencing><imsss:objectives><imsss:primaryObjective satisfiedByMeasure='true'>"
    "<imsss:minNormalizedMeasure>0.8</imsss:minNormalizedMeasure></imsss:primaryObjective></imsss:objectives></imsss:sequencing>"
)


def single_12(*, page: str = PAGE_12, mastery: str = "", more: Files | None = None) -> bytes:
    """SCORM 1.2: one page."""
    details = f"<adlcp:masteryscore>{mastery}</adlcp:masteryscore>" if mastery else ""
    written = manifest([item("a", "Safety", details=details)], [resource("a", "index.html")])
    return packed({"imsmanifest.xml": written, "index.html": page, **(more or {})})


def single_2004(*, page: str = PAGE_2004) -> bytes:
    """SCORM 2004, 4th edition: one page, passed by 80 %."""
    resources = [resource("a", "content/start.html", standard=SCORM_2004)]
    written = manifest([item("a", "Safety", details=PASSED_BY_80, parameters="?lang=en")], resources, standard=SCORM_2004)
    return packed({"imsmanifest.xml": written, "content/start.html": page})


def several_12() -> bytes:
    """SCORM 1.2: two SCOs and an asset below a title."""
    items = [
        '<item identifier="chapter"><title>The chapter</title>',
        item("a", "First"),
        item("b", "Second"),
        "</item>",
        item("c", "Handout"),
    ]
    resources = [resource("a", "a/index.html"), resource("b", "b/index.html"), resource("c", "handout.html", kind="asset")]
    pages = {"a/index.html": PAGE_12, "b/index.html": PAGE_12, "handout.html": "<h1>Handout</h1>"}
    return packed({"imsmanifest.xml": manifest(items, resources), **pages})


FRAMED = f"""<html><head><script>{FIND_12}
api.LMSInitialize("");
function record(score) {{ api.LMSSetValue("cmi.core.score.raw", score); api.LMSSetValue("cmi.core.lesson_status", "completed");
  api.LMSCommit(""); return "recorded " + score; }}
</script></head><body><iframe src="inner.html" width="400" height="300"></iframe></body></html>"""
INNER_ASKS_PARENT = (
    """<html><body><p id="said"></p><button onclick="said.textContent = parent.record(70)">Answer</button></body></html>"""
)
INNER_FINDS_API = f"""<html><head><script>{FIND_12}</script></head><body><button onclick="api.LMSInitialize('');
 api.LMSSetValue('cmi.core.score.raw','60');api.LMSSetValue('cmi.core.lesson_status','completed');api.LMSFinish('')">Answer</button>
</body></html>"""


def framed_12(inner: str = INNER_ASKS_PARENT) -> bytes:
    """SCORM 1.2: the first page finds the API and shows another page in a frame."""
    outer = FRAMED if inner is INNER_ASKS_PARENT else FRAMED.replace('api.LMSInitialize("");', "")
    return single_12(page=outer, more={"inner.html": inner})


HOSTILE = """<html><head></head><body><p id="found"></p><script>
const tried = {};
const attempt = (name, act) => { try { tried[name] = String(act()); } catch (error) { tried[name] = "refused"; } };
attempt("page", () => top.document.title);
attempt("opener", () => top.location.href);
attempt("cookie", () => Object.getOwnPropertyDescriptor(Document.prototype, "cookie").get.call(document));
attempt("storage", () => indexedDB.open("x").constructor.name);
attempt("leave", () => { if (top === window) throw 0; top.location = "https://example.org/"; return "left"; });
const asked = fetch("/v1/me", { credentials: "include" }).then(() => "answered", () => "refused");
const post = { method: "POST", mode: "no-cors", credentials: "include" };
const sent = fetch("/v1/me/sessions", post).then(() => "sent", () => "refused");
Promise.all([asked, sent]).then(([me, write]) => { found.textContent = JSON.stringify({ ...tried, me, write }); });
</script></body></html>"""


def unpacked(data: bytes) -> dict[str, bytes]:
    """The files of a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
