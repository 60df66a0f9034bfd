"""Fetching what somebody else named, without being led into our own network.

A URL that a user supplies (a webhook, a cover, a feed) may name an address of ours, by number, by name, by redirect, or by a
name that answers differently the second time it is asked. So the name is resolved once, every address it gives is checked,
and the connection goes to a checked address and no other; a redirect starts again from there.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

import httpx

from tuition.kernel import DomainError, ErrorKind

BYTES_MAX = 10 * 1024 * 1024
REDIRECTS_MAX = 5
TIMEOUT_S = 15.0
PORTS = frozenset({80, 443})
URL_LENGTH_MAX = 2048
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class UrlRefused(DomainError):
    """This address cannot be fetched: {reason}."""

    kind = ErrorKind.INVALID
    code = "platform.url_refused"


class FetchFailed(DomainError):
    """The other side did not answer as it should: {reason}."""

    kind = ErrorKind.UNAVAILABLE
    code = "platform.fetch_failed"


class AnswerTooLarge(DomainError):
    """What is there is larger than {bytes_max} bytes."""

    kind = ErrorKind.TOO_LARGE
    code = "platform.fetch_too_large"


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer, after all redirects."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


def is_public(address: Address) -> bool:
    """Whether the address belongs to the public internet, also looking through the disguises of IPv6."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None or address in _NAT64:
            # It is an IPv4 address in another coat (RFC 4291, RFC 6052).
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
        if address.is_site_local or address.sixtofour is not None or address.teredo is not None:
            # Tunnels that nobody uses any more, except to hide where they lead.
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


async def resolve(host: str, port: int) -> list[str]:
    """Every address that a name has."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(item[4][0]) for item in found]


async def fetch(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    bytes_max: int = BYTES_MAX,
    timeout_s: float = TIMEOUT_S,
    ports: frozenset[int] = PORTS,
    may_reach: Callable[[Address], bool] = is_public,
    resolve: Resolve = resolve,
    redirects_max: int = REDIRECTS_MAX,
) -> Fetched:
    """Fetch it. Raises ``UrlRefused``, ``FetchFailed`` or ``AnswerTooLarge``.

    A redirect of anything but GET and HEAD is handed back and not followed: nobody redirects our payload elsewhere. Headers go
    to the first host only.
    """
    try:
        async with asyncio.timeout(timeout_s):
            for _ in range(redirects_max + 1):
                target = await _checked(url, ports, may_reach, resolve)
                answer = await _request(target, method, headers or {}, body, bytes_max)
                follow = answer.status in _REDIRECTS and method in {"GET", "HEAD"} and "location" in answer.headers
                if not follow:
                    return answer
                url = urljoin(url, answer.headers["location"])
                headers = None
    except TimeoutError as error:
        raise FetchFailed(reason=f"no answer within {timeout_s:g} seconds") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise FetchFailed(reason=type(error).__name__) from error
    raise UrlRefused(reason=f"it redirects more than {redirects_max} times")


@dataclass(frozen=True, slots=True)
class _Target:
    url: httpx.URL
    address: str


async def _checked(url: str, ports: frozenset[int], may_reach: Callable[[Address], bool], resolve: Resolve) -> _Target:
    try:
        parsed = httpx.URL(url if len(url) <= URL_LENGTH_MAX else "")
    except (httpx.InvalidURL, UnicodeError) as error:
        raise UrlRefused(reason="it is not a web address") from error
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise UrlRefused(reason="it is not a web address")
    if parsed.userinfo:
        raise UrlRefused(reason="it carries a user name")
    port = parsed.port or (443 if parsed.scheme == "https" else 80)
    if port not in ports:
        raise UrlRefused(reason=f"port {port} is not one of the web's")
    try:
        found = await resolve(parsed.host, port)
    except (OSError, UnicodeError) as error:
        raise UrlRefused(reason="its name leads nowhere") from error
    if not found:
        raise UrlRefused(reason="its name leads nowhere")
    # One private address among several is enough: a name that sometimes leads inside is not a name of the outside.
    if not all(may_reach(ipaddress.ip_address(item.partition("%")[0])) for item in found):
        raise UrlRefused(reason="it leads into a private network")
    return _Target(parsed, found[0])


async def _request(target: _Target, method: str, headers: Mapping[str, str], body: bytes | None, bytes_max: int) -> Fetched:
    host = target.url.netloc.decode("ascii")
    # To the checked address; the certificate and the virtual host are still those of the name. No proxy from the environment.
    request = httpx.Request(
        method,
        target.url.copy_with(host=target.address),
        headers={**headers, "Host": host, "Accept-Encoding": "identity"},
        content=body,
        extensions={"sni_hostname": target.url.host, "timeout": httpx.Timeout(TIMEOUT_S).as_dict()},
    )
    async with httpx.AsyncClient(trust_env=False, follow_redirects=False) as client:
        answer = await client.send(request, stream=True)
        try:
            received = bytearray()
            async for part in answer.aiter_raw():
                received += part
                if len(received) > bytes_max:
                    raise AnswerTooLarge(bytes_max=bytes_max)
        finally:
            await answer.aclose()
    return Fetched(str(target.url), answer.status_code, dict(answer.headers), bytes(received))
