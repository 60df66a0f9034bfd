"""``tuition people``: letting people in who cannot get in by themselves, from the machine itself."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pyotp
from sqlalchemy import text

from tuition import identity
from tuition.identity import Role
from tuition.kernel import clock
from tuition.platform import site
from tuition.platform.database import Database

EMAIL, PASSWORD = "owner@example.org", "seven quiet otters"


async def _command(database_url: str, home: Path, *words: str) -> tuple[int, str]:
    environment = {
        **os.environ,
        "TUITION_MODE": "test",
        "TUITION_HOME": str(home),
        "TUITION_DATABASE_URL": database_url,
        "TUITION_SECRET_KEY": "a key of the tests, of no worth anywhere else",
    }
    command = [sys.executable, "-m", "tuition", "people", *words]
    done = await asyncio.to_thread(subprocess.run, command, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


async def test_a_locked_out_owner_signs_in_by_password_again(database: Database, database_url: str, tmp_path: Path) -> None:
    async with database.transaction() as session:
        owner_id = await identity.add_person(session, email=EMAIL, password=PASSWORD, full_name="Olga", roles=[Role.OWNER])
        actor = await identity.get_actor(session, owner_id)
        assert actor is not None
        setup = await identity.begin_authenticator(session, actor, issuer="A school")
        codes = await identity.confirm_authenticator(session, actor, pyotp.TOTP(setup.secret).at(clock.now()))
        assert isinstance(codes, list)
    code, said = await _command(database_url, tmp_path, "reset-mfa", "nobody@example.org")
    assert (code, "There is no such person." in said) == (2, True), said
    code, said = await _command(database_url, tmp_path, "reset-mfa", EMAIL.upper())
    assert code == 0, said
    async with database.transaction() as session:
        signed_in = await identity.sign_in_browser(session, email=EMAIL, password=PASSWORD)
    assert isinstance(signed_in, identity.BrowserSignIn)
    code, said = await _command(database_url, tmp_path, "reset-mfa", EMAIL)
    assert (code, "Two-step verification is not on." in said) == (2, True), said


async def test_somebody_is_added_while_nobody_may_join(database: Database, database_url: str, tmp_path: Path) -> None:
    async with database.transaction() as session:
        await site.change(session, None, sign_up_open=False)
    code, said = await _command(database_url, tmp_path, "add", "ada@example.org", "--name", "Ada")
    assert code == 0, said
    async with database.transaction() as session:
        person = await identity.person_by_address(session, "ada@example.org")
        assert person is not None
        letters = await session.scalars(text("select email_type from email_logs where user_id = :id"), {"id": person.id})
        assert list(letters) == ["password_reset"]
    code, said = await _command(database_url, tmp_path, "add", "ada@example.org", "--name", "Ada")
    assert code == 2, said
