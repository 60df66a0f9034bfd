"""Where the servers of the tests keep their files: in memory if there is room, else in ``.cache``.

A clone is a thousand small files, made and removed for each test that commits. On a disk that is most of what a run of the tests
costs (ext4 looks for numbers that it did not free lately); in memory a clone takes 25 ms where it took 600.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MEMORY = Path("/dev/shm")  # noqa: S108 - the folder made in it has a name that nobody knows before, and is ours alone
NEEDED_BYTES = 2 * 1024**3


def folder(name: str, *, cache: Path = ROOT / ".cache", memory: Path = MEMORY, needed: int = NEEDED_BYTES) -> Path:
    """The folder of this name, made if it is missing. One in memory has a link in ``.cache``; ``make clean`` removes both."""
    path = cache / name
    if path.is_dir():
        return path
    cache.mkdir(parents=True, exist_ok=True)
    if not memory.is_dir() or shutil.disk_usage(memory).free < needed:
        path.mkdir(exist_ok=True)
        return path
    # A link to what a restart of the machine took away.
    path.unlink(missing_ok=True)
    made = Path(tempfile.mkdtemp(prefix="tuition-tests-", dir=memory))
    try:
        path.symlink_to(made, target_is_directory=True)
    except FileExistsError:
        # Another process was first.
        made.rmdir()
    return path
