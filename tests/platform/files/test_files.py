"""Files: the same promises in a folder and in a bucket of Amazon's or Google's (their real protocols, over HTTP)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.server import ThreadedMotoServer
from werkzeug.serving import WSGIRequestHandler, make_server

from tuition.platform import files

MANY = os.urandom(20_000_003)


@pytest.fixture(scope="module")
def s3_address() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    client = boto3.client(
        "s3", endpoint_url=address, region_name="eu-central-1", aws_access_key_id="k", aws_secret_access_key="s"
    )
    client.create_bucket(Bucket="school", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    client.close()
    yield address
    server.stop()


@pytest.fixture(scope="module")
def google_key() -> Iterator[str]:
    """The key file of a service account, which names a server of ours: the two providers' XML speak the same words."""
    amazon = DomainDispatcherApplication(create_backend_app)

    def google(environ: dict[str, Any], start: Any) -> Any:
        # Google's bearer token is nothing that the other one understands.
        scope = "k/20260302/us-east-1/s3/aws4_request"
        environ["HTTP_AUTHORIZATION"] = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=s"
        return amazon(environ, start)

    server = make_server("127.0.0.1", 0, google, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.port}"
    client = boto3.client("s3", endpoint_url=address, region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s")
    client.create_bucket(Bucket="university")
    client.close()
    names = {"type": "service_account", "private_key": "k", "private_key_id": "k", "client_email": "a@example.org"}
    yield json.dumps({**names, "gcs_base_url": address, "disable_oauth": True})
    server.shutdown()
    thread.join()
    server.server_close()


class Silent(WSGIRequestHandler):
    """Says nothing of each request."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002  # its base class calls it so
        """Nothing."""


@pytest.fixture(params=["folder", "bucket", "google"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> files.Store:
    if request.param == "folder":
        return files.from_address("", tmp_path / "files")
    if request.param == "google":
        key = request.getfixturevalue("google_key")
        return files.from_address(f"gs://university/{tmp_path.name}", tmp_path, secret_key=key)
    address = request.getfixturevalue("s3_address")
    return files.from_address(
        f"s3://school/{tmp_path.name}", tmp_path, endpoint=address, region="eu-central-1", access_key="k", secret_key="s"
    )


async def test_what_was_written_is_read_whole_and_in_parts(store: files.Store) -> None:
    assert await store.put("films/1/note.txt", b"0123456789") == 10
    assert await store.read("films/1/note.txt") == b"0123456789"
    assert await store.read("films/1/note.txt", start=3, end=6) == b"345"
    assert await store.read("films/1/note.txt", start=7) == b"789"
    assert await store.read("films/1/note.txt", start=7, end=100) == b"789"
    assert await store.size("films/1/note.txt") == 10
    assert await store.put("films/1/note.txt", b"new") == 3
    assert await store.read("films/1/note.txt") == b"new"


async def test_an_empty_file_is_a_file(store: files.Store) -> None:
    await store.put("empty", b"")
    assert await store.exists("empty")
    assert await store.read("empty") == b""


async def test_a_large_stream_arrives_byte_by_byte_the_same(store: files.Store, tmp_path: Path) -> None:
    async def source() -> AsyncIterator[bytes]:
        for first in range(0, len(MANY), 1_000_000):
            yield MANY[first : first + 1_000_000]

    assert await store.put("large", source(), content_type="video/mp4") == len(MANY)
    assert b"".join([part async for part in store.stream("large")]) == MANY
    assert await store.read("large", start=10_000_000, end=10_000_010) == MANY[10_000_000:10_000_010]
    await store.save("large", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == MANY
    assert await store.put_file("again", tmp_path / "copy") == len(MANY)
    assert await store.read("again") == MANY


async def test_a_source_that_breaks_off_leaves_nothing_and_hurts_nothing(store: files.Store, tmp_path: Path) -> None:
    async def source() -> AsyncIterator[bytes]:
        yield MANY[:9_000_000]
        raise ConnectionResetError

    await store.put("films/kept", b"old")
    for key in ("films/kept", "films/new"):
        with pytest.raises(ConnectionResetError):
            await store.put(key, source())
    assert await store.read("films/kept") == b"old"
    assert not await store.exists("films/new")
    assert await store.keys("films") == ["films/kept"]
    assert not list(tmp_path.rglob("*#*"))  # noqa: ASYNC240  # a test has nobody to keep waiting


async def test_a_range_that_lies_outside_is_told_so(store: files.Store) -> None:
    await store.put("ten", b"0123456789")
    for start, end in ((10, None), (20, 30), (5, 5), (5, 4)):
        with pytest.raises(files.RangeInvalid, match="10 bytes"):
            await store.read("ten", start=start, end=end)


async def test_what_is_not_there_is_missing(store: files.Store) -> None:
    assert not await store.exists("nothing")
    for call in (store.size("nothing"), store.read("nothing"), store.read("nothing", start=4)):
        with pytest.raises(files.FileMissing):
            await call
    await store.delete("nothing")
    assert await store.delete_prefix("nothing") == 0


async def test_a_prefix_is_deleted_whole_and_its_neighbours_stay(store: files.Store) -> None:
    for key in ("films/1/a", "films/1/b/c", "films/10/a", "films/2"):
        await store.put(key, b"x")
    assert await store.delete_prefix("films/1") == 2
    assert await store.keys("films") == ["films/10/a", "films/2"]
    await store.delete("films/2")
    assert await store.keys("films") == ["films/10/a"]


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/etc/passwd",
        "../up",
        "a/../../b",
        "a//b",
        "a/",
        ".hidden",
        "a/.b",
        "a\\b",
        "a b",
        "a\x00b",
        "a#1",
        "ü",
        "a\n",
        "x" * 513,
        "~/a",
        "C:/a",
        "a/%2e%2e/b",
    ],
)
async def test_a_key_cannot_climb(store: files.Store, key: str) -> None:
    for call in (store.put(key, b"x"), store.read(key), store.size(key), store.delete(key), store.delete_prefix(key)):
        with pytest.raises(files.KeyInvalid):
            await call


async def test_the_place_can_be_probed(store: files.Store, tmp_path: Path) -> None:
    await store.probe()
    away = files.s3("school", endpoint="http://127.0.0.1:9", access_key="k", secret_key="s", region="x", retries_max=0)
    with pytest.raises(files.StoreUnreachable):
        await away.probe()


def test_a_process_that_used_files_ends_well(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys, pathlib\n"
        "from tuition.platform import files\n"
        "async def main():\n"
        "    store = files.local(pathlib.Path(sys.argv[1]))\n"
        "    await store.put('a', b'x' * 1_000_000)\n"
        "    [part async for part in store.stream('a')]\n"
        "asyncio.run(main())\n"
    )
    assert subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False).returncode == 0
