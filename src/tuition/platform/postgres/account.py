"""Who owns the data and runs the server. PostgreSQL refuses root; then it runs as a number that nobody else uses.

The number needs no entry in /etc/passwd, so nothing is added to the machine. Only ``initdb`` insists on a name.
"""

from __future__ import annotations

import logging
import os
import pwd
import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuition.platform.postgres.errors import DataOfAnotherUser, FolderOutOfReach

UID = 60917
"""Lies in a range that systemd's and Debian's allocations both leave free (60578–61183)."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Account:
    """The user that the server runs as."""

    uid: int
    gid: int

    @property
    def is_us(self) -> bool:
        """Whether it is the user that we run as."""
        return self.uid == os.geteuid()

    @property
    def process_options(self) -> dict[str, Any]:
        """What ``subprocess`` needs to become this user."""
        return {} if self.is_us else {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path, *, mode: int | None = None) -> None:
        """Give one file or folder to the user."""
        if not self.is_us:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)
        if mode is not None:
            path.chmod(mode)

    def own_all(self, folder: Path) -> None:
        """Give a folder and everything below it to the user."""
        for place, folders, files in os.walk(folder):
            for name in (".", *folders, *files):
                os.chown(Path(place, name), self.uid, self.gid, follow_symlinks=False)


def account_for(folder: Path, data: Path) -> Account:
    """The user for a data folder: ourselves, or when we are root the owner of the data, or the reserved number."""
    ours = os.geteuid()
    if ours != 0:
        for path in (folder, data):
            if path.exists() and path.stat().st_uid != ours:
                raise DataOfAnotherUser(folder=str(path), owner=path.stat().st_uid)
        return Account(ours, os.getegid())
    if data.exists() and data.stat().st_uid != 0:
        return Account(data.stat().st_uid, data.stat().st_gid)
    return Account(UID, UID)


def named_account() -> Account:
    """A user without rights who has a name, for ``initdb`` when we are root."""
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        entry = next(entry for entry in pwd.getpwall() if entry.pw_uid != 0)
    return Account(entry.pw_uid, entry.pw_gid)


def let_pass(account: Account, path: Path) -> None:
    """Let the user walk to ``path`` (not look around): one entry in the access list of each closed folder above it.

    A checkout below /root is the usual case. Widening the folder's mode would let everybody in; an access list lets in one.
    """
    if account.is_us:
        return
    for folder in reversed(path.resolve().parents):
        if _may_pass(account, folder):
            continue
        try:
            _grant_passage(account, folder)
        except (AttributeError, OSError):
            raise FolderOutOfReach(uid=account.uid, folder=str(folder)) from None
        log.warning("User number %s, who runs PostgreSQL, may now pass through %s", account.uid, folder)


# The kernel's form of a POSIX access list: a version, then (tag, permissions, id) in the order of the tags.
ACCESS_LIST = "system.posix_acl_access"
VERSION = 2
OWNER, USER, GROUP, MASK, OTHER = 1, 2, 4, 16, 32
NO_ID = 0xFFFFFFFF
PASS = 1


def _may_pass(account: Account, folder: Path) -> bool:
    found = folder.stat()
    if found.st_uid == account.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    entries = list(_entries(folder))
    mask = next((permissions for tag, permissions, _ in entries if tag == MASK), PASS)
    for tag, permissions, number in entries:
        if tag == USER and number == account.uid:
            return bool(permissions & mask & PASS)
    if found.st_gid == account.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def _entries(folder: Path) -> Iterator[tuple[int, int, int]]:
    try:
        raw = os.getxattr(folder, ACCESS_LIST)
    except (AttributeError, OSError):
        return
    yield from struct.iter_unpack("<HHI", raw[4:])


def _grant_passage(account: Account, folder: Path) -> None:
    mode = folder.stat().st_mode
    entries = list(_entries(folder)) or [
        (OWNER, mode >> 6 & 7, NO_ID),
        (GROUP, mode >> 3 & 7, NO_ID),
        (MASK, mode >> 3 & 7, NO_ID),
        (OTHER, mode & 7, NO_ID),
    ]
    entries = [entry for entry in entries if (entry[0], entry[2]) != (USER, account.uid)]
    entries = [(tag, permissions | PASS if tag == MASK else permissions, number) for tag, permissions, number in entries]
    entries.append((USER, PASS, account.uid))
    entries.sort(key=lambda entry: (entry[0], entry[2]))
    raw = struct.pack("<I", VERSION) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
    os.setxattr(folder, ACCESS_LIST, raw)
