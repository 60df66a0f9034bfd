"""Numbers that can be read aloud, and what a certificate is worth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from tuition.learning.certificates import Standing, read_number, standing
from tuition.learning.certificates.rules import RANDOM_BITS, expiry, number_of

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
entropies = st.integers(0, (1 << RANDOM_BITS) - 1)
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def drawn(entropy: int) -> str:
    number = number_of(2026, entropy)
    assume(number is not None)
    assert number is not None
    return number


@given(entropies)
def test_a_number_is_read_however_it_is_typed(entropy: int) -> None:
    number = drawn(entropy)
    assert read_number(number) == number
    sloppy = number.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert read_number(f"  {sloppy}  ") == number


@given(entropies, st.integers(0, 10), st.sampled_from(LETTERS))
def test_one_wrong_letter_is_noticed(entropy: int, place: int, letter: str) -> None:
    number = drawn(entropy)
    places = [index for index in range(9, len(number)) if number[index] != "-"]
    assume(number[places[place]] != letter)
    wrong = number[: places[place]] + letter + number[places[place] + 1 :]
    assert read_number(wrong) is None


def test_nearly_every_exchange_of_two_neighbours_is_noticed() -> None:
    tried = noticed = 0
    for entropy in range(0, 1 << RANDOM_BITS, (1 << RANDOM_BITS) // 997):
        number = number_of(2026, entropy)
        for place in [] if number is None else (9, 10, 11, 12, 15, 16, 17, 18):
            assert number is not None
            exchanged = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
            tried += exchanged != number
            noticed += exchanged != number and read_number(exchanged) is None
    assert tried > 5000
    assert noticed / tried > 0.98


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading(text: str) -> None:
    read = read_number(text)
    assert read is None or read_number(read) == read


def test_a_revocation_outlasts_an_expiry() -> None:
    past, coming = NOW - timedelta(days=1), NOW + timedelta(days=1)
    assert standing(revoked_at=None, expires_at=None, now=NOW) is Standing.VALID
    assert standing(revoked_at=None, expires_at=coming, now=NOW) is Standing.VALID
    assert standing(revoked_at=None, expires_at=NOW, now=NOW) is Standing.EXPIRED
    assert standing(revoked_at=past, expires_at=past, now=NOW) is Standing.REVOKED


def test_a_month_later_is_the_same_day_or_the_last() -> None:
    last = datetime(2027, 1, 31, 9, tzinfo=UTC)
    assert expiry(last, 1) == datetime(2027, 2, 28, 9, tzinfo=UTC)
    assert expiry(last, 24) == datetime(2029, 1, 31, 9, tzinfo=UTC)
    assert expiry(datetime(2026, 12, 5, tzinfo=UTC), 12) == datetime(2027, 12, 5, tzinfo=UTC)
    assert expiry(last, None) is None
