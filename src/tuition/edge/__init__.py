"""What the two protocols share: a request becomes an actor and a transaction, a refusal becomes an answer.

Words: the *unit* is one request's work: its actor, its transaction, its idempotency key; the *runtime* is what the
composition root built: settings, database, vendors.
Invariants: the transaction is committed before the answer is sent; the same key gives the same answer and moves nothing
twice; a refusal is ``application/problem+json`` (RFC 9457) and never a stack trace.
"""

from tuition.edge.body import MoneyIn, MoneyOut, PageOut
from tuition.edge.dependencies import ClientInfo, CurrentActor, Fresh, Reading, Services, SignedIn, Stepping, Steps, Writing
from tuition.edge.gate import GateMiddleware, limit_visitors
from tuition.edge.head import HeadMiddleware
from tuition.edge.problems import Problem, problem_response, problems, status_of
from tuition.edge.runtime import Runtime, runtime_of
from tuition.edge.security import SecurityMiddleware, clear_sign_in_cookie, set_sign_in_cookie, sign_in_cookie
from tuition.edge.signpost import Signpost
from tuition.edge.stopping import told_to_stop
from tuition.edge.telemetry import TelemetryMiddleware
from tuition.edge.unit import Client, EdgeRoute, Unit, open_unit, unit_of

__all__ = [
    "Client",
    "ClientInfo",
    "CurrentActor",
    "EdgeRoute",
    "Fresh",
    "GateMiddleware",
    "HeadMiddleware",
    "MoneyIn",
    "MoneyOut",
    "PageOut",
    "Problem",
    "Reading",
    "Runtime",
    "SecurityMiddleware",
    "Services",
    "SignedIn",
    "Signpost",
    "Stepping",
    "Steps",
    "TelemetryMiddleware",
    "Unit",
    "Writing",
    "clear_sign_in_cookie",
    "limit_visitors",
    "open_unit",
    "problem_response",
    "problems",
    "runtime_of",
    "set_sign_in_cookie",
    "sign_in_cookie",
    "status_of",
    "told_to_stop",
    "unit_of",
]
