"""An archive becomes files that a browser can ask for: all of them, or none."""

from __future__ import annotations

import asyncio
import re
import tempfile
from pathlib import Path
from urllib.parse import unquote
from uuid import UUID

from tuition.kernel import DomainError
from tuition.learning.packages.actions.bringing import UNPACK, begin_unpacking, fail_unpacking, finish_unpacking, zip_of
from tuition.learning.packages.manifest import Manifest
from tuition.learning.packages.queries import key_of
from tuition.learning.packages.rules import UNPACKED_BYTES_MAX
from tuition.platform import jobs
from tuition.platform.files import Archive, Store

STEPS = 50
"""How often at most progress is told."""
PUTS_AT_ONCE = 8
PAGE_BYTES_MAX = 8 * 2**20
PAGES = (".htm", ".html", ".xhtml")
BROKE = "Something broke on our side while unpacking. Bring it again; if it happens again, tell whoever runs this school."
_JUNK = ("__MACOSX/", ".DS_Store", "Thumbs.db")
_FRAME = re.compile(rb"<i?frame[\s>]", re.IGNORECASE)


async def unpack(context: jobs.Context, package_id: UUID) -> None:
    """Unpack one package. Again, also after a crash half-way, does it again from the beginning; done is done."""
    async with context.database.transaction() as session:
        if not await begin_unpacking(session, package_id):
            return
    store = context.service(Store)
    await store.delete_prefix(f"packages/{package_id}/files")
    try:
        with tempfile.TemporaryDirectory(prefix="tuition-package-") as folder:
            await store.save(zip_of(package_id), Path(folder) / "package.zip")
            await _unpack(context, store, package_id, Path(folder))
    except DomainError as error:
        async with context.database.transaction() as session:
            await fail_unpacking(session, package_id, error.sentence)
        await store.delete_prefix(f"packages/{package_id}")
        return
    await store.delete(zip_of(package_id))


async def record_broken(context: jobs.Context, package_id: UUID) -> None:
    """The last attempt raised: let its teacher see that it is not under way any more."""
    async with context.database.transaction() as session:
        await fail_unpacking(session, package_id, BROKE)
    await context.service(Store).delete_prefix(f"packages/{package_id}")


async def _unpack(context: jobs.Context, store: Store, package_id: UUID, folder: Path) -> None:
    with Archive(folder / "package.zip", total_bytes_max=UNPACKED_BYTES_MAX) as archive:
        manifest = await asyncio.to_thread(Manifest, archive)
        is_framed = await asyncio.to_thread(_is_framed, archive, manifest)
        names = [name for name in archive.names if name.startswith(manifest.base) and not _is_junk(name)]
        step = max(PUTS_AT_ONCE, len(names) // STEPS)
        subject = ("package", package_id)
        for done in range(0, len(names), step):
            await context.progress(subject, done=done, total=len(names))
            for start in range(done, min(done + step, len(names)), PUTS_AT_ONCE):
                batch = names[start : min(start + PUTS_AT_ONCE, done + step)]
                await _put(store, archive, package_id, manifest.base, batch, folder)
    async with context.database.transaction() as session:
        await finish_unpacking(session, package_id, manifest, file_count=len(names), is_framed=is_framed)
        total = len(names)
        await jobs.record_progress(session, subject, UNPACK, done=total, total=total, state="succeeded")


async def _put(store: Store, archive: Archive, package_id: UUID, base: str, names: list[str], folder: Path) -> None:
    paths = [folder / f"file-{number}" for number in range(len(names))]
    for name, path in zip(names, paths, strict=True):
        await asyncio.to_thread(archive.save, name, path)
    keys = [key_of(package_id, name.removeprefix(base)) for name in names]
    await asyncio.gather(*(store.put_file(key, path) for key, path in zip(keys, paths, strict=True)))


def _is_framed(archive: Archive, manifest: Manifest) -> bool:
    """Whether a page on which an item begins shows other pages in frames."""
    begins = {manifest.base + unquote(item.href.partition("?")[0].partition("#")[0]) for item in manifest.items if item.href}
    pages = [name for name in begins if name.lower().endswith(PAGES) and name in archive]
    return any(_FRAME.search(archive.read(name, limit=PAGE_BYTES_MAX)) for name in pages)


def _is_junk(name: str) -> bool:
    return name.startswith(_JUNK[0]) or name.rpartition("/")[2] in _JUNK[1:]
