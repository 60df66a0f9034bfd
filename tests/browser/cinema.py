"""A cinema that is really served: films made by ffmpeg, packaged by the catalogue's own job, paid by the minute."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import cast

import imageio_ffmpeg
from playwright.async_api import Page
from pydantic import SecretStr
from sqlalchemy import insert

from tests.catalog.studio import LIMITS, in_pieces
from tests.metering.cinema import EUR, euro
from tuition import catalog, identity, wallets
from tuition.catalog import Kind, OneTime, PerMinute, UploadPurpose
from tuition.edge import Runtime
from tuition.identity import Actor, Role
from tuition.kernel import Money, clock, new_id
from tuition.main import build_runtime
from tuition.payments import PaymentSucceeded
from tuition.platform import files, jobs
from tuition.platform.settings import Mode, Settings

FILM_S = 60
PICTURE = f"gradients=s=640x360:r=12:d={FILM_S}:c0=0x1f2f3a:c1=0xc8a870:c2=0x7a4b3a:n=3:speed=0.012"
WORDS = {
    "en": ("English", ["Count what is there.", "Then count it again.", "It is the same, every time."]),
    "ar": ("العربية", ["عُدّ ما هو أمامك.", "ثم عُدّه مرة أخرى.", "إنه نفسه في كل مرة."]),
}


def make_film(folder: Path, kind: Kind) -> bytes:
    """A minute of moving colour and a quiet tone; or the tone alone."""
    target = folder / ("film.mp4" if kind is Kind.VIDEO else "sound.m4a")
    picture = ["-f", "lavfi", "-i", PICTURE] if kind is Kind.VIDEO else []
    coding = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"] if kind is Kind.VIDEO else []
    sound = ["-f", "lavfi", "-i", f"sine=220:d={FILM_S}"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *picture, *sound, *coding, "-c:a", "aac", str(target)]
    subprocess.run(command, check=True)
    return target.read_bytes()


def captions(lines: list[str]) -> str:
    """A line every four seconds."""
    cues = [f"00:{4 * n:02}.000 --> 00:{4 * n + 4:02}.000\n{lines[n % len(lines)]}\n" for n in range(FILM_S // 4 - 1)]
    return "\n".join(["WEBVTT\n", *cues])


@dataclass
class House:
    """Everything wired, on a fresh database, at an address."""

    runtime: Runtime
    address: str
    creator: Actor

    @classmethod
    async def build(cls, database_url: str, home: Path, port: int, *, packages_url: str = "") -> House:
        address = f"http://127.0.0.1:{port}"
        settings = Settings(
            mode=Mode.TEST, home=home, port=port, public_url=address, secret_key=SecretStr("k" * 40), packages_url=packages_url
        )
        house = cls(build_runtime(settings, database_url), address, cast(Actor, None))
        house.creator = await house.person(Role.CREATOR)
        return house

    async def person(self, *roles: Role, funds: int = 0) -> Actor:
        """Somebody, with money in the wallet."""
        person_id = new_id()
        values = {"id": person_id, "email": f"{person_id}@example.org", "full_name": "Lea", "email_verified_at": clock.now()}
        paid = PaymentSucceeded(new_id(), "topup", "wallet", new_id(), person_id, euro(funds), "sandbox", Money.zero("EUR"))
        async with self.runtime.database.transaction() as session:
            await session.execute(insert(identity.User).values(**values))
            if funds:
                await wallets.on_payment_succeeded(session, paid)
        return Actor(id=person_id, roles=frozenset({Role.LEARNER, *roles}), email_verified=True)

    async def film(
        self, data: bytes, *, kind: Kind = Kind.VIDEO, rate: str | None = "6.00", price: int | None = 100, preview_s: int = 0
    ) -> catalog.Content:
        """A published film that was uploaded and packaged as any other."""
        database, store = self.runtime.database, self.runtime.service(files.Store)
        async with database.transaction() as session:
            content = await catalog.create_content(
                session, self.creator, kind, title="Slow arithmetic", visibility="paid", language="en"
            )
            name = "film.mp4" if kind is Kind.VIDEO else "sound.m4a"
            upload = await catalog.begin_upload(
                session, self.creator, content.id, UploadPurpose.MEDIA, file_name=name, size=len(data), limits=LIMITS
            )
        await catalog.receive(database, store, self.creator, upload.id, start=0, chunks=in_pieces(data))
        await catalog.finish_upload(database, store, self.creator, upload.id)
        await jobs.drain(database, self.runtime.services)
        async with database.transaction() as session:
            if preview_s:
                await catalog.edit_content(session, self.creator, content.id, {"preview_until_ms": preview_s * 1000})
            if rate:
                await catalog.set_price(session, self.creator, content.id, PerMinute(Decimal(rate), EUR))
            if price:
                await catalog.set_price(session, self.creator, content.id, OneTime(euro(price)))
            for language, (label, lines) in WORDS.items():
                await catalog.set_captions(
                    session, self.creator, content.id, language=language, source=captions(lines), label=label
                )
            return await catalog.publish(session, self.creator, content.id)

    async def admit(self, page: Page, person: Actor) -> None:
        """Give a browser the cookie of somebody who has signed in."""
        async with self.runtime.database.transaction() as session:
            sign_in = await identity.open_browser(session, person.id)
        await page.context.add_cookies([{"name": "tuition", "value": sign_in.cookie, "url": self.address}])

    async def balance(self, person: Actor) -> int:
        """Minor units in the wallet."""
        async with self.runtime.database.reading() as session:
            return (await wallets.available(session, person.id, "EUR")).minor
