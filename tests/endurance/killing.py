"""Kill the server and PostgreSQL again and again under load, and compare the books with what clients were told.

By hand: ``python -m tests.endurance.killing --kills 20``.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import imageio_ffmpeg

from tests.browser.conftest import free_port
from tests.endurance.load import Watcher
from tests.endurance.school import OWNER, PASSWORD, Installation, open_house
from tests.journeys.house import LiveHouse
from tuition.platform import postgres

WATCHERS = 4
BETWEEN_S = (2.0, 5.0)
RATE = "6.00"


@dataclass
class Outcome:
    """What was done, and what is in the books afterwards."""

    kills: dict[str, int] = field(default_factory=lambda: {"server": 0, "postgres": 0})
    recovered_s: list[float] = field(default_factory=list)
    repeats: int = 0
    charged: int = 0
    topped_up: int = 0
    faults: list[str] = field(default_factory=list)


async def attack(home: Path, kills: int, *, seed: int = 417) -> Outcome:
    """Set a school up in ``home``, load it, kill it so often, let it settle, and audit it."""
    installation = Installation(home, free_port())
    installation.run("init", "--email", OWNER, "--name", "Olga Owner", TUITION_OWNER_PASSWORD=PASSWORD)
    with postgres.hold(home / "postgres") as server:
        installation.start()
        try:
            async with httpx.AsyncClient(base_url=installation.address, timeout=120, trust_env=False) as http:
                await installation.answers(http)
                house = await open_house(installation, server.url("tuition"), http)
                outcome = await _under_load(installation, house, kills, random.Random(seed))
                await house.runtime.database.dispose()
        finally:
            installation.stop()
        said = installation.check()
        outcome.faults += said["problems"]
    return outcome


async def _under_load(installation: Installation, house: LiveHouse, kills: int, chance: random.Random) -> Outcome:
    outcome = Outcome()
    watchers = await _watchers(house)
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as load:
        for watcher in watchers:
            load.create_task(watcher.watch(stop))
            load.create_task(watcher.top_up(stop))
        for number in range(kills):
            await asyncio.sleep(chance.uniform(*BETWEEN_S))
            began = time.monotonic()
            if number % 2:
                outcome.kills["postgres"] += 1
                installation.kill_postgres()
            else:
                outcome.kills["server"] += 1
                installation.kill()
                installation.start()
            await installation.answers(house.http)
            outcome.recovered_s.append(time.monotonic() - began)
        await asyncio.sleep(chance.uniform(*BETWEEN_S))
        stop.set()
    await house.work()
    for watcher in watchers:
        outcome.faults += [*watcher.failures, *await _audit(house, watcher)]
    outcome.repeats = sum(watcher.repeats for watcher in watchers)
    outcome.charged = sum(watcher.known for watcher in watchers)
    outcome.topped_up = sum(len(watcher.payments) for watcher in watchers)
    return outcome


async def _watchers(house: LiveHouse) -> list[Watcher]:
    mona = await house.creator("Mona")
    source = ["-f", "lavfi", "-i", "testsrc2=s=160x90:r=5:d=8", "-f", "lavfi", "-i", "sine=440:d=8"]
    film = house.runtime.settings.home / "film.mp4"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *source, "-c:v", "libx264", "-preset", "ultrafast", str(film)]
    await asyncio.to_thread(subprocess.run, command, check=True)
    content = await mona.film(film.read_bytes(), "Endless", minutes=600, rate=RATE)
    found = []
    for number in range(WATCHERS):
        person = await house.join(f"Watcher{number}")
        await person.top_up(50_000, save=True)
        [card] = (await person.get("/v1/payment-methods"))["items"]
        player = await person.play(content)
        found.append(Watcher(person, player.begun, (await person.wallet())["id"], card["id"]))
    return found


async def _audit(house: LiveHouse, watcher: Watcher) -> list[str]:
    """What the books say about one person, against what that person was told."""
    faults = []
    owner = watcher.person.id
    [meter] = await house.rows(
        "select posted_minor, p.covered_ms from meters m join playback p on p.user_id = m.user_id where m.user_id = :id", id=owner
    )
    exact = round(meter.covered_ms * 600 / 60_000)
    [moved] = await house.rows(
        "select coalesce(sum(t.amount), 0) from ledger_transfers t join ledger_transactions b on b.id = t.transaction_id"
        " where b.owner = :id and b.kind = 'minutes.played'",
        id=owner,
    )
    if not meter.posted_minor == exact == moved[0] == watcher.known:
        faults.append(f"meter {meter.posted_minor}, exact {exact}, ledger {moved[0]}, last told {watcher.known}")
    if watcher.told > meter.posted_minor:
        faults.append(f"told to be charged {watcher.told}, but the books have {meter.posted_minor}")
    if watcher.covered_ms != meter.covered_ms:
        faults.append(f"told to have covered {watcher.covered_ms} ms, but it is {meter.covered_ms}")
    rows = await house.rows("select id::text, status, amount_minor from payments where user_id = :id", id=owner)
    states = {row.id: row.status for row in rows}
    lost = [payment["id"] for payment in watcher.payments if states.get(payment["id"]) != "succeeded"]
    if lost:
        faults.append(f"told of payments that have not succeeded: {lost}")
    told = {payment["id"] for payment in watcher.payments}
    if len(told) != len(watcher.payments):
        faults.append("two requests were answered with one payment")
    extra = [row.id for row in rows if row.id not in told and row.amount_minor == 100]
    if extra:
        faults.append(f"{len(extra)} top-ups that nobody was told of: one request was carried out twice")
    [wallet] = await house.rows(
        """
        select a.balance, (select sum(remaining_minor) from wallet_lots l where l.wallet_id = w.id) as lots
        from wallets w join ledger_accounts a on a.owner = w.user_id and a.kind = 'wallet' where w.user_id = :id
        """,
        id=owner,
    )
    succeeded = sum(row.amount_minor for row in rows if row.status == "succeeded")
    if not wallet.balance == wallet.lots == succeeded - meter.posted_minor:
        faults.append(f"wallet {wallet.balance}, lots {wallet.lots}, topped up {succeeded}, played {meter.posted_minor}")
    return faults


def main() -> None:
    """Run it by hand and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=417)
    parser.add_argument("--home", type=Path, help="An empty folder, which is kept; left out: a temporary one.")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tuition-endurance-") as folder:
        outcome = asyncio.run(attack(chosen.home or Path(folder) / "home", chosen.kills, seed=chosen.seed))
    print(outcome)
    raise SystemExit(1 if outcome.faults else 0)


if __name__ == "__main__":
    main()
