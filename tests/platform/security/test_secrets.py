"""Secrets: what is encrypted comes back, what was tampered with does not, and keys can be changed."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuition.platform import secrets

NEW = "a new key, and long enough for the purpose"
OLD = "an old key, and long enough for the purpose"


@pytest.fixture(scope="module", autouse=True)
def keyring() -> Iterator[None]:
    secrets.configure(NEW, former=[OLD])
    yield
    secrets.configure("a key of the tests, of no worth anywhere else")


@given(st.text(), st.sampled_from(["bank", "mail"]))
def test_what_is_encrypted_comes_back_and_shows_nothing(value: str, purpose: str) -> None:
    stored = secrets.encrypt(value, purpose=purpose)
    assert secrets.decrypt(stored, purpose=purpose) == value
    assert stored != secrets.encrypt(value, purpose=purpose)
    assert len(value) < 4 or value not in stored


@given(st.text(min_size=1), st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_changed_byte_is_noticed(value: str, place: int, change: int) -> None:
    sealed = bytearray(secrets.encrypt_bytes(value.encode()))
    sealed[place % len(sealed)] ^= change
    with pytest.raises(secrets.SecretUnreadable):
        secrets.decrypt_bytes(bytes(sealed))


@pytest.mark.parametrize("stored", ["", "x", "not base64 at all!", "AAAA", "ü"])
def test_nonsense_is_unreadable_and_not_a_crash(stored: str) -> None:
    with pytest.raises(secrets.SecretUnreadable):
        secrets.decrypt(stored)


def test_a_secret_of_one_purpose_is_not_read_for_another() -> None:
    with pytest.raises(secrets.SecretUnreadable):
        secrets.decrypt(secrets.encrypt("iban", purpose="bank"), purpose="mail")


def test_a_former_key_still_reads_and_asks_to_be_replaced() -> None:
    secrets.configure(OLD)
    stored, signature = secrets.encrypt("iban"), secrets.sign(b"payload", "link")
    assert not secrets.needs_rotation(stored)
    secrets.configure(NEW, former=[OLD])
    assert secrets.needs_rotation(stored)
    assert secrets.verify(b"payload", signature, "link")
    anew = secrets.encrypt(secrets.decrypt(stored))
    secrets.configure(NEW)
    assert secrets.decrypt(anew) == "iban"
    with pytest.raises(secrets.SecretUnreadable):
        secrets.decrypt(stored)
    secrets.configure(NEW, former=[OLD])


def test_a_signature_belongs_to_its_payload_and_its_purpose() -> None:
    signature = secrets.sign(b"payload", "link")
    assert secrets.verify(b"payload", signature, "link")
    assert not secrets.verify(b"payloae", signature, "link")
    assert not secrets.verify(b"payload", signature, "cursor")
    assert not secrets.verify(b"payload", signature[:-1], "link")
    assert not secrets.verify(b"payload", "ü\ud800", "link")


def test_a_short_key_is_refused() -> None:
    with pytest.raises(AssertionError, match="at least 32"):
        secrets.configure("too short")


def test_tokens_differ_and_are_kept_as_their_hash() -> None:
    first, second = secrets.new_token(), secrets.new_token()
    assert first != second
    assert len(base64.urlsafe_b64decode(first + "=")) == 32
    assert secrets.hash_token(first) == secrets.hash_token(first) != secrets.hash_token(second)
    assert secrets.same(first, first.encode())
    assert not secrets.same(first, second)
