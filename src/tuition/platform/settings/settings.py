"""All settings together, and what must agree among them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from tuition.platform.settings import groups
from tuition.platform.settings.values import MailProvider, Mode, Role

RESERVED_CONNECTIONS = 15
"""For migrations, archiving and the overlap of two releases."""
SECRET_KEY_LENGTH_MIN = 32
NEEDED_BY_GATEWAY = {
    "sandbox": (),
    "stripe": ("stripe_secret_key", "stripe_webhook_secret"),
    "paddle": ("paddle_api_key", "paddle_webhook_secret"),
    "lemon_squeezy": ("lemon_squeezy_api_key", "lemon_squeezy_store", "lemon_squeezy_webhook_secret"),
    "paymob": ("paymob_secret_key", "paymob_public_key", "paymob_hmac_secret"),
    "paypal": ("paypal_client_id", "paypal_secret", "paypal_webhook_id"),
    "aba_khqr": ("aba_merchant_id",),
    "bank_transfer": ("bank_account",),
}
NEEDED_BY_MAIL = {
    MailProvider.OUTBOX: (),
    MailProvider.SMTP: ("smtp_url",),
    MailProvider.RESEND: ("resend_key",),
    MailProvider.SENDGRID: ("sendgrid_key",),
}


class Settings(
    groups.TelemetryGroup,
    groups.ProvidersGroup,
    groups.SessionsGroup,
    groups.PlaceGroup,
    groups.PaymentsGroup,
    groups.MailGroup,
    groups.FilesGroup,
    groups.ServerGroup,
    groups.DatabaseGroup,
    groups.Installation,
    BaseSettings,
):
    """Everything that is decided before the start. ``load`` reads it; a test may write ``Settings(mode="test", …)``."""

    model_config = SettingsConfigDict(
        env_prefix="TUITION_",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        validate_default=False,
        hide_input_in_errors=True,
        str_strip_whitespace=True,
    )

    @model_validator(mode="after")
    def _agree(self) -> Self:
        problems = [
            *_clock(self),
            *_key(self),
            *_budget(self),
            *_gateways(self),
            *_mail(self),
            *_database(self),
            *_packages(self),
            *_files(self),
        ]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    @property
    def is_embedded(self) -> bool:
        """Whether the server that comes along is used."""
        return self.database_url is None

    @property
    def direct_address(self) -> str | None:
        """Where migrations and listeners connect: past the pooler if there is one; ``None`` for the embedded server."""
        url = self.database_direct_url or self.database_url
        return url.get_secret_value() if url else None

    @property
    def postgres_folder(self) -> Path:
        """Where the embedded server keeps its data."""
        return self.home.resolve() / "postgres"

    @property
    def files_folder(self) -> Path:
        """Where files are kept when no bucket is named."""
        return self.home.resolve() / "files"

    @property
    def enabled_gateways(self) -> tuple[str, ...]:
        """The ways to pay that are offered."""
        return self.gateways or (() if self.mode is Mode.PRODUCTION else ("sandbox",))

    @property
    def hosts(self) -> tuple[str, ...]:
        """Host names that requests may be addressed to."""
        own = self.allowed_hosts or (urlsplit(self.public_url).hostname or "localhost", "localhost", "127.0.0.1", "[::1]")
        return (*own, self.packages_host) if self.packages_host else own

    @property
    def packages_host(self) -> str:
        """The host name that only the files of packages have; none: they have no address of their own."""
        return urlsplit(self.packages_url).hostname or ""

    def pool_size(self, role: Role) -> int:
        """How many connections one process of this role may take: its share of the role's budget."""
        return max(1, self._budget_of(role) // self._processes_of(role))

    def _budget_of(self, role: Role) -> int:
        match role:
            case Role.WEB:
                return self.web_connections
            case Role.JOBS:
                return self.jobs_connections
            case Role.ADMIN:
                return self.admin_connections

    def _processes_of(self, role: Role) -> int:
        match role:
            case Role.WEB:
                return self.machines * self.workers
            case Role.JOBS:
                return self.machines * self.job_workers
            case Role.ADMIN:
                return 2  # a command now and then, and one beside it


def _clock(settings: Settings) -> list[str]:
    if settings.frozen_at and settings.mode is not Mode.TEST:
        return [f"frozen_at: the clock stands still in the mode test only, and this is {settings.mode}"]
    return []


def _key(settings: Settings) -> list[str]:
    if settings.secret_key and len(settings.secret_key.get_secret_value()) < SECRET_KEY_LENGTH_MIN:
        return [f"secret_key: it needs {SECRET_KEY_LENGTH_MIN} characters or more"]
    return []


def _budget(settings: Settings) -> list[str]:
    roles = {Role.WEB: "web_connections", Role.JOBS: "jobs_connections", Role.ADMIN: "admin_connections"}
    problems = []
    for role, name in roles.items():
        processes = settings._processes_of(role)  # noqa: SLF001  # because it is the rule of this class
        if settings._budget_of(role) < processes:  # noqa: SLF001  # because of the same
            problems.append(f"{name}: {processes} processes share {getattr(settings, name)} connections; each needs one or more")
    taken = sum(getattr(settings, name) for name in roles.values())
    if taken + RESERVED_CONNECTIONS > settings.max_connections:
        problems.append(
            f"max_connections: web, jobs and admin take {taken} together and {RESERVED_CONNECTIONS} are reserved; "
            f"the server allows {settings.max_connections}"
        )
    return problems


def _gateways(settings: Settings) -> list[str]:
    problems = []
    for gateway in settings.gateways:
        if gateway not in NEEDED_BY_GATEWAY:
            problems.append(f"gateways: there is no “{gateway}”; there are {', '.join(sorted(NEEDED_BY_GATEWAY))}")
        elif gateway == "sandbox" and settings.mode is Mode.PRODUCTION:
            problems.append("gateways: the sandbox makes pretend money and is refused in production")
        else:
            problems += _missing(settings, NEEDED_BY_GATEWAY[gateway], f"the gateway {gateway}")
    return problems


def _mail(settings: Settings) -> list[str]:
    return _missing(settings, NEEDED_BY_MAIL[settings.mail_provider], f"the mail provider {settings.mail_provider}")


def _database(settings: Settings) -> list[str]:
    if settings.is_embedded and (settings.database_pooler or settings.replica_urls):
        name = "database_pooler" if settings.database_pooler else "replica_urls"
        return [f"{name}: it needs a server of your own in database_url"]
    return []


def _packages(settings: Settings) -> list[str]:
    if settings.packages_host and settings.packages_host == urlsplit(settings.public_url).hostname:
        return ["packages_url: it needs a host name other than that of public_url, so that packages cannot reach our pages"]
    return []


def _files(settings: Settings) -> list[str]:
    secret = settings.files_secret_key
    if not settings.files_url.startswith("gs://") or secret is None:
        return []
    try:
        is_key = isinstance(json.loads(secret.get_secret_value()), dict)
    except ValueError:
        is_key = False
    return [] if is_key else ["files_secret_key: for gs:// it is the text of a service account's key file (JSON), or nothing"]


def _providers(settings: Settings) -> list[str]:
    ids = [one.id for one in settings.openid_providers]
    problems = [f"openid_providers: two are called {one}" for one in sorted({one for one in ids if ids.count(one) > 1})]
    if not settings.openid_inside:
        plain = [one.id for one in settings.openid_providers if not one.issuer.startswith("https://")]
        problems += [f"openid_providers: the issuer of {one} must begin with https://" for one in plain]
    return problems


def _missing(settings: Settings, names: tuple[str, ...], who: str) -> list[str]:
    values: dict[str, str | SecretStr | None] = {name: getattr(settings, name) for name in names}
    return [f"{name}: {who} needs it" for name, value in values.items() if not value]
