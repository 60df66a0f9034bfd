"""Settings: what wins, what is refused, and how it is said."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tuition.platform.settings import Mode, Role, Settings, SettingsInvalid, load, secret_key
from tuition.platform.settings.settings import NEEDED_BY_GATEWAY


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder and no variable of ours."""
    for name in list(os.environ):
        if name.startswith("TUITION_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def problems(**overrides: object) -> list[str]:
    """What is said about the settings of now."""
    with pytest.raises(SettingsInvalid) as refusal:
        load(**overrides)
    return list(refusal.value.problems)


def test_without_any_setting_it_starts() -> None:
    settings = load()
    assert settings.is_embedded
    assert settings.mode is Mode.PRODUCTION
    assert settings.enabled_gateways == ()
    assert load(mode="demo").enabled_gateways == ("sandbox",)


def test_an_option_beats_the_environment_and_that_beats_the_file(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (bare / "tuition.toml").write_text(
        'port = 1001\nhost = "0.0.0.0"\nworkers = 2\ngateways = ["bank_transfer"]\nbank_account = "DE"'
    )
    monkeypatch.setenv("TUITION_PORT", "1002")
    monkeypatch.setenv("TUITION_WORKERS", "3")
    settings = load(workers=4)
    assert (settings.host, settings.port, settings.workers) == ("0.0.0.0", 1002, 4)
    assert settings.gateways == ("bank_transfer",)


def test_a_list_is_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUITION_ALLOWED_HOSTS", "learn.example.com, www.example.com")
    monkeypatch.setenv("TUITION_DATABASE_URL", "postgresql://u:p@one/x")
    monkeypatch.setenv("TUITION_REPLICA_URLS", "postgresql://u:p@two/x,postgresql://u:p@three/x")
    settings = load()
    assert settings.hosts == ("learn.example.com", "www.example.com")
    assert [url.get_secret_value() for url in settings.replica_urls] == ["postgresql://u:p@two/x", "postgresql://u:p@three/x"]


def test_each_bad_value_is_named_with_what_is_wrong(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (bare / "tuition.toml").write_text('default_currency = "euro"\nmode = "live"')
    monkeypatch.setenv("TUITION_PORT", "http")
    monkeypatch.setenv("TUITION_DATABASE_URL", "mysql://root:geheim@x/y")
    monkeypatch.setenv("TUITION_REPLICA_URLS", "postgresql://a/b, nonsense:geheim")
    said = problems()
    assert said == [
        "mode in tuition.toml: it should be 'production', 'demo' or 'test'",
        "TUITION_DATABASE_URL: write it like postgresql://user:password@host:5432/database",
        "TUITION_REPLICA_URLS: write it like postgresql://user:password@host:5432/database",
        "TUITION_PORT: it should be a valid integer, in digits",
        "default_currency in tuition.toml: write the three capitals of ISO 4217, like EUR",
    ]
    assert "geheim" not in "".join(said)


def test_what_a_command_takes_from_the_environment_is_no_unknown_setting(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUITION_OWNER_PASSWORD", "nine patient herons")
    assert load().home, "nothing is refused"
    monkeypatch.setenv("TUITION_OWNER_PASSPHRASE", "nine patient herons")
    [said] = problems()
    assert said.startswith("TUITION_OWNER_PASSPHRASE: there is no such setting")


def test_an_unknown_name_is_refused_with_the_one_that_was_meant(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (bare / "tuition.toml").write_text('hoome = "x"\n[nonsense]\na = 1')
    monkeypatch.setenv("TUITION_DATABSE_URL", "postgresql://x/y")
    monkeypatch.setenv("TUITION_TEST_DATABASE_URL", "of our tests, and no setting")
    assert problems() == [
        "TUITION_DATABSE_URL: there is no such setting; do you mean TUITION_DATABASE_URL?",
        "hoome in tuition.toml: there is no such setting; do you mean home?",
        "nonsense in tuition.toml: there is no such setting",
    ]


def test_a_file_that_is_named_must_be_there_and_be_readable(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUITION_CONFIG", "other.toml")
    assert problems() == ["TUITION_CONFIG: there is no file other.toml"]
    (bare / "other.toml").write_text("port = = 1")
    assert problems()[0].startswith("other.toml: Invalid value (at line 1")


@pytest.mark.parametrize("address", ["s3://", "gs:///folder", "azure://bucket", "bucket/folder", "file://"])
def test_a_place_for_files_that_no_store_speaks_is_refused(bare: Path, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("TUITION_FILES_URL", address)
    assert problems() == ["TUITION_FILES_URL: write it like s3://bucket/folder, gs://bucket/folder or file:///folder"]


def test_a_google_bucket_takes_a_key_file_or_nothing(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUITION_FILES_URL", "gs://school")
    assert load().files_url == "gs://school"
    monkeypatch.setenv("TUITION_FILES_SECRET_KEY", "sesame")
    assert problems() == ["TUITION_FILES_SECRET_KEY: for gs:// it is the text of a service account's key file (JSON), or nothing"]
    monkeypatch.setenv("TUITION_FILES_SECRET_KEY", '{"type": "service_account"}')
    assert load().files_secret_key is not None


def test_the_clock_stands_still_in_tests_only() -> None:
    moment = datetime(2026, 3, 2, tzinfo=UTC)
    assert load(mode="test", frozen_at=moment).frozen_at == moment
    assert problems(frozen_at=moment) == [
        "TUITION_FROZEN_AT: the clock stands still in the mode test only, and this is production"
    ]


def test_the_budget_of_connections_is_kept_whatever_the_number_of_processes() -> None:
    settings = load(machines=3, workers=4, job_workers=2)
    taken = sum(settings.pool_size(role) * count for role, count in ((Role.WEB, 12), (Role.JOBS, 6), (Role.ADMIN, 2)))
    assert taken <= 85
    assert problems(workers=60) == ["TUITION_WEB_CONNECTIONS: 60 processes share 50 connections; each needs one or more"]
    assert problems(web_connections=80) == [
        "TUITION_MAX_CONNECTIONS: web, jobs and admin take 115 together and 15 are reserved; the server allows 100"
    ]


def test_a_gateway_comes_with_its_keys() -> None:
    assert problems(gateways=("stripe", "sandbox", "gold")) == [
        "TUITION_STRIPE_SECRET_KEY: the gateway stripe needs it",
        "TUITION_STRIPE_WEBHOOK_SECRET: the gateway stripe needs it",
        "TUITION_GATEWAYS: the sandbox makes pretend money and is refused in production",
        f"TUITION_GATEWAYS: there is no “gold”; there are {', '.join(sorted(NEEDED_BY_GATEWAY))}",
    ]
    assert problems(mail_provider="smtp") == ["TUITION_SMTP_URL: the mail provider smtp needs it"]


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUITION_STRIPE_SECRET_KEY", "geheim-1")
    monkeypatch.setenv("TUITION_SMTP_URL", "smtp://a:geheim-2@mail.example.com")
    monkeypatch.setenv("TUITION_DATABASE_URL", "postgresql://a:geheim-3@b/c")
    settings = load()
    assert "geheim" not in repr(settings) + str(settings) + settings.model_dump_json()


def test_every_setting_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_the_secret_key_is_made_once_and_for_us_alone(bare: Path) -> None:
    settings = load(home=bare / "home")
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: secret_key(settings), range(16)))
    assert len(keys) == 1
    assert len(keys.pop()) >= 32
    assert stat.S_IMODE((bare / "home" / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in (bare / "home").iterdir()] == ["secret_key"]
    assert secret_key(load(secret_key="k" * 40)) == "k" * 40
    assert problems(secret_key="short") == ["TUITION_SECRET_KEY: it needs 32 characters or more"]
