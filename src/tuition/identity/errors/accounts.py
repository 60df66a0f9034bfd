"""What identity refuses, in words for the person. ``field`` names the input that a refusal is about."""

from __future__ import annotations

from typing import ClassVar

from tuition.kernel import DomainError, ErrorKind


class PermissionMissing(DomainError):
    """Your account may not do this: it needs the permission “{permission}”."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "identity.permission_missing"


class EmailUnverified(DomainError):
    """Please verify your e-mail address first: open the link that we sent you, or ask for a new one in your settings."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "identity.email_unverified"


class TokenRefused(DomainError):
    """This access token is not valid, has expired, or its sign-in was ended. Sign in again."""

    kind = ErrorKind.UNAUTHENTICATED
    code = "identity.token_refused"


class SignUpClosed(DomainError):
    """Nobody can join here by themselves at the moment. If you have an account, sign in; else ask whoever runs this school."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "identity.sign_up_closed"


class SignInNeeded(DomainError):
    """Please sign in first."""

    kind = ErrorKind.UNAUTHENTICATED
    code = "identity.sign_in_needed"


class CredentialsWrong(DomainError):
    """This e-mail address and this password do not belong together."""

    kind = ErrorKind.UNAUTHENTICATED
    code = "identity.credentials_wrong"


class SignInLocked(DomainError):
    """Signing in failed too often. Please wait {retry_after_s} seconds and try again, or set a new password."""

    kind = ErrorKind.TOO_MANY
    code = "identity.sign_in_locked"


class AccountSuspended(DomainError):
    """This account is suspended. The reason given: {reason}. Please write to the people who run this site."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "identity.account_suspended"


class AccountClosed(DomainError):
    """This account is closed. To open it again, please write to the people who run this site."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "identity.account_closed"


class RefreshRefused(DomainError):
    """This refresh token is not valid any more. Sign in again."""

    kind = ErrorKind.UNAUTHENTICATED
    code = "identity.refresh_refused"


class RefreshReused(DomainError):
    """This refresh token was already used, so somebody may have copied it. We ended that sign-in everywhere; sign in again."""

    kind = ErrorKind.UNAUTHENTICATED
    code = "identity.refresh_reused"


class PasswordWrong(DomainError):
    """This is not your present password."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "identity.password_wrong"
    field: ClassVar[str] = "current_password"


class MailedTokenRefused(DomainError):
    """This link is not valid any more: it was used, it has expired, or a newer one was sent. Please ask for a new one."""

    kind = ErrorKind.GONE
    code = "identity.mailed_token_refused"


class PersonUnknown(DomainError):
    """There is no such person."""

    kind = ErrorKind.NOT_FOUND
    code = "identity.person_unknown"


class SignInUnknown(DomainError):
    """There is no such sign-in, or it has ended already."""

    kind = ErrorKind.NOT_FOUND
    code = "identity.sign_in_unknown"


class LegalTextUnknown(DomainError):
    """There is no such legal text."""

    kind = ErrorKind.NOT_FOUND
    code = "identity.legal_text_unknown"


class OwnerExists(DomainError):
    """This installation has an owner already."""

    kind = ErrorKind.CONFLICT
    code = "identity.owner_exists"


class OwnerNeeded(DomainError):
    """This is the only owner who is left. Name another owner first."""

    kind = ErrorKind.CONFLICT
    code = "identity.owner_needed"


class AddressTaken(DomainError):
    """Another account uses this e-mail address."""

    kind = ErrorKind.CONFLICT
    code = "identity.address_taken"
    field: ClassVar[str] = "email"


class PersonNotActive(DomainError):
    """This account is {status}, so this cannot be done to it."""

    kind = ErrorKind.CONFLICT
    code = "identity.person_not_active"


class InputRefused(DomainError):
    """This is not right."""

    # The parent of every refusal that is about one thing that was typed.

    field: ClassVar[str] = ""
    code = "identity.input_refused"


class AddressInvalid(InputRefused):
    """This does not look like an e-mail address."""

    code = "identity.address_invalid"
    field = "email"


class NameMissing(InputRefused):
    """Please tell us what to call you (up to {length_max} characters)."""

    code = "identity.name_missing"
    field = "full_name"


class PasswordTooShort(InputRefused):
    """A password needs at least {length_min} characters. Several words make a good one."""

    code = "identity.password_too_short"
    field = "password"


class PasswordTooLong(InputRefused):
    """A password has at most {length_max} characters."""

    code = "identity.password_too_long"
    field = "password"


class PasswordGuessable(InputRefused):
    """This password is too easy to guess: it is your e-mail address or name, or one character over and over."""

    code = "identity.password_guessable"
    field = "password"


class BirthYearInvalid(InputRefused):
    """Please give the four digits of the year in which you were born."""

    code = "identity.birth_year_invalid"
    field = "birth_year"


class CountryUnknown(InputRefused):
    """Please choose a country from the list."""

    code = "identity.country_unknown"
    field = "country"


class TooYoung(InputRefused):
    """In your country an account needs the age of {age} years, or a guardian's consent, which we cannot take yet. We are sorry.
    Nothing that you typed was kept; please come back with your parent or guardian when we can."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "identity.too_young"
    field = "birth_year"


class TermsChanged(DomainError):
    """The terms of use have changed. Please read and accept them before you go on."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "identity.terms_changed"


class TermsNotAccepted(InputRefused):
    """Please read and accept the present text; it may have changed while you were reading."""

    code = "identity.terms_not_accepted"
    field = "terms_sha256"


class LocaleUnknown(InputRefused):
    """This site does not speak that language yet."""

    code = "identity.locale_unknown"
    field = "locale"


class TimeZoneUnknown(InputRefused):
    """There is no such time zone."""

    code = "identity.time_zone_unknown"
    field = "time_zone"


class CurrencyUnknown(InputRefused):
    """A currency is three capitals, such as EUR."""

    code = "identity.currency_unknown"
    field = "currency"


class TextTooLong(InputRefused):
    """This is longer than {length_max} characters."""

    code = "identity.text_too_long"

    def __init__(self, *, field: str, length_max: int) -> None:
        super().__init__(field=field, length_max=length_max)


class ImageAddressInvalid(InputRefused):
    """The address of a picture begins with https:// or with a slash."""

    code = "identity.image_address_invalid"
    field = "profile_image_url"


class TooYoungToMove(InputRefused):
    """In that country an account needs the age of {age} years or a guardian's consent, which we cannot take yet."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "identity.too_young_to_move"
    field = "country"


class ReasonMissing(InputRefused):
    """Please give a reason (up to {length_max} characters): the person will read it."""

    code = "identity.reason_missing"
    field = "reason"
