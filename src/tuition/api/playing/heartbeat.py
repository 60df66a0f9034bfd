"""The heartbeat: what a player reports every few seconds.

The busiest address of the house, so it is bare ASGI in front of everything else: no routing, no dependency injection, one
signature checked, one report queued. It is idempotent by nature: time that was reported before is not new.
"""

from __future__ import annotations

import gc
import re
from typing import Any

import msgspec
import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.types import ASGIApp, Receive, Scope, Send

from tuition import playback
from tuition.api.playing.batcher import Batcher, TooManyWaiting
from tuition.edge.problems import problem_response, status_of
from tuition.edge.runtime import Runtime
from tuition.kernel import DomainError, Money, clock
from tuition.metering import Beat
from tuition.playback import INTERVALS_MAX, EndReason, PlayTokenInvalid, Report

log = structlog.get_logger(__name__)
RETRY_AFTER_S = 2
GARBAGE_BEFORE_A_LOOK = 20_000
"""Values made and not yet freed before the collector looks at the young ones."""
PATH = "/v1/play-sessions/{play_session_id}/intervals"
_PATH = re.compile(r"/v1/play-sessions/([0-9a-f-]{36})/intervals")
BODY_BYTES_MAX = 16_384
TIME_MS_MAX = 2**40
"""About 34 years: no content is longer."""
JSON = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]


class ReportIn(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a report."""

    position_ms: int
    intervals: list[tuple[int, int]] = []
    speed: int = 1000
    close: bool = False


class _Broken(DomainError):
    """This report cannot be read: {reason}."""

    code = "api.report_invalid"


class Heartbeat:
    """ASGI middleware that answers reports and lets everything else pass."""

    def __init__(self, app: ASGIApp, runtime: Runtime) -> None:
        self.app = app
        self.batcher = Batcher(runtime.database)
        self._decode = msgspec.json.Decoder(ReportIn).decode
        self._encode = msgspec.json.Encoder().encode

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "lifespan":
            _settle_memory()
        match = _PATH.fullmatch(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else None
        if match is None:
            await self.app(scope, receive, send)
            return
        try:
            report = self._read(scope, match.group(1), await _body(receive))
            beat = await self.batcher.submit(report)
        except DomainError as error:
            await _refusal(error)(scope, receive, send)
            return
        except (OperationalError, PoolTimeout) as error:
            log.warning("heartbeat.database_unavailable", error=type(error).__name__)
            await _refusal(TooManyWaiting(retry_after_s=RETRY_AFTER_S))(scope, receive, send)
            return
        except Exception:
            log.exception("heartbeat.broke")
            detail = "Something broke on our side. It has been noted; report again."
            await problem_response(500, "edge.broke", detail)(scope, receive, send)
            return
        if beat.ended is not None:
            await _ended(beat)(scope, receive, send)
            return
        lease = beat.lease.write() if beat.lease else None
        body = self._encode(_shape(beat, lease))
        headers = [*JSON, (b"content-length", str(len(body)).encode())]
        if lease is not None:
            headers.append((b"set-cookie", lease_cookie(lease, is_secure=scope["scheme"] == "https").encode()))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _read(self, scope: Scope, named: str, body: bytes) -> Report:
        token = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        play = playback.read_token(token.removeprefix(b"Bearer ").decode("latin-1"))
        if str(play.session_id) != named:
            raise PlayTokenInvalid
        try:
            said = self._decode(body)
        except msgspec.DecodeError as error:
            raise _Broken(reason=str(error)) from error
        times = [said.position_ms, *(moment for interval in said.intervals for moment in interval)]
        if len(said.intervals) > INTERVALS_MAX or not all(0 <= moment <= TIME_MS_MAX for moment in times):
            raise _Broken(reason=f"at most {INTERVALS_MAX} intervals, each within the content")
        speed = min(max(said.speed, playback.SPEED_LEAST), playback.SPEED_MOST)
        return Report(play.session_id, playback.normalize(said.intervals), speed, said.position_ms, clock.now(), said.close)


def _settle_memory() -> None:
    # What is loaded by now lives as long as the process, and a batch makes thousands of small values that die at once. Without
    # this the garbage collector walks all of it again every few batches: a pause of 200 ms, a third of the processor's time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_BEFORE_A_LOOK, 20, 50)


def _refusal(error: DomainError) -> Any:
    retry = error.fields.get("retry_after_s")
    headers = {"retry-after": str(retry)} if retry is not None else {}
    return problem_response(status_of(error), error.code, error.sentence, fields=error.fields, headers=headers)


async def _body(receive: Receive) -> bytes:
    chunks, size = [], 0
    while True:
        message = await receive()
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > BODY_BYTES_MAX:
            raise _Broken(reason=f"at most {BODY_BYTES_MAX} bytes")
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def _ended(beat: Beat) -> Any:
    if beat.ended is EndReason.OUT_OF_MONEY and beat.missing is not None:
        sentence = f"Your wallet lacks {beat.missing} for the next minute. Your place is kept: top up and go on."
        money = {"missing": beat.missing, "balance": beat.balance, "content_cost": beat.content_cost}
        fields = money | {"position_ms": beat.position_ms}
        return problem_response(402, "metering.out_of_money", sentence, fields=fields)
    ended = playback.PlayedOut(reason=beat.ended.value if beat.ended else "")
    return problem_response(status_of(ended), ended.code, ended.sentence, fields=ended.fields)


def _shape(beat: Beat, lease: str | None) -> dict[str, Any]:
    return {
        "session_id": str(beat.session_id),
        "accepted_ms": beat.accepted_ms,
        "refused_ms": beat.refused_ms,
        "position_ms": beat.position_ms,
        "covered_ms": beat.covered_ms,
        "is_complete": beat.is_complete,
        "charged": _money(beat.charged),
        "session_cost": _money(beat.session_cost),
        "content_cost": _money(beat.content_cost),
        "balance": _money(beat.balance),
        "cap": _money(beat.cap),
        "is_owned": beat.is_owned,
        "affordable_ms": beat.affordable_ms,
        "lease": lease,
        "lease_start_ms": beat.lease.start_ms if beat.lease else None,
        "lease_end_ms": beat.lease.end_ms if beat.lease else None,
    }


def _money(money: Money | None) -> dict[str, object] | None:
    if money is None:
        return None
    return {"amount_minor": money.minor, "currency": money.currency, "amount": f"{money.decimal:f}"}


def lease_cookie(lease: str, *, is_secure: bool) -> str:
    """For a player that cannot send a header with each segment (the system player of a phone): it sends cookies."""
    secure = "; Secure" if is_secure else ""
    return f"tuition_lease={lease}; Path=/media/; HttpOnly; SameSite=Lax; Max-Age=300{secure}"


_MONEY = {"anyOf": [{"$ref": "#/components/schemas/MoneyOut"}, {"type": "null"}]}
OPERATION: dict[str, Any] = {
    "tags": ["playing"],
    "operationId": "report_intervals",
    "summary": "Report what was played",
    "description": (
        "Send content time that was played, in milliseconds, half-open. Time that was reported before is not new: sending a"
        " report twice, late or out of order changes nothing. More than the wall clock allows at the declared speed is refused"
        " and counted in `refused_ms`. The answer comes when what it says is durable. Authorise with the play session's token."
    ),
    "parameters": [
        {"name": "play_session_id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}},
    ],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["position_ms"],
                    "properties": {
                        "position_ms": {"type": "integer", "minimum": 0, "maximum": TIME_MS_MAX},
                        "intervals": {
                            "type": "array",
                            "maxItems": INTERVALS_MAX,
                            "items": {
                                "type": "array",
                                "minItems": 2,
                                "maxItems": 2,
                                "items": {"type": "integer", "minimum": 0, "maximum": TIME_MS_MAX},
                            },
                        },
                        "speed": {"type": "integer", "default": 1000, "description": "Thousandths: 2000 is twice as fast."},
                        "close": {"type": "boolean", "default": False, "description": "Take this in, then end the session."},
                    },
                },
                "example": {"position_ms": 10000, "intervals": [[0, 10000]], "speed": 1000},
            }
        },
    },
    "responses": {
        "200": {
            "description": "Taken in.",
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "properties": {
                            "session_id": {"type": "string", "format": "uuid"},
                            "accepted_ms": {"type": "integer", "description": "New time that counts."},
                            "refused_ms": {"type": "integer", "description": "New time that could not be believed or paid."},
                            "position_ms": {"type": "integer"},
                            "covered_ms": {"type": "integer", "description": "Distinct time played so far."},
                            "is_complete": {"type": "boolean"},
                            "charged": _MONEY,
                            "session_cost": _MONEY,
                            "content_cost": _MONEY,
                            "balance": _MONEY,
                            "cap": _MONEY,
                            "is_owned": {"type": "boolean"},
                            "affordable_ms": {"type": ["integer", "null"]},
                            "lease": {"type": ["string", "null"], "description": "Send it as `Tuition-Lease` to fetch segments."},
                            "lease_start_ms": {"type": ["integer", "null"]},
                            "lease_end_ms": {"type": ["integer", "null"]},
                        },
                    }
                }
            },
        }
    },
}
