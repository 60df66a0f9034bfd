"""The site's settings: one row, sensible values, an audit entry, a stamp that stays."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from tuition.kernel import new_id
from tuition.platform import audit, site
from tuition.platform.database import Database, Session


async def test_the_row_exists_from_the_beginning_with_the_usual_values(session: Session) -> None:
    settings = await site.current(session)
    assert (settings.platform_name, settings.primary_color, settings.timezone) == ("My Platform", "#3b82f6", "UTC")
    assert settings.platform_fee_rate == Decimal("0.30")
    assert (settings.refund_window_days, settings.earnings_hold_days, settings.default_currency) == (14, 7, "EUR")
    assert settings.mode is None


@pytest.mark.parametrize("statement", ["insert into platform_settings default values", "delete from platform_settings"])
async def test_a_second_row_or_none_is_refused_by_the_database(session: Session, statement: str) -> None:
    with pytest.raises(DBAPIError):
        await session.execute(text(statement))


async def test_a_change_is_stored_and_leaves_an_audit_entry_without_words(session: Session) -> None:
    owner = new_id()
    await site.change(
        session, owner, platform_name="School of Tea", primary_color="#0F766E", contact_email="tea@example.org", hero_title=""
    )
    settings = await site.current(session)
    assert (settings.platform_name, settings.primary_color, settings.hero_title) == ("School of Tea", "#0f766e", None)
    assert settings.version == 2
    (entry,) = (await audit.entries(session, action="platform.settings_changed")).items
    assert entry.actor_id == owner
    assert entry.details == {
        "platform_name": "changed",
        "contact_email": "changed",
        "primary_color": {"from": "#3b82f6", "to": "#0f766e"},
    }


async def test_a_change_that_changes_nothing_leaves_no_trace(session: Session) -> None:
    await site.change(session, None, platform_name="My Platform")
    assert (await audit.entries(session)).items == []
    assert (await site.current(session)).version == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("primary_color", "blue"),
        ("primary_color", "#12345"),
        ("primary_color", "#123456; } body { display: none"),
        ("primary_color", None),
        ("platform_name", ""),
        ("platform_name", None),
        ("platform_name", "Tea\nSchool"),
        ("legal_name", "Tea\x00"),
        ("logo_url", "javascript:alert(1)"),
        ("logo_url", "//evil.example"),
        ("logo_url", "/\\evil.example"),
        ("hero_cta_link", "data:text/html,x"),
        ("contact_email", "nobody"),
        ("social_links", {"x": "javascript:alert(1)"}),
        ("timezone", "Mars/Olympus"),
        ("timezone", "../../etc/passwd"),
        ("default_currency", "euro"),
        ("default_currency", "CRD"),
        ("platform_fee_rate", Decimal("1.01")),
        ("platform_fee_rate", Decimal("-0.01")),
        ("refund_window_days", 366),
        ("featured_content_ids", ["not an id"]),
        ("email_from_name", "Tea\r\nBcc: all@example.org"),
        ("stripe_account_id", "sk_live_1"),
        ("pool_model", "lottery"),
        ("top_up_min_minor", 60_000),
        ("legal_country", "Germany"),
    ],
)
async def test_a_value_that_makes_no_sense_is_refused_by_name(session: Session, name: str, value: Any) -> None:
    with pytest.raises(site.SettingInvalid) as refusal:
        await site.change(session, None, **{name: value})
    assert refusal.value.fields["name"].startswith(name)
    assert refusal.value.fields["problem"]


async def test_a_refused_change_leaves_nothing_to_be_written(session: Session) -> None:
    with pytest.raises(site.SettingInvalid):
        await site.change(session, None, platform_name="Tea", top_up_min_minor=60_000)
    await session.flush()
    assert (await site.current(session)).platform_name == "My Platform"


async def test_an_unknown_setting_is_refused(session: Session) -> None:
    for name in ("colour", "mode", "version", "id"):
        with pytest.raises(site.SettingUnknown):
            await site.change(session, None, **{name: "x"})


async def test_the_about_page_is_sanitised(session: Session) -> None:
    changed = await site.change(session, None, about_content="<h2>Tea</h2><script>alert(1)</script><a href='javascript:x'>y</a>")
    assert changed.about_content is not None
    assert "<h2>Tea</h2>" in changed.about_content
    assert "script" not in changed.about_content


async def test_a_database_is_stamped_once_and_for_ever(session: Session) -> None:
    assert (await site.stamp(session, site.Mode.TEST)).mode is site.Mode.TEST
    assert (await site.stamp(session, site.Mode.TEST)).version == 2
    with pytest.raises(site.StampFixed, match="stamped test"):
        await site.stamp(session, site.Mode.LIVE)
    for mode in ("'live'", "null"):
        with pytest.raises(DBAPIError, match="stamped test"):
            async with session.begin_nested():
                await session.execute(text(f"update platform_settings set mode = {mode}"))


async def test_a_glance_costs_no_query_and_sees_a_change_of_this_process_at_once(database: Database) -> None:
    async with database.reading() as session:
        await site.glance(session)
    statements: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    async with database.reading() as session:
        assert (await site.glance(session)).platform_name == "My Platform"
    assert not any("platform_settings" in statement for statement in statements)
    async with database.transaction() as session:
        await site.change(session, None, platform_name="Tea")
        assert (await site.glance(session)).platform_name == "Tea"
        async with database.reading() as other:
            assert (await site.glance(other)).platform_name == "My Platform"
    async with database.reading() as session:
        assert (await site.glance(session)).platform_name == "Tea"


async def test_a_change_that_is_rolled_back_was_never_seen(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.transaction() as session:
            await site.change(session, None, platform_name="Tea")
            await site.current(session)
            raise RuntimeError
    async with database.reading() as session:
        assert (await site.glance(session)).platform_name == "My Platform"
