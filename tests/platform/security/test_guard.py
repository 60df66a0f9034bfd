"""The guard: nothing that a stranger names leads into our own network."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Sequence

import pytest

from tuition.platform import guard


class Site:
    """A small web server that counts who came."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.requests.append(head)
        path = head.split()[1]
        if path.startswith("/to/"):
            writer.write(f"HTTP/1.1 302 Found\r\nLocation: {path[4:]}\r\nContent-Length: 0\r\n\r\n".encode())
        elif path == "/large":
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5000)
        elif path == "/slow":
            await asyncio.sleep(5)
        else:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        await writer.drain()
        writer.close()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    server = await asyncio.start_server(site.serve, "127.0.0.1", 0)
    site.port = server.sockets[0].getsockname()[1]
    yield site
    server.close()


def here(address: guard.Address) -> bool:
    """As if this machine were a public one, and nothing else."""
    return address == ipaddress.ip_address("127.0.0.1")


async def named(host: str, port: int) -> Sequence[str]:
    """Names for the test: one leads here, one inside, one to both."""
    return {"site.test": ["127.0.0.1"], "inside.test": ["10.0.0.1"], "both.test": ["127.0.0.1", "10.0.0.1"]}.get(host, [])


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "255.255.255.255",
        "224.0.0.1", "192.0.0.1", "198.18.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "2002:7f00:1::", "2002:0a00:0001::1", "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "2001:0:4136:e378:8000:63bf:f5ff:fffe", "2001:db8::1", "fec0::1",
    ],
)  # fmt: skip
def test_an_address_of_ours_is_not_public(address: str) -> None:
    assert not guard.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert guard.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://2130706433/", "http://0x7f000001/", "http://127.1/",
        "http://[::ffff:169.254.169.254]/latest/meta-data", "http://169.254.169.254/", "https://10.0.0.1/", "file:///etc/passwd",
        "gopher://127.0.0.1/", "http://user@127.0.0.1/", "http://1.1.1.1:22/", "http:///x", "nonsense", "", "http://[/",
        "http://" + "a" * 3000,
    ],
)  # fmt: skip
async def test_a_url_that_leads_inside_or_nowhere_is_refused(url: str) -> None:
    with pytest.raises(guard.UrlRefused):
        await guard.fetch(url, timeout_s=5)


async def test_a_public_page_is_fetched_by_its_name(site: Site) -> None:
    url = f"http://site.test:{site.port}/page"
    answer = await guard.fetch(url, ports=frozenset({site.port}), may_reach=here, resolve=named, headers={"X-Test": "1"})
    assert (answer.status, answer.body, answer.url) == (200, b"ok", url)
    assert f"host: site.test:{site.port}" in site.requests[0].lower()
    assert "x-test: 1" in site.requests[0].lower()


@pytest.mark.parametrize("name", ["inside.test", "both.test"])
async def test_a_name_that_leads_inside_is_refused_even_if_it_also_leads_out(site: Site, name: str) -> None:
    with pytest.raises(guard.UrlRefused, match="private network"):
        await guard.fetch(f"http://{name}:{site.port}/", ports=frozenset({site.port}), may_reach=here, resolve=named)
    assert site.requests == []


async def test_a_redirect_into_the_network_is_refused(site: Site) -> None:
    for target in (f"http://inside.test:{site.port}/", "http://127.0.0.1:22/", "file:///etc/passwd"):
        with pytest.raises(guard.UrlRefused):
            await guard.fetch(
                f"http://site.test:{site.port}/to/{target}", ports=frozenset({site.port}), may_reach=here, resolve=named
            )


async def test_a_redirect_outside_is_followed_without_our_headers_and_not_for_ever(site: Site) -> None:
    url = f"http://site.test:{site.port}/to//page"
    options = {"ports": frozenset({site.port}), "may_reach": here, "resolve": named}
    url = f"http://site.test:{site.port}/to/http://site.test:{site.port}/page"
    answer = await guard.fetch(url, headers={"Authorization": "secret"}, **options)  # type: ignore[arg-type]  # test options
    assert answer.body == b"ok"
    assert "secret" in site.requests[0]
    assert "secret" not in site.requests[1]
    with pytest.raises(guard.UrlRefused, match="redirects more than 0"):
        await guard.fetch(url, redirects_max=0, **options)  # type: ignore[arg-type]  # test options
    assert (await guard.fetch(url, method="POST", body=b"{}", **options)).status == 302  # type: ignore[arg-type]  # test options


async def test_a_name_is_asked_once_so_that_a_second_answer_cannot_lead_inside(site: Site) -> None:
    asked: list[str] = []

    async def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    answer = await guard.fetch(f"http://site.test:{site.port}/", ports=frozenset({site.port}), may_reach=here, resolve=rebinding)
    assert answer.status == 200
    assert asked == ["site.test"]


async def test_what_is_too_large_or_too_slow_is_given_up(site: Site) -> None:
    options = {"ports": frozenset({site.port}), "may_reach": here, "resolve": named}
    with pytest.raises(guard.AnswerTooLarge):
        await guard.fetch(f"http://site.test:{site.port}/large", bytes_max=1000, **options)  # type: ignore[arg-type]  # test options
    with pytest.raises(guard.FetchFailed, match=r"within 0.2 seconds"):
        await guard.fetch(f"http://site.test:{site.port}/slow", timeout_s=0.2, **options)  # type: ignore[arg-type]  # test options
