"""Passwords, hashed off the event loop."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, two passes, one lane. Two threads bound the memory to 38 MiB and keep
# a flood of sign-ins from taking every core.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
_nobodys_hash = _hasher.hash("nobody has this password")


async def hash_password(password: str) -> str:
    """The Argon2id hash, in PHC format."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, password)


async def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password fits the stored hash. Takes as long for ``None`` (nobody) or an unusable marker as for a real hash."""
    fits = await asyncio.get_running_loop().run_in_executor(_threads, _verify, stored or _nobodys_hash, password)
    return fits and stored is not None


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with other costs than today's."""
    return _hasher.check_needs_rehash(stored)


def _verify(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except InvalidHashError:
        _verify(_nobodys_hash, password)
        return False
    except VerificationError:
        return False
