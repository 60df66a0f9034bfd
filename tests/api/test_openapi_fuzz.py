"""Every operation, asked with whatever its schema allows and forbids: no 5xx, and no answer outside the document.

``TUITION_TEST_FUZZ=300 pytest tests/api/test_openapi_fuzz.py`` asks longer.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import structlog
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CheckFunction
from schemathesis.specs.openapi import checks as openapi_checks

from tests.api.conftest import Furnished

pytestmark = pytest.mark.slow
EXAMPLES = int(os.environ.get("TUITION_TEST_FUZZ", "8"))
CHECKS: list[CheckFunction] = [
    schemathesis.checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
]
SIGNS_OUT = {"/v1/auth/sign-out", "/v1/me/deactivate"}
ENDLESS = "text/event-stream"


class Fuzzer:
    """Asks the operations of a served document and keeps what was wrong with the answers."""

    def __init__(self, furnished: Furnished, token: str | None, examples: int) -> None:
        self.furnished = furnished
        self.schema = schemathesis.openapi.from_dict(furnished.document)
        self.schema.config.update(base_url=furnished.address)
        self.headers = {"authorization": f"Bearer {token}"} if token else {}
        self.examples = examples
        self.found: dict[str, str] = {}
        self.statuses: dict[str, Counter[int]] = {}

    def run(self) -> dict[str, str]:
        """One line per operation and kind of fault."""
        operations: list[Any] = [
            result.ok()  # type: ignore[union-attr] # what cannot be read raises, as it should
            for result in self.schema.get_all_operations()
        ]
        # What takes things away comes last: the others shall find them.
        for operation in sorted(operations, key=lambda one: one.method.upper() == "DELETE"):
            is_endless = ENDLESS in str(operation.definition.raw["responses"])
            if not is_endless and (operation.path not in SIGNS_OUT or not self.headers):
                self._ask(operation)
        return self.found

    def _ask(self, operation: Any) -> None:
        modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
        strategies = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in modes))

        @seed(417)
        @settings(
            max_examples=self.examples,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=strategies, choice=st.integers(0, 5))
        def ask(case: Any, choice: int) -> None:
            if choice:
                self._make_it_exist(case, choice)
            response = case.call(headers=self.headers | self._play(operation), timeout=120)
            self.statuses.setdefault(operation.label, Counter())[response.status_code] += 1
            for check in CHECKS:
                try:
                    case.validate_response(response, checks=[check])
                except BaseExceptionGroup as fault:
                    sent = f"{case.path_parameters} {case.query} {case.body!r}"[:500]
                    said = f"{response.status_code} {response.text[:300]}"
                    self.found.setdefault(
                        f"{operation.label} {check.__name__} {response.status_code}", f"{fault.exceptions[0]}\n  {sent}\n  {said}"
                    )

        ask()

    def _make_it_exist(self, case: Any, choice: int) -> None:
        """Let ids, wherever they stand, name something that is there."""
        for part in (case.path_parameters, case.query, case.body):
            for name, known in self.furnished.ids.items():
                if known and isinstance(part, dict) and name in part:
                    part[name] = known[choice % len(known)]
                if known and isinstance(part, dict) and f"{name}s" in part:
                    part[f"{name}s"] = [known[choice % len(known)]]

    def _play(self, operation: Any) -> dict[str, str]:
        """A report is authorised by the play session's token."""
        return {"authorization": f"Bearer {self.furnished.ids['play'][0]}"} if operation.path.endswith("/intervals") else {}


@pytest.fixture(autouse=True)
def _plain_log() -> Iterator[None]:
    """Tracebacks with every variable take seconds each, and what breaks is found anyhow."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.reset_defaults()


@pytest.mark.parametrize("who", ["owner", "visitor"])
async def test_no_operation_breaks_or_leaves_its_schema(furnished: Furnished, who: str) -> None:
    token = await asyncio.to_thread(furnished.token) if who == "owner" else None
    fuzzer = Fuzzer(furnished, token, EXAMPLES if token else max(EXAMPLES // 3, 2))
    found = await asyncio.to_thread(fuzzer.run)
    served = [label for label, statuses in fuzzer.statuses.items() if min(statuses) < 400]
    print(*(f"{label} {dict(statuses)}" for label, statuses in fuzzer.statuses.items()), sep="\n")
    assert not found, "\n\n".join(f"{name}\n{fault}" for name, fault in found.items())
    assert len(served) > len(fuzzer.statuses) // (3 if token else 20), "hardly anything was reached"
