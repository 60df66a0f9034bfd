"""OpenID Connect as a client: discovery, the way there (authorization code, PKCE, state, nonce), and what came back.

Nothing that a provider says is believed before its signature, issuer, audience, times and nonce are right (OpenID Connect Core,
section 3.1.3.7). Everything is fetched through the guard against private addresses, unless the settings allow providers inside.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import jwt

from tuition.identity import errors
from tuition.kernel import clock
from tuition.platform import guard
from tuition.platform.settings import OpenIdProvider

CACHE_S = 3600
KEYS_AGAIN_S = 60
"""How soon keys are fetched again for a signature whose key is not among them."""
ANSWER_BYTES_MAX = 512 * 1024
LEEWAY = timedelta(minutes=2)
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by a key pair. A shared secret would let anybody who knows it vouch for anybody."""
_WEB_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Claims:
    """Who somebody is at a provider, by its signed word."""

    provider: str
    issuer: str
    subject: str
    email: str = ""
    email_verified: bool = False
    """Whether the provider itself says so."""
    name: str = ""
    proven_at: datetime | None = None
    """When they last proved themselves there, if the provider says so (``auth_time``)."""


@dataclass(slots=True)
class _Known:
    """What was fetched from one provider, and until when it is believed."""

    metadata: dict[str, Any] = field(default_factory=dict)
    metadata_until: float = 0
    keys: dict[str, Any] = field(default_factory=dict)
    keys_at: float = 0


class OpenIdProviders:
    """The providers that the settings name."""

    def __init__(
        self,
        providers: Sequence[OpenIdProvider],
        *,
        redirect_base: str,
        may_be_inside: bool = False,
        fetch: Callable[..., Awaitable[guard.Fetched]] = guard.fetch,
    ) -> None:
        self._providers = {one.id: one for one in providers}
        self._base = redirect_base.rstrip("/")
        self._may_be_inside = may_be_inside
        self._fetch_url = fetch
        self._known = {one.id: _Known() for one in providers}

    def __iter__(self) -> Iterator[OpenIdProvider]:
        return iter(self._providers.values())

    def get(self, provider_id: str) -> OpenIdProvider:
        """A provider by its short name. Raises ``ProviderUnknown``."""
        if provider_id not in self._providers:
            raise errors.ProviderUnknown
        return self._providers[provider_id]

    def name_of(self, provider_id: str) -> str:
        """What people call it; its short name when the settings know it no longer."""
        found = self._providers.get(provider_id)
        return found.name if found else provider_id

    def redirect_url(self, provider: OpenIdProvider) -> str:
        """Where the provider sends people back to; it has to be registered there."""
        return f"{self._base}/sign-in/with/{provider.id}/back"

    async def address(self, provider: OpenIdProvider, *, state: str, nonce: str, verifier: str, again: bool = False) -> str:
        """Where to send the browser. ``again`` asks the provider to have the person prove themselves anew."""
        metadata = await self._metadata(provider)
        digest = hashlib.sha256(verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": provider.client_id,
            "redirect_uri": self.redirect_url(provider),
            "scope": provider.scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
            **({"prompt": "login", "max_age": "0"} if again else {}),
        }
        there = str(metadata["authorization_endpoint"])
        return f"{there}{'&' if urlsplit(there).query else '?'}{urlencode(query)}"

    async def claims(self, provider: OpenIdProvider, *, code: str, verifier: str, nonce: str) -> Claims:
        """Exchange the code, and check what comes back. Raises ``ProviderUnreachable``, ``ProviderRefused``."""
        metadata = await self._metadata(provider)
        answer = await self._exchange(provider, metadata, code, verifier)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise errors.ProviderRefused(provider=provider.name, reason="it did not say who you are")
        said = await self._verified(provider, metadata, token, nonce)
        access = answer.get("access_token")
        if "email" not in said and isinstance(access, str) and metadata.get("userinfo_endpoint"):
            more = await self._json(provider, str(metadata["userinfo_endpoint"]), headers={"Authorization": f"Bearer {access}"})
            # Somebody else's answer must not lend its address (OpenID Connect Core, section 5.3.2).
            said |= {name: value for name, value in more.items() if more.get("sub") == said["sub"] and name not in said}
        return Claims(
            provider=provider.id,
            issuer=provider.issuer,
            subject=str(said["sub"])[:255],
            email=str(said.get("email") or "")[:254],
            email_verified=said.get("email_verified") in {True, "true"},
            name=str(said.get("name") or "")[:200],
            proven_at=_moment(said.get("auth_time")),
        )

    async def _exchange(self, provider: OpenIdProvider, metadata: Mapping[str, Any], code: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_url(provider),
            "code_verifier": verifier,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        secret = provider.client_secret.get_secret_value()
        if "client_secret_basic" in metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"]):
            pair = f"{quote_plus(provider.client_id)}:{quote_plus(secret)}"  # RFC 6749, section 2.3.1
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        else:
            form |= {"client_id": provider.client_id, "client_secret": secret}
        url = str(metadata["token_endpoint"])
        fetched = await self._fetch(provider, url, method="POST", headers=headers, body=urlencode(form).encode())
        if fetched.status in {400, 401, 403}:
            raise errors.ProviderRefused(provider=provider.name, reason="it does not accept this attempt any more")
        return _object(provider, fetched)

    async def _verified(self, provider: OpenIdProvider, metadata: Mapping[str, Any], token: str, nonce: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
            key = await self._key(provider, metadata, header)
            said: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=list(ALGORITHMS),
                audience=provider.client_id,
                issuer=provider.issuer,
                # The times are compared with our own clock, below.
                options={
                    "require": ["exp", "iat", "iss", "aud", "sub"],
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
            now, leeway_s = clock.now().timestamp(), LEEWAY.total_seconds()
            in_time = float(said["iat"]) - leeway_s <= now <= float(said["exp"]) + leeway_s
        except (jwt.PyJWTError, ValueError, TypeError, KeyError) as error:
            raise errors.ProviderRefused(provider=provider.name, reason="its signature could not be checked") from error
        if not in_time:
            raise errors.ProviderRefused(provider=provider.name, reason="its answer is too old")
        several = isinstance(said["aud"], list) and len(said["aud"]) > 1
        if said.get("nonce") != nonce or (several and said.get("azp") != provider.client_id):
            raise errors.ProviderRefused(provider=provider.name, reason="its answer belongs to another attempt")
        return said

    async def _key(self, provider: OpenIdProvider, metadata: Mapping[str, Any], header: Mapping[str, Any]) -> Any:
        known = self._known[provider.id]
        age_s = time.monotonic() - known.keys_at
        missing = header.get("kid") not in known.keys
        if not known.keys or age_s > CACHE_S or (missing and age_s > KEYS_AGAIN_S):
            found = await self._json(provider, str(metadata["jwks_uri"]))
            usable = [one for one in found.get("keys", []) if isinstance(one, dict) and one.get("use", "sig") == "sig"]
            known.keys = {str(one.get("kid")): one for one in usable if one.get("kty") in {"RSA", "EC", "OKP"}}
            known.keys_at = time.monotonic()
        only = next(iter(known.keys.values())) if len(known.keys) == 1 and "kid" not in header else None
        found_key = known.keys.get(str(header.get("kid")), only)
        if found_key is None or header.get("alg") not in ALGORITHMS:
            raise errors.ProviderRefused(provider=provider.name, reason="its signature could not be checked")
        return jwt.PyJWK.from_dict(found_key, algorithm=str(header["alg"])).key

    async def _metadata(self, provider: OpenIdProvider) -> dict[str, Any]:
        known = self._known[provider.id]
        if time.monotonic() >= known.metadata_until:
            found = await self._json(provider, provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
            needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            # Whoever answers for another issuer could vouch for that one's people (OpenID Connect Discovery, section 4.3).
            if found.get("issuer") != provider.issuer or not all(
                _is_web(found.get(name), inside=self._may_be_inside) for name in needed
            ):
                raise errors.ProviderUnreachable(provider=provider.name)
            known.metadata, known.metadata_until = found, time.monotonic() + CACHE_S
        return known.metadata

    async def _json(self, provider: OpenIdProvider, url: str, *, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        return _object(provider, await self._fetch(provider, url, headers={"Accept": "application/json", **(headers or {})}))

    async def _fetch(
        self, provider: OpenIdProvider, url: str, *, method: str = "GET", headers: Mapping[str, str], body: bytes | None = None
    ) -> guard.Fetched:
        parts = urlsplit(url)
        port = parts.port or _WEB_PORTS.get(parts.scheme, 443)
        reach: dict[str, Any] = {"may_reach": lambda _address: True} if self._may_be_inside else {}
        try:
            return await self._fetch_url(
                url, method=method, headers=headers, body=body, bytes_max=ANSWER_BYTES_MAX, ports=frozenset({port}), **reach
            )
        except (guard.UrlRefused, guard.FetchFailed, guard.AnswerTooLarge) as error:
            raise errors.ProviderUnreachable(provider=provider.name) from error


def _moment(seconds: object) -> datetime | None:
    """When that was; nothing for what is no moment of the past."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    latest = clock.now() + LEEWAY
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds <= latest.timestamp() else None


def _is_web(url: object, *, inside: bool) -> bool:
    return isinstance(url, str) and urlsplit(url).scheme in ({"https", "http"} if inside else {"https"})


def _object(provider: OpenIdProvider, fetched: guard.Fetched) -> dict[str, Any]:
    try:
        found = json.loads(fetched.body) if fetched.status == 200 else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise errors.ProviderUnreachable(provider=provider.name)
    return found
