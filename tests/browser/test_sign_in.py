"""Signing in in a real browser: an app's codes on a phone, passkeys on Chromium's virtual device, and proving it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pyotp
import pytest
from playwright.async_api import Page, expect
from pydantic import SecretStr
from sqlalchemy import update

from tests.browser.conftest import DESKTOP, PHONE, OpenPage, Serve, findings, free_port, sideways
from tuition import identity
from tuition.edge import Runtime
from tuition.identity import Role, SignIn
from tuition.kernel import clock
from tuition.main import build_runtime, create_app
from tuition.platform import site
from tuition.platform.settings import Mode, Settings

pytestmark = pytest.mark.browser
EMAIL, PASSWORD = "ada@example.org", "seven quiet otters"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@dataclass
class Place:
    """A school with one person in it, reached by a name: passkeys do not work at numbers."""

    runtime: Runtime
    address: str
    person_id: UUID

    async def sign_in(self, page: Page) -> None:
        """Sign in by password."""
        await page.goto(f"{self.address}/sign-in")
        await page.fill("[name=email]", EMAIL)
        await page.fill("[name=password]", PASSWORD)
        await page.click("main form[action='/sign-in'] [type=submit]")
        await page.wait_for_url(lambda url: not url.endswith("/sign-in"))

    async def grow_stale(self) -> None:
        """Let the last proof be an hour ago."""
        async with self.runtime.database.transaction() as session:
            await session.execute(update(SignIn).values(confirmed_at=clock.now() - timedelta(hours=1)))


@pytest.fixture
async def place(database_url: str, tmp_path: Path, serve: Serve) -> Place:
    """The school, served."""
    port = free_port()
    address = f"http://localhost:{port}"
    settings = Settings(mode=Mode.TEST, home=tmp_path / "home", port=port, public_url=address, secret_key=SecretStr("k" * 40))
    runtime = build_runtime(settings, database_url)
    async with runtime.database.transaction() as session:
        person_id = await identity.add_person(
            session, email=EMAIL, password=PASSWORD, full_name="Ada Lovelace", roles=[Role.OWNER]
        )
    await serve(create_app(runtime), port)
    return Place(runtime, address, person_id)


async def with_device(page: Page) -> None:
    """Give the browser a device that keeps passkeys and whose person agrees to whatever is asked."""
    debugger = await page.context.new_cdp_session(page)
    await debugger.send("WebAuthn.enable")
    await debugger.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


async def without_suggestions(page: Page) -> None:
    """From the next page on the browser suggests no passkey by itself: only a button asks for one."""
    await page.add_init_script("PublicKeyCredential.isConditionalMediationAvailable = async () => false")


async def sound(page: Page) -> None:
    """Nothing for axe to find, and nothing wider than the window."""
    assert await findings(page) == []
    assert await sideways(page) == 0


def next_code(secret: str) -> str:
    """The code of the next step: within the drift, and not the one that was used to set the app up."""
    return pyotp.TOTP(secret).at(clock.now() + timedelta(seconds=30))


async def test_an_app_is_set_up_on_a_phone_and_asked_for_afterwards(place: Place, open_page: OpenPage) -> None:
    page = await open_page(width=PHONE)
    await place.sign_in(page)
    await page.goto(f"{place.address}/settings/security")
    await sound(page)
    await page.click("a[href='/settings/security/authenticator']")
    secret = (await page.inner_text("[data-secret]")).replace(" ", "")
    await sound(page)
    await page.fill("[name=code]", "nonsense")
    await page.click("main [type=submit]")
    await expect(page.locator(".field-error")).to_contain_text("This code does not fit.")
    await page.fill("[name=code]", pyotp.TOTP(secret).at(clock.now()))
    await page.click("main [type=submit]")
    await expect(page.locator(".codes code")).to_have_count(10)
    codes = await page.locator(".codes code").all_inner_texts()
    await sound(page)
    await page.click("text=I have kept them")
    await expect(page.locator("main")).to_contain_text("10 are left")
    await sound(page)
    await page.context.clear_cookies()
    await place.sign_in(page)
    await expect(page.locator("h1")).to_have_text("One more step")
    await sound(page)
    await page.fill("[name=code]", next_code(secret))
    await page.click("main form [type=submit]")
    await page.wait_for_url(f"{place.address}/")
    await page.context.clear_cookies()
    await place.sign_in(page)
    await page.click("text=Use a recovery code")
    await page.fill("[name=code]", codes[0])
    await page.click("main form [type=submit]")
    await page.wait_for_url(f"{place.address}/")


async def test_a_passkey_signs_in_without_typing_and_proves_it_again(place: Place, open_page: OpenPage) -> None:
    page = await open_page(width=PHONE)
    await with_device(page)
    await place.sign_in(page)
    await page.goto(f"{place.address}/settings/security/passkeys/add")
    await sound(page)
    await page.fill("[name=name]", "My phone")
    await page.click("main form[data-passkey] [type=submit]")
    await expect(page.locator("main")).to_contain_text("My phone")
    await sound(page)
    await page.click("main a[href='/settings/security/passkeys/add']")
    await page.click("main form[data-passkey] [type=submit]")
    await expect(page.locator("[data-said]")).to_have_text("This device has a passkey here already.")
    await page.context.clear_cookies()
    # The browser suggests the passkey by itself, and its person agrees: nothing is typed, no button is pressed.
    await page.goto(f"{place.address}/sign-in?next=/settings/security", wait_until="commit")
    await page.wait_for_url(f"{place.address}/settings/security")
    await page.context.clear_cookies()
    await without_suggestions(page)
    await page.goto(f"{place.address}/sign-in?next=/settings/security")
    await page.click("form[data-passkey] [type=submit]")
    await page.wait_for_url(f"{place.address}/settings/security")
    await place.grow_stale()
    await page.click("a[href='/settings/security/password']")
    await expect(page.locator("h1")).to_have_text("Confirm that it is you")
    await sound(page)
    await page.click("form[data-passkey] [type=submit]")
    await expect(page.locator("h1")).to_have_text("Change the password")
    await sound(page)


async def test_the_owner_can_ask_for_it_and_is_led_to_set_it_up(place: Place, open_page: OpenPage) -> None:
    async with place.runtime.database.transaction() as session:
        await site.change(session, place.person_id, mfa_roles=["owner"])
    page = await open_page()
    await with_device(page)
    await place.sign_in(page)
    await expect(page.locator("h1")).to_have_text("Two-step verification is needed")
    await sound(page)
    await page.goto(f"{place.address}/owner/settings/sign-in")
    await expect(page.locator("h1")).to_have_text("Two-step verification is needed")
    await page.click("text=Add a passkey")
    await page.click("main form[data-passkey] [type=submit]")
    await page.click("text=Use my passkey")
    await expect(page.locator(".codes code")).to_have_count(10)
    await page.goto(f"{place.address}/owner/settings/sign-in")
    await expect(page.locator("#mfa-owner")).to_be_checked()
    await sound(page)
    await page.goto(f"{place.address}/owner/people/{place.person_id}")
    await expect(page.locator("main")).to_contain_text("Needed for their role")
    await sound(page)
    await page.context.clear_cookies()
    await without_suggestions(page)
    await place.sign_in(page)
    await page.click("form[data-passkey] [type=submit]")
    await page.wait_for_url(f"{place.address}/")


@pytest.mark.parametrize(
    ("theme", "language", "width"), [("dark", "ar", PHONE), ("dark", "en", DESKTOP), ("light", "ar", DESKTOP)]
)
async def test_the_page_reads_well_in_the_dark_and_from_the_right(
    place: Place, open_page: OpenPage, theme: str, language: str, width: int
) -> None:
    page = await open_page(width=width, theme=theme, language=language)
    await with_device(page)
    await place.sign_in(page)
    for path in ("", "/passkeys/add", "/authenticator", "/keys", "/close", "/password"):
        await page.goto(f"{place.address}/settings/security{path}")
        await sound(page)
