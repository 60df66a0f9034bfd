"""Every source rule finds the fault that it is for, names the line, and lets the clean version pass."""

from __future__ import annotations

import pytest

from tests.house.conftest import Find

WALLETS_DOOR = '"""The wallets room."""\n\n__all__ = ["spend"]\n'
WALLETS_MODELS = 'class Wallet:\n    """A purse."""\n\n    __tablename__ = "wallets"\n'
ROOM = "src/tuition/commerce/actions.py"
MONEY_RULES = "src/tuition/ledger/rules.py"

FAULTS = [
    ("door", ROOM, "from tuition.wallets.models import Wallet\n"),
    ("door", ROOM, "import tuition.wallets.models\n"),
    ("door", ROOM, "from tuition.wallets import models\n"),
    ("door", ROOM, "from tuition.wallets import _private\n"),
    ("door", ROOM, "from tuition.kernel.money import Money\n"),
    ("door", ROOM, "from tuition.platform.database.engine import connect\n"),
    ("door", "src/tuition/api/wallets.py", "from tuition.wallets.actions import spend\n"),
    ("door", "src/tuition/main.py", "from tuition.wallets.models import Wallet\n"),
    ("stranger", "src/tuition/learning/actions.py", "from tuition import wallets\n"),
    ("stranger", "src/tuition/playback/actions.py", "from tuition.payments import Payment\n"),
    ("stranger", "src/tuition/ledger/actions.py", "from tuition.identity import User\n"),
    ("pure-kernel", "src/tuition/kernel/money.py", "import sqlalchemy\n"),
    ("pure-kernel", "src/tuition/kernel/ids.py", "from tuition.platform import settings\n"),
    ("history", "src/tuition/platform/migrations/versions/0002_x.py", "from tuition.kernel import new_id\n"),
    ("protocol", ROOM, "from fastapi import HTTPException\n"),
    ("protocol", ROOM, "import starlette.status\n"),
    ("protocol", ROOM, "from http import HTTPStatus\n"),
    ("protocol", ROOM, "import httpx\n"),
    ("protocol", "src/tuition/payments/adapters/stripe.py", "import requests\n"),
    ("edge-query", "src/tuition/web/shop.py", "from sqlalchemy import select\n"),
    ("commit", ROOM, "async def buy(session):\n    await session.commit()\n"),
    ("commit", ROOM, "async def buy(session):\n    await session.rollback()\n"),
    ("commit", ROOM, "async def buy(session):\n    async with session.begin():\n        pass\n"),
    ("commit", ROOM, "async def buy(database):\n    async with database.transaction():\n        pass\n"),
    ("broad-except", ROOM, "try:\n    x = 1\nexcept Exception:\n    x = 2\n"),
    ("broad-except", ROOM, "try:\n    x = 1\nexcept:\n    x = 2\n"),
    ("broad-except", ROOM, "try:\n    x = 1\nexcept (ValueError, BaseException):\n    x = 2\n"),
    ("broad-except", ROOM, "from contextlib import suppress\n\nwith suppress(Exception):\n    x = 1\n"),
    ("flush", ROOM, "async def buy(session):\n    await session.flush()\n"),
    ("float", MONEY_RULES, "FEE = 0.1\n"),
    ("float", MONEY_RULES, "fee = float('0.1')\n"),
    ("float", MONEY_RULES, "def fee(rate: float) -> int: ...\n"),
    ("float", "src/tuition/wallets/models.py", "from sqlalchemy import Float\n\ncolumn = Float()\n"),
    ("float", "src/tuition/kernel/money.py", "x = 1e3\n"),
    ("clock", ROOM, "from datetime import datetime\n\nnow = datetime.now()\n"),
    ("clock", ROOM, "import datetime as dt\n\nnow = dt.datetime.utcnow()\n"),
    ("clock", ROOM, "from datetime import date\n\nday = date.today()\n"),
    ("clock", ROOM, "import time\n\nnow = time.time()\n"),
    ("clock", ROOM, "from time import time\n"),
    ("clock", ROOM, "from sqlalchemy import func\n\nlate = func.now()\n"),
    ("clock", ROOM, "STATEMENT = 'select 1 where due < now()'\n"),
    ("clock", "src/tuition/web/shop.py", "from datetime import datetime\n\nnow = datetime.now()\n"),
    ("reason", ROOM, "x = 1  # type: ignore[assignment]\n"),
    ("reason", ROOM, "x = 1  # noqa: F401\n"),
    ("reason", ROOM, "x = 1  # noqa\n"),
    ("reason", ROOM, "# ruff: noqa\n"),
    ("reason", "tests/test_x.py", "x = 1  # type: ignore\n"),
    ("drawer", "src/tuition/wallets/utils.py", ""),
    ("drawer", "src/tuition/wallets/date_helpers.py", ""),
    ("drawer", "src/tuition/common/words.py", ""),
    ("writes", ROOM, "from tuition.wallets import Wallet\n\n\ndef f(session):\n    session.add(Wallet(id=1))\n"),
    ("writes", ROOM, "from tuition.wallets import Wallet\n\n\ndef f(session):\n    purse = Wallet()\n    session.add(purse)\n"),
    ("writes", ROOM, "from tuition.wallets import Wallet\n\n\ndef f(session):\n    session.add_all([Wallet()])\n"),
    ("writes", ROOM, "from tuition import wallets\n\n\ndef f(session):\n    return update(wallets.Wallet)\n"),
    ("writes", ROOM, "from tuition.wallets import Wallet\n\n\ndef f(session):\n    return insert(Wallet).values(id=1)\n"),
    ("writes", ROOM, "from tuition.wallets import Wallet as Purse\n\n\ndef f(session):\n    session.add(Purse())\n"),
    ("writes", ROOM, "STATEMENT = 'delete from wallets where true'\n"),
    ("writes", ROOM, "STATEMENT = f'update wallets set {1} = 1'\n"),
    ("link", "docs/atlas.md", "See [the ledger](ledger.md).\n"),
    ("link", "README.md", '<img src="docs/missing.png" alt="">\n'),
    ("lock-address", "requirements/runtime.txt", "--index-url https://example.org/simple\n"),
    ("lock-address", "frontend/package-lock.json", '{"resolved": "https://registry.example.org/x.tgz"}\n'),
]

CLEAN = {
    "src/tuition/commerce/actions.py": '''
        """Buying."""

        from tuition import wallets
        from tuition.kernel import Money, clock
        from tuition.platform import database
        from tuition.platform.database import Session
        from tuition.wallets import Wallet, spend


        async def buy(session: Session) -> None:
            """A purchase; `datetime.now()` and now() in prose are words."""
            session.add(Order())
            await session.flush()  # the order's number comes from the database
            moment = clock.now()
            statement = select(Wallet).where(wallets.Wallet.id == 1)
            try:
                await spend(session, statement, moment)
            except LookupError:
                raise
            except Exception:
                raise
            stream.flush()
        ''',
    "src/tuition/commerce/models.py": '''
        from sqlalchemy import func


        class Order:
            """An order."""

            __tablename__ = "orders"
            created_at = mapped_column(server_default=func.now())
            changed_at = mapped_column(server_default=text("now()"))
        ''',
    "src/tuition/metering/actions.py": "from tuition import playback\n\n\ndef start(s):\n    return playback.begin(s)\n",
    "src/tuition/commerce/jobs.py": """
        async def run(database):
            async with database.transaction() as session:
                await work(session)
        """,
    "src/tuition/commerce/queries.py": "STATEMENT = 'select 1 from orders join wallets using (id) for update of orders'\n",
    "src/tuition/payments/adapters/stripe.py": "import httpx\n",
    "src/tuition/api/wallets.py": "from fastapi import APIRouter\nfrom tuition.wallets import spend\n",
    "src/tuition/main.py": "from tuition.payments.adapters.stripe import Stripe\nfrom tuition.api import openapi\n",
    "src/tuition/wallets/rules.py": "FEE = Decimal('0.1')\nx = y  # type: ignore[name-defined]  # made at import\n",
    "docs/atlas.md": "See [the door](../src/tuition/metrics.py#L1) and [elsewhere](https://example.org).\n\n```\n[x](y)\n```\n",
    "src/tuition/metrics.py": "RATIO = 0.5\n",
    "requirements/runtime.txt": "uv==1 --hash=sha256:00\n",
}


@pytest.mark.parametrize(("rule", "path", "text"), FAULTS)
def test_a_planted_fault_is_found_where_it_stands(find: Find, rule: str, path: str, text: str) -> None:
    house = {"src/tuition/wallets/__init__.py": WALLETS_DOOR, "src/tuition/wallets/models.py": WALLETS_MODELS}

    found = [finding for finding in find({**house, path: text}) if finding.rule == rule]

    assert {finding.path for finding in found} == {path}
    assert all(finding.advice for finding in found)


def test_a_clean_house_has_no_findings(find: Find) -> None:
    house = {
        "src/tuition/wallets/__init__.py": WALLETS_DOOR,
        "src/tuition/wallets/models.py": WALLETS_MODELS,
        "src/tuition/api/openapi.py": "",
    }

    assert [str(finding) for finding in find({**house, **CLEAN})] == []


def test_a_name_that_the_door_offers_may_be_called_like_a_file_behind_it(find: Find) -> None:
    house = {
        "src/tuition/kernel/__init__.py": '__all__ = ["clock"]\n',
        "src/tuition/kernel/clock.py": "",
        ROOM: "from tuition.kernel import clock\n",
    }

    assert find(house) == []


def test_a_file_of_401_lines_is_too_long(find: Find) -> None:
    assert find({ROOM: "x = 1\n" * 400}) == []
    assert [finding.size for finding in find({ROOM: "x = 1\n" * 401})] == [401]


def test_a_function_of_61_lines_is_too_long_and_is_named_by_its_class(find: Find) -> None:
    body = "        x = 1\n"

    assert find({ROOM: "class Shop:\n    def buy(self):\n" + body * 59}) == []
    (finding,) = find({ROOM: "class Shop:\n    def buy(self):\n" + body * 60})
    assert (finding.rule, finding.where, finding.size) == ("function-length", f"{ROOM}::Shop.buy", 61)


def test_a_folder_of_13_entries_is_too_full_and_subfolders_count(find: Find) -> None:
    twelve = {f"src/tuition/wallets/part_{number}.py": "" for number in range(12)}

    assert find(twelve) == []
    found = find({**twelve, "src/tuition/wallets/more/a.py": "", "src/tuition/wallets/more/b.py": ""})
    assert [(finding.rule, finding.path, finding.size) for finding in found] == [("folder-size", "src/tuition/wallets", 13)]


def test_a_path_of_this_machine_is_found_in_any_text(find: Find, tmp_path: object) -> None:
    found = find({"docs/how-to.md": f"Look into {tmp_path}/data.\n"})

    assert [(finding.rule, finding.path, finding.line) for finding in found] == [("machine", "docs/how-to.md", 1)]
