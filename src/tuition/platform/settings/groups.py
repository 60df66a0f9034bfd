"""The settings, group by group. Every description ends up in the reference page."""

from __future__ import annotations

from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr

from tuition.platform.settings.values import (
    CountryCode,
    CurrencyCode,
    FilesAddress,
    LogFormat,
    LogLevel,
    MailProvider,
    Mode,
    PostgresAddress,
    PostgresAddresses,
    SmtpAddress,
    WebAddress,
    Words,
)

GB = 2**30
MB = 2**20


class Installation(BaseModel):
    """Where it lives and what it is for."""

    home: Path = Field(Path("data"), description="The folder that holds everything: database, files, keys, backups.")
    mode: Mode = Field(
        Mode.PRODUCTION,
        description="`production` for real people and real money, `demo` for something to look at, `test` for automatic tests.",
    )
    frozen_at: AwareDatetime | None = Field(
        None, description="A moment with its time zone at which the clock stands still. Refused outside the mode `test`."
    )
    secret_key: SecretStr | None = Field(
        None,
        description="The key from which all others are derived, 32 characters or more. Made in the home folder when not given; "
        "several machines need the same.",
    )


class DatabaseGroup(BaseModel):
    """The database and the budget of its connections."""

    database_url: PostgresAddress | None = Field(
        None,
        description="The address of a PostgreSQL of your own, 16 or newer. Empty: the server that comes along is used.",
    )
    database_pooler: bool = Field(
        default=False, description="Whether the address leads to a pooler in transaction mode, such as PgBouncer."
    )
    database_direct_url: PostgresAddress | None = Field(
        None,
        description="Beside a pooler, the address past it: migrations, and waking up workers. Empty: the same address.",
    )
    replica_urls: PostgresAddresses = Field(
        (), description="Addresses of read replicas, separated by commas. Pages that only read use them."
    )
    max_connections: int = Field(
        100,
        ge=30,
        le=10_000,
        description="How many connections the database server allows. Fifteen are left for migrations and backups.",
    )
    web_connections: int = Field(50, ge=1, description="How many of them all processes that answer requests take together.")
    jobs_connections: int = Field(25, ge=1, description="How many of them all processes that do background work take together.")
    admin_connections: int = Field(10, ge=1, description="How many of them the command line and reports take together.")


class ServerGroup(BaseModel):
    """How it is reached."""

    host: str = Field("127.0.0.1", description="The address to listen on. `0.0.0.0` listens on all.")
    port: int = Field(8000, ge=1, le=65535, description="The port to listen on.")
    public_url: WebAddress = Field(
        "http://localhost:8000", description="The address that people type, as it stands in mails and receipts."
    )
    allowed_hosts: Words = Field(
        (),
        description="Host names that requests may ask for, separated by commas. Empty: the public address's and this machine.",
    )
    packages_url: WebAddress = Field(
        "",
        description="A second address of this server, with a host name of its own, for the files of SCORM packages: "
        "packages that show pages in frames need it. Empty: they are shown in a sandbox without any.",
    )
    trusted_proxies: Words = Field(
        ("127.0.0.1", "::1"),
        description="Addresses or networks of proxies whose word about the caller is believed, separated by commas.",
    )
    machines: int = Field(
        1, ge=1, le=1000, description="How many machines run Tuition on the same database; they share the budget of connections."
    )
    workers: int = Field(1, ge=1, le=256, description="How many processes answer requests on each machine.")
    job_workers: int = Field(1, ge=1, le=256, description="How many processes do background work on each machine.")
    jobs_inside: bool = Field(
        default=True, description="Whether `tuition serve` also does background work. Set it to false where `tuition work` runs."
    )
    drain_s: int = Field(
        20, ge=0, le=600, description="How many seconds a process that is told to stop may finish what it has begun."
    )


class FilesGroup(BaseModel):
    """Where uploaded files are kept."""

    files_url: FilesAddress = Field(
        "", description="Where files are kept: `s3://bucket/folder` or `gs://bucket/folder`. Empty: in the home folder."
    )
    files_endpoint: WebAddress = Field("", description="The address of an S3-compatible service other than Amazon's.")
    files_region: str = Field("", description="The region of the bucket.")
    files_access_key: SecretStr | None = Field(None, description="The access key of the bucket.")
    files_secret_key: SecretStr | None = Field(
        None,
        description="The secret that belongs to the access key. For `gs://`: the text of a service account's key file (JSON).",
    )
    upload_max_bytes: int = Field(5 * GB, ge=MB, description="The largest file that a creator may upload, in bytes.")
    image_max_bytes: int = Field(10 * MB, ge=1024, description="The largest picture that anybody may upload, in bytes.")
    body_max_bytes: int = Field(2 * MB, ge=1024, description="The largest request that is not an upload, in bytes.")


class MailGroup(BaseModel):
    """How mail goes out."""

    mail_provider: MailProvider = Field(
        MailProvider.OUTBOX,
        description="Who carries mail: `smtp`, `resend`, `sendgrid`, or `outbox` to keep it in the back office only.",
    )
    mail_from: str = Field("Tuition <noreply@localhost>", description="The sender that people see.")
    smtp_url: SmtpAddress = Field(
        None, description="The mail server: `smtp://user:password@mail.example.com:587`, or `smtps://…:465`."
    )
    resend_key: SecretStr | None = Field(None, description="The API key of Resend.")
    sendgrid_key: SecretStr | None = Field(None, description="The API key of SendGrid.")


class PaymentsGroup(BaseModel):
    """How money comes in. Only gateways that are listed are offered."""

    gateways: Words = Field(
        (), description="The ways to pay, separated by commas. Empty: `sandbox` in demo and test, none in production."
    )
    stripe_secret_key: SecretStr | None = Field(None, description="Stripe: the secret key.")
    stripe_publishable_key: str = Field("", description="Stripe: the publishable key.")
    stripe_webhook_secret: SecretStr | None = Field(None, description="Stripe: the signing secret of the webhook.")
    paddle_api_key: SecretStr | None = Field(None, description="Paddle: the API key.")
    paddle_webhook_secret: SecretStr | None = Field(None, description="Paddle: the secret key of the notification destination.")
    lemon_squeezy_api_key: SecretStr | None = Field(None, description="Lemon Squeezy: the API key.")
    lemon_squeezy_store: str = Field("", description="Lemon Squeezy: the number of the store.")
    lemon_squeezy_webhook_secret: SecretStr | None = Field(None, description="Lemon Squeezy: the signing secret of the webhook.")
    paymob_secret_key: SecretStr | None = Field(None, description="Paymob: the secret key.")
    paymob_public_key: str = Field("", description="Paymob: the public key.")
    paymob_hmac_secret: SecretStr | None = Field(None, description="Paymob: the HMAC secret of the callbacks.")
    paymob_integrations: Words = Field((), description="Paymob: the numbers of the integrations to offer, separated by commas.")
    paypal_client_id: str = Field("", description="PayPal: the client id.")
    paypal_secret: SecretStr | None = Field(None, description="PayPal: the secret.")
    paypal_webhook_id: str = Field("", description="PayPal: the id of the webhook.")
    aba_merchant_id: str = Field("", description="ABA KHQR: the merchant's account, like `name@aba`.")
    bank_account: str = Field("", description="Bank transfer: the account that is shown to the buyer.")


class PlaceGroup(BaseModel):
    """What a new installation begins with; the owner changes it later in the back office."""

    default_currency: CurrencyCode = Field("EUR", description="The currency of a new installation.")
    default_locale: str = Field(
        "en", pattern=r"^[a-z]{2}(-[A-Z]{2})?$", description="The language of a new installation: `en` or `ar`."
    )
    country: CountryCode = Field("DE", description="The country whose law applies where nothing else is known.")


class SessionsGroup(BaseModel):
    """How long a sign-in lasts, and how often may be tried."""

    access_token_minutes: int = Field(15, ge=1, le=1440, description="How long an access token of the API is good for.")
    refresh_token_days: int = Field(30, ge=1, le=365, description="How long a refresh token is good for when it is not used.")
    session_days: int = Field(30, ge=1, le=365, description="How long a browser stays signed in when it is not used.")
    requests_per_minute: int = Field(600, ge=10, description="How many requests a minute one person or address may make.")


class OpenIdProvider(BaseModel):
    """Somebody else who vouches for people (OpenID Connect)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{0,30}$", description="A short word for addresses.")
    name: str = Field(min_length=1, max_length=60, description="What people call it.")
    issuer: WebAddress
    client_id: str = Field(min_length=1)
    client_secret: SecretStr
    scope: str = Field("openid email profile", description="What is asked for.")


class ProvidersGroup(BaseModel):
    """Signing in with accounts at other providers."""

    openid_providers: tuple[OpenIdProvider, ...] = Field(
        (),
        description="Providers of OpenID Connect, as a list of tables with `id`, `name`, `issuer`, `client_id`, `client_secret` "
        "(in the environment: as JSON). Register the address `/sign-in/with/{id}/back` there.",
    )
    openid_inside: bool = Field(
        default=False, description="Whether a provider may be in our own network, or speak plain http. For tests and intranets."
    )


class TelemetryGroup(BaseModel):
    """What it tells of itself."""

    log_format: LogFormat = Field(LogFormat.TEXT, description="`text` for a terminal, `json` for a log collector.")
    log_level: LogLevel = Field(
        LogLevel.INFO, description="The least weight that is logged: `debug`, `info`, `warning` or `error`."
    )
    otel_endpoint: WebAddress = Field("", description="Where traces are sent by OTLP over HTTP. Empty: nowhere.")
    metrics_token: SecretStr | None = Field(
        None, description="What `/metrics` asks for as a bearer token. Empty: only this machine may ask."
    )
