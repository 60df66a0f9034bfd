"""The store, over ``obstore``.

Its calls run in threads: the asynchronous half of obstore 0.12 aborts the interpreter when a process ends soon after.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterable, AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import GCSStore, LocalStore, ObjectStore, S3Store

from tuition.platform.files.keys import FileMissing, RangeInvalid, StoreUnreachable, check_key

CHUNK_BYTES = 256 * 1024
PART_BYTES = 8 * 1024 * 1024
READ_BYTES_MAX = 64 * 1024 * 1024
DELETE_AT_ONCE = 500
RETRIES_MAX = 5
RETRY_S = 30
PROBE_KEY = "probe.txt"

T = TypeVar("T")


class Store:
    """A place for files. Every method raises ``KeyInvalid`` for a key that cannot be."""

    def __init__(self, backend: ObjectStore, *, keeps_types: bool) -> None:
        self._backend = backend
        self._keeps_types = keeps_types

    async def put(self, key: str, data: bytes | AsyncIterable[bytes], *, content_type: str | None = None) -> int:
        """Write a file and return its size. It appears whole or not at all; what was there before is replaced."""
        check_key(key)
        if not isinstance(data, bytes):
            return await self._put_stream(key, data, content_type)
        await self._run(lambda: obstore.put(self._backend, key, data, attributes=self._attributes(content_type)))
        return len(data)

    async def put_file(self, key: str, path: Path, *, content_type: str | None = None) -> int:
        """Write a file from a file on this machine and return its size."""
        check_key(key)
        attributes = self._attributes(content_type)
        await self._run(lambda: obstore.put(self._backend, key, path, attributes=attributes, chunk_size=PART_BYTES))
        return await self.size(key)

    async def read(self, key: str, *, start: int = 0, end: int | None = None) -> bytes:
        """The bytes from ``start`` up to and without ``end``: for files that are known to be small."""
        parts: list[bytes] = []
        size = 0
        async for part in self.stream(key, start=start, end=end):
            size += len(part)
            assert size <= READ_BYTES_MAX, "a large file is streamed"
            parts.append(part)
        return b"".join(parts)

    async def stream(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from ``start`` up to and without ``end``, a few at a time. An ``end`` beyond the file is its end."""
        check_key(key)
        if end is not None and end <= start:
            raise RangeInvalid(size=await self.size(key))
        options: Any = {} if start == 0 and end is None else {"range": {"offset": start} if end is None else (start, end)}
        try:
            found = await self._run(lambda: obstore.get(self._backend, key, options=options))
        except StoreUnreachable:
            # A range that lies outside is told in as many ways as there are stores; the size settles it.
            size = await self.size(key)
            if options and start >= size:
                raise RangeInvalid(size=size) from None
            raise
        parts = iter(found.stream(min_chunk_size=CHUNK_BYTES))
        while (part := await self._run(lambda: next(parts, None))) is not None:
            yield bytes(part)

    async def save(self, key: str, path: Path) -> None:
        """Write the file to a file on this machine, for a program that wants one."""
        with path.open("wb") as target:
            async for part in self.stream(key):
                target.write(part)

    async def size(self, key: str) -> int:
        """How many bytes it has. Raises ``FileMissing``."""
        check_key(key)
        return int((await self._run(lambda: obstore.head(self._backend, key)))["size"])

    async def exists(self, key: str) -> bool:
        """Whether it is there."""
        try:
            await self.size(key)
        except FileMissing:
            return False
        return True

    async def delete(self, key: str) -> None:
        """Take it away. What is not there is away already."""
        check_key(key)
        await self._delete([key])

    async def delete_prefix(self, prefix: str) -> int:
        """Take away everything under the prefix (``films/0190…``, whole words), and return how many files that was."""
        keys = await self.keys(prefix)
        for first in range(0, len(keys), DELETE_AT_ONCE):
            await self._delete(keys[first : first + DELETE_AT_ONCE])
        return len(keys)

    async def keys(self, prefix: str) -> list[str]:
        """The keys under the prefix, sorted."""
        check_key(prefix)
        found = await self._run(lambda: [entry["path"] for batch in obstore.list(self._backend, prefix) for entry in batch])
        return sorted(found)

    async def probe(self) -> None:
        """Write, read and delete a small file: whether the place answers, with the rights that are needed."""
        await self.put(PROBE_KEY, b"ok")
        if await self.read(PROBE_KEY) != b"ok":
            raise StoreUnreachable
        await self.delete(PROBE_KEY)

    async def _put_stream(self, key: str, data: AsyncIterable[bytes], content_type: str | None) -> int:
        attributes = self._attributes(content_type)
        writer = obstore.open_writer(self._backend, key, attributes=attributes, buffer_size=PART_BYTES)
        size = 0
        # A writer that is dropped and not closed leaves nothing: only closing makes the file appear.
        async for part in data:
            size += len(part)
            await self._run(lambda piece=part: writer.write(piece))  # type: ignore[misc]  # mypy cannot infer this lambda
        await self._run(writer.close)
        return size

    async def _delete(self, keys: list[str]) -> None:
        try:
            await self._run(lambda: obstore.delete(self._backend, keys))
        except FileMissing:
            for key in keys if len(keys) > 1 else []:
                await self._delete([key])

    def _attributes(self, content_type: str | None) -> Any:
        return {"Content-Type": content_type} if content_type and self._keeps_types else None

    @staticmethod
    async def _run(call: Callable[[], T]) -> T:
        try:
            return await asyncio.to_thread(call)
        except FileNotFoundError as error:
            raise FileMissing from error
        except (BaseError, OSError) as error:
            raise StoreUnreachable from error


def local(folder: Path) -> Store:
    """A folder of this machine."""
    folder.mkdir(parents=True, exist_ok=True)
    return Store(LocalStore(folder, automatic_cleanup=True), keeps_types=False)


def s3(
    bucket: str,
    *,
    prefix: str = "",
    endpoint: str = "",
    region: str = "",
    access_key: str | None = None,
    secret_key: str | None = None,
    retries_max: int = RETRIES_MAX,
) -> Store:
    """A bucket of Amazon S3 or of anything that speaks its language (R2, MinIO, Ceph, …).

    Without keys those of the machine are used. A bucket needs a lifecycle rule that removes unfinished multipart uploads.
    """
    retry = {"max_retries": retries_max, "retry_timeout": timedelta(seconds=RETRY_S)}
    options: dict[str, Any] = {"region": region or "us-east-1", "retry_config": retry}
    if endpoint:
        # Other services are reached by path, not by a host name per bucket; plain HTTP only where it was written so.
        options |= {"endpoint": endpoint, "virtual_hosted_style_request": False}
        options |= {"client_options": {"allow_http": endpoint.startswith("http://")}}
    if access_key:
        options |= {"access_key_id": access_key, "secret_access_key": secret_key or ""}
    return Store(S3Store(bucket, prefix=prefix or None, **options), keeps_types=True)


def gcs(bucket: str, *, prefix: str = "", service_account: str | None = None, retries_max: int = RETRIES_MAX) -> Store:
    """A bucket of Google Cloud Storage. ``service_account`` is the text of its key file; without it the machine's own is used."""
    retry = {"max_retries": retries_max, "retry_timeout": timedelta(seconds=RETRY_S)}
    options: dict[str, Any] = {"retry_config": retry}
    if service_account:
        # A key file may name another address than Google's (an emulator's), which may be plain HTTP.
        is_plain = json.loads(service_account).get("gcs_base_url", "").startswith("http://")
        options |= {"service_account_key": service_account, "client_options": {"allow_http": is_plain}}
    return Store(GCSStore(bucket, prefix=prefix or None, **options), keeps_types=True)


def from_address(
    address: str,
    folder: Path,
    *,
    endpoint: str = "",
    region: str = "",
    access_key: str | None = None,
    secret_key: str | None = None,
) -> Store:
    """The store that the settings describe: ``s3://bucket/prefix``, ``gs://…``, ``file:///folder``, or nothing for ``folder``."""
    parts = urlsplit(address)
    prefix = parts.path.strip("/")
    match parts.scheme:
        case "":
            return local(folder)
        case "file":
            return local(Path(parts.path))
        case "gs":
            return gcs(parts.netloc, prefix=prefix, service_account=secret_key)
        case "s3":
            return s3(parts.netloc, prefix=prefix, endpoint=endpoint, region=region, access_key=access_key, secret_key=secret_key)
    raise AssertionError(f"no store speaks {parts.scheme}")
