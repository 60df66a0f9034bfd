"""The rules of age, permission and patience."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuition import identity
from tuition.identity import PERMISSIONS, Actor, Role, UserStatus
from tuition.identity.rules.ages import AGES, age_of_consent, age_on, may_consent
from tuition.identity.rules.countries import COUNTRIES
from tuition.identity.rules.permissions import GRANTED
from tuition.identity.rules.sign_ins import FREE_FAILURES, LOCK_CODES_LONGEST_S, LOCK_LONGEST_S, ThrottleScope, lock_s
from tuition.kernel import new_id

countries = st.sampled_from(sorted(COUNTRIES))
years = st.integers(1920, 2026)
days = st.dates(date(2026, 1, 1), date(2040, 12, 31))
role_sets = st.frozensets(st.sampled_from(Role))
EU = [
    "AT",
    "BE",
    "BG",
    "CY",
    "CZ",
    "DE",
    "DK",
    "EE",
    "ES",
    "FI",
    "FR",
    "GR",
    "HR",
    "HU",
    "IE",
    "IT",
    "LT",
    "LU",
    "LV",
    "MT",
    "NL",
    "PL",
    "PT",
    "RO",
    "SE",
    "SI",
    "SK",
]


@given(years, days, st.integers(1, 12), st.integers(1, 28))
def test_nobody_is_thought_older_than_they_can_be(birth_year: int, day: date, month: int, birthday: int) -> None:
    born = date(birth_year, month, birthday)
    true_age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    assert age_on(birth_year, day) <= true_age


@given(years, countries, days)
def test_who_may_consent_may_do_so_on_every_later_day_and_so_may_everybody_older(
    birth_year: int, country: str, day: date
) -> None:
    now = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if may_consent(birth_year, country, now):
        assert may_consent(birth_year, country, now + timedelta(days=1))
        assert may_consent(birth_year - 1, country, now)


@given(countries, st.integers(2026, 2040))
def test_the_last_day_of_the_year_is_the_birthday(country: str, year: int) -> None:
    birth_year = year - age_of_consent(country)
    assert may_consent(birth_year, country, datetime(year, 12, 31, tzinfo=UTC))
    assert not may_consent(birth_year, country, datetime(year, 12, 30, tzinfo=UTC))


def test_every_country_of_the_union_is_listed_between_13_and_16() -> None:
    assert all(13 <= AGES[country] <= 16 for country in EU)
    assert set(AGES) <= COUNTRIES


@pytest.mark.parametrize(("country", "age"), [("DE", 16), ("FR", 15), ("EG", 15), ("AT", 14), ("GB", 13), ("US", 13), ("KH", 16)])
def test_known_ages_of_consent(country: str, age: int) -> None:
    assert age_of_consent(country) == age


def _actor(roles: frozenset[Role], status: UserStatus = UserStatus.ACTIVE) -> Actor:
    return Actor(id=new_id(), roles=roles, status=status)


@given(role_sets, role_sets, st.sampled_from(sorted(PERMISSIONS)))
def test_another_role_never_takes_a_permission_away(
    some: frozenset[Role], more: frozenset[Role], permission: identity.Permission
) -> None:
    if identity.allows(_actor(some), permission):
        assert identity.allows(_actor(some | more), permission)


@given(role_sets, st.sampled_from(sorted(PERMISSIONS)))
def test_a_permission_comes_from_a_role_that_has_it(roles: frozenset[Role], permission: identity.Permission) -> None:
    allowed = identity.allows(_actor(roles), permission)
    assert allowed == any(permission in GRANTED[role] for role in roles)
    if not allowed:
        with pytest.raises(identity.PermissionMissing):
            identity.require(_actor(roles), permission)


@given(role_sets, st.sampled_from(sorted(PERMISSIONS)), st.sampled_from([s for s in UserStatus if s is not UserStatus.ACTIVE]))
def test_who_is_not_active_may_nothing(roles: frozenset[Role], permission: identity.Permission, status: UserStatus) -> None:
    assert not identity.allows(_actor(roles, status), permission)
    assert not identity.allows(None, permission)


def test_every_role_is_in_the_table_and_the_owner_may_everything() -> None:
    assert set(GRANTED) == set(Role)
    assert GRANTED[Role.OWNER] == PERMISSIONS


@given(st.sampled_from(ThrottleScope), st.integers(0, 10_000))
def test_waiting_grows_and_never_beyond_the_longest(scope: ThrottleScope, failures: int) -> None:
    longest_s = LOCK_CODES_LONGEST_S if scope is ThrottleScope.SECOND_FACTOR else LOCK_LONGEST_S
    assert lock_s(scope, failures) <= lock_s(scope, failures + 1) <= longest_s
    assert (lock_s(scope, failures) == 0) == (failures < FREE_FAILURES[scope])
