"""What another provider says: believed when signature, issuer, audience, times and nonce are right, and not otherwise."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from pydantic import SecretStr

from tests.identity.conftest import Heard, Joiner, actor_of, application
from tuition import identity
from tuition.identity import Claims, Intent, OpenIdProviders, errors
from tuition.kernel import FrozenClock, clock
from tuition.platform import guard, site
from tuition.platform.database import Session
from tuition.platform.settings import OpenIdProvider

ISSUER = "https://id.school.example"
PROVIDER = OpenIdProvider(id="school", name="School", issuer=ISSUER, client_id="tuition", client_secret=SecretStr("hush"))
KEY, OTHER_KEY = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
MAIL = "a@b.example"
VERIFIED = Claims("school", ISSUER, "ada-1", "ada@example.org", email_verified=True, name="Ada Lovelace")


class Provider:
    """A provider that answers what it is told to."""

    def __init__(self) -> None:
        self.key, self.headers = KEY, {"kid": "one"}
        self.said: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.token_status = 200
        self.asked: list[tuple[str, str]] = []

    async def fetch(self, url: str, *, method: str = "GET", body: bytes | None = None, **_more: Any) -> guard.Fetched:
        """Stands for the network."""
        path = urlsplit(url).path
        self.asked.append((path, (body or b"").decode()))
        answers: dict[str, Callable[[], dict[str, Any]]] = {
            "/.well-known/openid-configuration": self._metadata,
            "/keys": self._keys,
            "/token": self._token,
            "/me": lambda: self.userinfo,
        }
        status = self.token_status if path == "/token" else 200
        return guard.Fetched(url, status, {}, json.dumps(answers[path]()).encode())

    def _metadata(self) -> dict[str, Any]:
        places = {
            "authorization_endpoint": "/go?x=1",
            "token_endpoint": "/token",
            "jwks_uri": "/keys",
            "userinfo_endpoint": "/me",
        }
        return {"issuer": ISSUER} | {name: ISSUER + path for name, path in places.items()} | self.metadata

    @staticmethod
    def _keys() -> dict[str, Any]:
        public = RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
        return {"keys": [{**public, "kid": "one", "use": "sig"}, {"kty": "unknown", "kid": "two"}]}

    def _token(self) -> dict[str, Any]:
        now = int(clock.now().timestamp())
        said = {
            "iss": ISSUER,
            "aud": "tuition",
            "sub": "ada-1",
            "iat": now,
            "exp": now + 300,
            "nonce": "once",
            "email": MAIL,
        }
        said = {name: value for name, value in (said | self.said).items() if value is not None}
        return {"id_token": jwt.encode(said, self.key, "RS256", headers=self.headers), "access_token": "opens nothing"}


@pytest.fixture
def provider() -> Provider:
    """A provider in memory."""
    return Provider()


def client(provider: Provider) -> OpenIdProviders:
    """Our side of it."""
    return OpenIdProviders([PROVIDER], redirect_base="https://learn.example", fetch=provider.fetch)


async def claims_of(provider: Provider) -> Claims:
    """What we believe of the provider's answer."""
    return await client(provider).claims(PROVIDER, code="a code", verifier="v", nonce="once")


async def test_the_way_there_carries_state_nonce_and_the_hash_of_the_verifier(provider: Provider) -> None:
    address = await client(provider).address(PROVIDER, state="s", nonce="n", verifier="v", again=True)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(f"{ISSUER}/go?x=1&")
    assert asked | {"code_challenge": ""} == {
        "x": "1",
        "response_type": "code",
        "client_id": "tuition",
        "redirect_uri": "https://learn.example/sign-in/with/school/back",
        "scope": "openid email profile",
        "state": "s",
        "nonce": "n",
        "code_challenge": "",
        "code_challenge_method": "S256",
        "prompt": "login",
        "max_age": "0",
    }
    digest = hashlib.sha256(b"v").digest()
    assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")


async def test_a_sound_answer_says_who_it_is(provider: Provider, moment: FrozenClock) -> None:
    provider.said = {"email_verified": True, "name": "Ada"}
    assert await claims_of(provider) == Claims("school", ISSUER, "ada-1", MAIL, email_verified=True, name="Ada")
    assert dict(provider.asked)["/token"].count("code_verifier=v") == 1


@pytest.mark.parametrize(
    "said",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "somebody else"},
        {"aud": ["tuition", "somebody else"]},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"iat": 99_999_999_999},
        {"sub": None},
    ],
)
async def test_an_answer_for_another_attempt_audience_issuer_or_time_is_refused(
    provider: Provider, moment: FrozenClock, said: dict[str, Any]
) -> None:
    provider.said = said
    with pytest.raises(errors.ProviderRefused):
        await claims_of(provider)


async def test_an_answer_that_others_have_signed_is_refused(provider: Provider, moment: FrozenClock) -> None:
    provider.key = OTHER_KEY
    with pytest.raises(errors.ProviderRefused):
        await claims_of(provider)
    provider.key, provider.headers = KEY, {"kid": "unheard of"}
    with pytest.raises(errors.ProviderRefused):
        await claims_of(provider)


async def test_a_code_that_was_used_is_refused_and_a_broken_provider_is_unreachable(
    provider: Provider, moment: FrozenClock
) -> None:
    provider.token_status = 400
    with pytest.raises(errors.ProviderRefused):
        await claims_of(provider)
    provider.token_status = 500
    with pytest.raises(errors.ProviderUnreachable):
        await claims_of(provider)
    provider.metadata = {"issuer": "https://evil.example"}
    with pytest.raises(errors.ProviderUnreachable):
        await claims_of(provider)
    provider.metadata = {"token_endpoint": "http://10.0.0.1/token"}
    with pytest.raises(errors.ProviderUnreachable):
        await claims_of(provider)


async def test_a_provider_inside_our_network_is_not_asked_unless_the_settings_say_so() -> None:
    inside = PROVIDER.model_copy(update={"issuer": "https://127.0.0.1:1"})
    providers = OpenIdProviders([inside], redirect_base="https://learn.example")
    with pytest.raises(errors.ProviderUnreachable):
        await providers.address(inside, state="s", nonce="n", verifier="v")


async def test_the_address_may_come_from_userinfo_but_never_from_somebody_elses(provider: Provider, moment: FrozenClock) -> None:
    provider.said = {"email": None}
    provider.userinfo = {"sub": "ada-1", "email": "ada@example.org", "email_verified": True}
    assert (await claims_of(provider)).email == "ada@example.org"
    provider.userinfo["sub"] = "eve-1"
    assert (await claims_of(provider)).email == ""


async def _join(session: Session, claims: Claims = VERIFIED, **changes: Any) -> Any:
    newcomer = await identity.sign_in_with(session, claims, name="School", to="/library")
    assert isinstance(newcomer, identity.Newcomer)
    return await identity.join_with(session, newcomer.token, await application(session, **changes))


async def test_a_newcomer_joins_and_signs_in_with_it_from_then_on(session: Session, heard: Heard) -> None:
    person_id = await _join(session, email="typed@example.org", password="")
    actor = await actor_of(session, person_id)
    assert actor.email_verified
    assert (await identity.get_person_for(session, actor, person_id)).email == "ada@example.org"
    assert heard.count(identity.VerificationRequested) == 0
    signed_in = await identity.sign_in_with(session, VERIFIED, name="School")
    assert isinstance(signed_in, identity.BrowserSignIn)
    assert signed_in.person_id == person_id
    refused = await identity.sign_in_browser(session, email="ada@example.org", password="!")
    assert isinstance(refused, identity.Refused)
    assert await identity.ways_to_confirm(session, actor) == ["openid"]
    with pytest.raises(errors.LastWayIn):
        linked = await identity.list_identities(session, person_id)
        await identity.unlink_identity(session, actor, linked[0].id, name="School")


async def test_joining_asks_what_joining_needs(session: Session) -> None:
    with pytest.raises(errors.TooYoung):
        await _join(session, birth_year=2020, country="DE")
    with pytest.raises(errors.TermsNotAccepted):
        await _join(session, terms_sha256="0" * 64)


async def test_an_account_is_never_taken_over_by_its_address(session: Session, join: Joiner, heard: Heard) -> None:
    await join()
    with pytest.raises(errors.IdentityUnlinked):
        await identity.sign_in_with(session, VERIFIED, name="School")
    unverified = Claims("school", ISSUER, "eve-1", "ada@example.org", name="Eve")
    assert await _join(session, unverified, email="ada@example.org") is None
    assert heard.count(identity.AddressClaimedAgain) == 1
    assert isinstance(await identity.sign_in_with(session, unverified, name="School"), identity.Newcomer)


async def test_an_address_that_the_provider_does_not_vouch_for_is_proven_by_mail(session: Session, heard: Heard) -> None:
    unverified = Claims("school", ISSUER, "new-1", "new@example.org", name="New")
    assert await _join(session, unverified, email="new@example.org") is None
    assert heard.last(identity.VerificationRequested).address == "new@example.org"
    assert isinstance(await identity.sign_in_with(session, unverified, name="School"), identity.BrowserSignIn)


async def test_an_account_is_linked_by_whoever_is_signed_in_and_belongs_to_one_person(
    session: Session, join: Joiner, heard: Heard
) -> None:
    ada, bob = await join(), await join("bob@example.org", full_name="Bob")
    await identity.link_identity(session, ada, VERIFIED, name="School")
    assert heard.last(identity.SecurityChanged).what is identity.SecurityNews.IDENTITY_LINKED
    await identity.link_identity(session, ada, VERIFIED, name="School")
    with pytest.raises(errors.IdentityTaken):
        await identity.link_identity(session, bob, VERIFIED, name="School")
    with pytest.raises(errors.IdentityLinked):
        await identity.link_identity(session, ada, Claims("school", ISSUER, "another"), name="School")
    (linked,) = await identity.list_identities(session, ada.id)
    with pytest.raises(errors.IdentityUnknown):
        await identity.unlink_identity(session, bob, linked.id, name="School")
    with pytest.raises(errors.IdentityUnknown):
        await identity.confirm_with(session, bob, VERIFIED, name="School", since=clock.now())
    await identity.unlink_identity(session, ada, linked.id, name="School")
    assert await identity.list_identities(session, ada.id) == []


async def test_only_a_proof_since_they_left_makes_a_sign_in_fresh(
    session: Session, join: Joiner, moment: FrozenClock, heard: Heard
) -> None:
    ada = await join()
    await identity.link_identity(session, ada, VERIFIED, name="School")
    left = clock.now()
    moment.advance(timedelta(minutes=3))
    for proven_at in (None, left - timedelta(minutes=2, seconds=1)):
        with pytest.raises(errors.ProofNotFresh):
            await identity.confirm_with(session, ada, replace(VERIFIED, proven_at=proven_at), name="School", since=left)
    signed_in = await identity.sign_in_with(session, VERIFIED, name="School")
    assert isinstance(signed_in, identity.BrowserSignIn)
    actor = await identity.authenticate_cookie(session, signed_in.cookie)
    assert actor is not None
    assert not identity.is_fresh(actor), "whoever finds a session at the provider has proven nothing"
    just_now = replace(VERIFIED, proven_at=clock.now())
    await identity.confirm_with(session, actor, just_now, name="School", since=left)
    again = await identity.authenticate_cookie(session, signed_in.cookie)
    assert again is not None
    assert identity.is_fresh(again)
    newly = await identity.sign_in_with(session, just_now, name="School")
    assert isinstance(newly, identity.BrowserSignIn)
    proven = await identity.authenticate_cookie(session, newly.cookie)
    assert proven is not None
    assert identity.is_fresh(proven)


@pytest.mark.parametrize(
    ("auth_time", "is_known"), [(1, True), ("1", False), (True, False), (99_999_999_999, False), (-5, False)]
)
async def test_when_they_proved_themselves_is_a_moment_of_the_past_or_unknown(
    provider: Provider, moment: FrozenClock, auth_time: object, is_known: bool
) -> None:
    provider.said = {"auth_time": auth_time}
    assert ((await claims_of(provider)).proven_at is not None) == is_known


async def test_nobody_joins_while_the_owner_lets_nobody_in(session: Session, join: Joiner) -> None:
    ada = await join()
    await identity.link_identity(session, ada, VERIFIED, name="School")
    newcomer = await identity.sign_in_with(session, Claims("school", ISSUER, "bob-1", "bob@example.org"), name="School")
    assert isinstance(newcomer, identity.Newcomer)
    await site.change(session, None, sign_up_open=False)
    with pytest.raises(errors.SignUpClosed):
        await identity.join_with(session, newcomer.token, await application(session, email="bob@example.org"))
    with pytest.raises(errors.SignUpClosed):
        await identity.sign_in_with(session, Claims("school", ISSUER, "eve-1", "eve@example.org"), name="School")
    assert isinstance(await identity.sign_in_with(session, VERIFIED, name="School"), identity.BrowserSignIn)


async def test_whoever_comes_back_has_left_from_the_same_browser_for_the_same_provider_once(session: Session) -> None:
    away = await identity.depart(session, "school", Intent.SIGN_IN, to="/library")
    for provider_id, state, browser in (
        ("school", away.state, "another browser"),
        ("other", away.state, away.browser),
        ("school", away.state[:-1] + "x", away.browser),
    ):
        with pytest.raises(errors.ChallengeExpired):
            await identity.come_back(session, provider_id, state=state, browser=browser)
    arrival = await identity.come_back(session, "school", state=away.state, browser=away.browser)
    assert (arrival.to, arrival.nonce, arrival.verifier) == ("/library", away.nonce, away.verifier)
    with pytest.raises(errors.ChallengeExpired):
        await identity.come_back(session, "school", state=away.state, browser=away.browser)
