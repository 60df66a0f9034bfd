"""From which age a person may agree for themselves, by country.

People are asked for the year of their birth only, and 31 December is assumed, so that nobody is thought older than they are.
"""

from __future__ import annotations

from datetime import date, datetime

AGE_USUAL = 16
"""What GDPR article 8(1) says where a country has not said otherwise; used for every country that is not listed too."""
BIRTH_YEAR_EARLIEST = 1900

# EU and EEA: the laws that use the opening clause of GDPR article 8(1), subparagraph 2, which allows 13 to 16.
_GDPR = {
    13: "BE EE FI IS LV MT NO PT SE",
    14: "AT BG CY ES IT LT",
    # DK: databeskyttelsesloven § 6(2), 15 since 2024-01-01. FR: loi Informatique et Libertés, art. 45. SI: ZVOP-2, art. 8.
    15: "CZ DK FR GR SI",
    16: "DE HR HU IE LI LU NL PL RO SK",
}
_ELSEWHERE = {
    "AU": 15,  # OAIC guidance on APP 3: presumed capable from 15
    "BR": 12,  # LGPD, article 14 § 1 with the Child Statute, article 2
    "CA": 14,  # Quebec's Law 25, the strictest of the provinces
    "CN": 14,  # PIPL, article 31
    "EG": 15,  # Executive Regulations of Law 151/2020 (Decree 816/2025)
    "GB": 13,  # UK Data Protection Act 2018, section 9
    "IN": 18,  # Digital Personal Data Protection Act 2023, section 2(f)
    "KR": 14,  # PIPA, article 22-2
    "SA": 18,  # Implementing Regulation of the PDPL, article 13
    "TR": 18,  # Civil Code, articles 11 and 16: no lower age in KVKK
    "US": 13,  # COPPA, 15 U.S.C. § 6501(1)
    "ZA": 18,  # POPIA, sections 1 and 35
}
AGES: dict[str, int] = {country: age for age, countries in _GDPR.items() for country in countries.split()} | _ELSEWHERE


def age_of_consent(country: str) -> int:
    """From which age somebody in this country (ISO 3166-1 alpha-2) may agree alone to how their data is used."""
    return AGES.get(country, AGE_USUAL)


def age_on(birth_year: int, day: date) -> int:
    """The least age that somebody born in that year can have on that day: born on 31 December."""
    has_had_birthday = (day.month, day.day) == (12, 31)
    return day.year - birth_year - (0 if has_had_birthday else 1)


def may_consent(birth_year: int, country: str, now: datetime) -> bool:
    """Whether the person is surely old enough to open an account without a guardian."""
    return age_on(birth_year, now.date()) >= age_of_consent(country)
