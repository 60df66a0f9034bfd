"""The kinds of value that a setting takes."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode


class Mode(StrEnum):
    """What the installation is for."""

    PRODUCTION = "production"
    """Real people and real money."""
    DEMO = "demo"
    """Something to look at: pretend money, example schools."""
    TEST = "test"
    """A machine is looking: the clock may stand still."""


class Role(StrEnum):
    """Who takes connections from the budget."""

    WEB = "web"
    """Requests."""
    JOBS = "jobs"
    """Background work."""
    ADMIN = "admin"
    """The command line, and reports."""


class LogFormat(StrEnum):
    """How a line of the log looks."""

    TEXT = "text"
    """For people at a terminal."""
    JSON = "json"
    """For programs that collect logs."""


class LogLevel(StrEnum):
    """From which weight on something is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class MailProvider(StrEnum):
    """Who carries mail out."""

    OUTBOX = "outbox"
    """Nobody: it is kept, and read in the back office."""
    SMTP = "smtp"
    RESEND = "resend"
    SENDGRID = "sendgrid"


def _split(value: Any) -> Any:
    """A list is written with commas in the environment, and as a list in the file."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _split_secrets(value: Any) -> Any:
    return [SecretStr(part) if isinstance(part, str) else part for part in _split(value)]


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment):
        raise ValueError("write it like https://learn.example.com")
    return value.rstrip("/")


def _postgres_address(value: SecretStr) -> SecretStr:
    if not re.match(r"postgres(ql)?(\+psycopg)?://.", value.get_secret_value()):
        raise ValueError("write it like postgresql://user:password@host:5432/database")
    return value


def _files_address(value: str) -> str:
    parts = urlsplit(value)
    if value and not ((parts.scheme in {"s3", "gs"} and parts.netloc) or (parts.scheme == "file" and parts.path)):
        raise ValueError("write it like s3://bucket/folder, gs://bucket/folder or file:///folder")
    return value


def _smtp_address(value: SecretStr | None) -> SecretStr | None:
    if value and not re.match(r"smtps?://[^/@]*(@[^/]+)?", value.get_secret_value()):
        raise ValueError("write it like smtp://user:password@mail.example.com:587")
    return value


def _currency(value: str) -> str:
    if not re.fullmatch("[A-Z]{3}", value):
        raise ValueError("write the three capitals of ISO 4217, like EUR")
    return value


def _country(value: str) -> str:
    if not re.fullmatch("[A-Z]{2}", value):
        raise ValueError("write the two capitals of ISO 3166, like DE")
    return value


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
PostgresAddress = Annotated[SecretStr, AfterValidator(_postgres_address)]
PostgresAddresses = Annotated[tuple[PostgresAddress, ...], NoDecode, BeforeValidator(_split_secrets)]
FilesAddress = Annotated[str, AfterValidator(_files_address)]
SmtpAddress = Annotated[SecretStr | None, AfterValidator(_smtp_address)]
CurrencyCode = Annotated[str, AfterValidator(_currency)]
CountryCode = Annotated[str, AfterValidator(_country)]
