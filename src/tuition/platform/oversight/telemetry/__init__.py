"""How the house is: a log that tells no secrets, figures for Prometheus, traces for OpenTelemetry, and two plain answers
to "are you alive?" and "are you ready?".

Words: a *request id* ties the lines of one request together; a *metric* is a figure of this process, or of the database that
all processes share. ``configure`` is called once, at start.
"""

from tuition.platform.oversight.telemetry.health import Check, Health, readiness
from tuition.platform.oversight.telemetry.logs import bind_request, configure_logs, new_request_id, redact, unbind_request
from tuition.platform.oversight.telemetry.metrics import CONTENT_TYPE, count_money, observe_request, render_metrics
from tuition.platform.oversight.telemetry.tracing import start_tracing, stop_tracing, trace_app

__all__ = [
    "CONTENT_TYPE",
    "Check",
    "Health",
    "bind_request",
    "configure_logs",
    "count_money",
    "new_request_id",
    "observe_request",
    "readiness",
    "redact",
    "render_metrics",
    "start_tracing",
    "stop_tracing",
    "trace_app",
    "unbind_request",
]
