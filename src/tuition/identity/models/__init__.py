"""The tables of people and of how they sign in."""

from tuition.identity.models.factors import ApiKey, Authenticator, Challenge, OAuthIdentity, Passkey, RecoveryCode
from tuition.identity.models.people import UNUSABLE_PASSWORD, LegalText, TermsAcceptance, User, UserRole
from tuition.identity.models.sign_ins import MailedToken, RefreshToken, SignIn, SignInThrottle

__all__ = [
    "UNUSABLE_PASSWORD",
    "ApiKey",
    "Authenticator",
    "Challenge",
    "LegalText",
    "MailedToken",
    "OAuthIdentity",
    "Passkey",
    "RecoveryCode",
    "RefreshToken",
    "SignIn",
    "SignInThrottle",
    "TermsAcceptance",
    "User",
    "UserRole",
]
