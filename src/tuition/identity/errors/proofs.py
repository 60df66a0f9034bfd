"""What is refused about second proofs, passkeys, other providers and keys."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from tuition.identity.errors.accounts import InputRefused
from tuition.kernel import DomainError, ErrorKind


class FreshSignInNeeded(DomainError):
    """This changes how your account is protected, so please confirm first that it is you."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "identity.fresh_sign_in_needed"


class SecondFactorNeeded(DomainError):
    """Your role here needs two-step verification. Please set it up under “Sign-in and security” first."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "identity.second_factor_needed"


class ChallengeExpired(DomainError):
    """This took too long, or was tried too often. Please begin again."""

    kind = ErrorKind.GONE
    code = "identity.challenge_expired"


class CodeWrong(InputRefused):
    """This code does not fit. Codes change every 30 seconds: take the newest one, and check the clock of your phone."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "identity.code_wrong"
    field: ClassVar[str] = "code"


class CodeUsed(InputRefused):
    """This code was used already, and each works once. Please take the next one."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "identity.code_used"
    field: ClassVar[str] = "code"


class SecondFactorLocked(DomainError):
    """The second step failed too often. Please wait {retry_after_s} seconds and try again."""

    kind = ErrorKind.TOO_MANY
    code = "identity.second_factor_locked"


class AuthenticatorMissing(DomainError):
    """There is no authenticator app to confirm. Please begin the set-up again."""

    kind = ErrorKind.CONFLICT
    code = "identity.authenticator_missing"


class SecondFactorOff(DomainError):
    """Two-step verification is not on."""

    kind = ErrorKind.CONFLICT
    code = "identity.second_factor_off"


class PasskeyRefused(DomainError):
    """This passkey could not be checked. Please try again; if it goes on, use another way to sign in."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "identity.passkey_refused"


class PasskeyUnknown(DomainError):
    """There is no such passkey here. It may have been removed from your account."""

    kind = ErrorKind.NOT_FOUND
    code = "identity.passkey_unknown"


class PasskeyTaken(DomainError):
    """This device has a passkey here already."""

    kind = ErrorKind.CONFLICT
    code = "identity.passkey_taken"


class PasskeysTooMany(DomainError):
    """An account has at most {most} passkeys. Please remove one that you no longer use."""

    kind = ErrorKind.CONFLICT
    code = "identity.passkeys_too_many"


class PasskeyMissing(DomainError):
    """Please add a passkey first."""

    kind = ErrorKind.CONFLICT
    code = "identity.passkey_missing"


class LastWayIn(DomainError):
    """This is your only way to sign in. Please set a password or add a passkey first."""

    kind = ErrorKind.CONFLICT
    code = "identity.last_way_in"


class LastSecondFactor(DomainError):
    """This is your only second step. Please add another one first, or turn two-step verification off."""

    kind = ErrorKind.CONFLICT
    code = "identity.last_second_factor"


class SecondFactorRequired(DomainError):
    """Your role here needs two-step verification, so it cannot be turned off."""

    kind = ErrorKind.CONFLICT
    code = "identity.second_factor_required"


class OwnSecondFactorFirst(DomainError):
    """Please set two-step verification up for yourself first: you hold one of these roles, and would lock yourself out."""

    kind = ErrorKind.CONFLICT
    code = "identity.own_second_factor_first"


class LabelInvalid(InputRefused):
    """Please give it a name (up to {length_max} characters)."""

    code = "identity.label_invalid"
    field: ClassVar[str] = "name"


class ProviderUnknown(DomainError):
    """There is no such way to sign in here."""

    kind = ErrorKind.NOT_FOUND
    code = "identity.provider_unknown"


class ProviderUnreachable(DomainError):
    """{provider} does not answer as it should at the moment. Please try again, or sign in another way."""

    kind = ErrorKind.UNAVAILABLE
    code = "identity.provider_unreachable"


class ProviderRefused(DomainError):
    """Signing in with {provider} did not work: {reason}. Please begin again."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "identity.provider_refused"


class ProofNotFresh(DomainError):
    """{provider} does not say that you proved yourself to it just now. Use another way; “Forgot your password?” sets one."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "identity.proof_not_fresh"


class IdentityUnlinked(DomainError):
    """An account here has this address already. Sign in to it first; then link {provider} under “Sign-in and security”."""

    kind = ErrorKind.CONFLICT
    code = "identity.identity_unlinked"


class IdentityTaken(DomainError):
    """This account of {provider} belongs to another account here."""

    kind = ErrorKind.CONFLICT
    code = "identity.identity_taken"


class IdentityLinked(DomainError):
    """Another account of {provider} is linked already. Unlink it first."""

    kind = ErrorKind.CONFLICT
    code = "identity.identity_linked"


class IdentityUnknown(DomainError):
    """There is no such linked account."""

    kind = ErrorKind.NOT_FOUND
    code = "identity.identity_unknown"


class ApiKeyRefused(DomainError):
    """This API key is not valid: it is unknown, was revoked, or has expired."""

    kind = ErrorKind.UNAUTHENTICATED
    code = "identity.api_key_refused"


class ApiKeyReadOnly(DomainError):
    """This API key may only read."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "identity.api_key_read_only"


class ApiKeyLacks(DomainError):
    """This API key may not do that: it needs “{scope}”. Make a key that has it."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "identity.api_key_lacks"


class ApiKeyUnknown(DomainError):
    """There is no such API key, or it was revoked already."""

    kind = ErrorKind.NOT_FOUND
    code = "identity.api_key_unknown"


class ApiKeysTooMany(DomainError):
    """An account has at most {most} API keys. Please revoke one that is no longer used."""

    kind = ErrorKind.CONFLICT
    code = "identity.api_keys_too_many"


class ScopeRefused(InputRefused):
    """A key cannot be given the permission “{scope}”: your account does not have it."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "identity.scope_refused"
    field: ClassVar[str] = "scopes"


class ExpiryInvalid(InputRefused):
    """A key lasts from 1 to {days_max} days."""

    code = "identity.expiry_invalid"
    field: ClassVar[str] = "days"


class PasskeyCopied(DomainError):
    """This passkey seems to have been copied: it counted backwards. For your safety it was not accepted; sign in another way."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "identity.passkey_copied"

    def __init__(self, person_id: UUID) -> None:
        self.person_id = person_id
        super().__init__()
