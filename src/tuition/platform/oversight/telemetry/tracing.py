"""Traces, sent by OTLP over HTTP when an address is configured; otherwise nothing is loaded into the path of a request."""

from __future__ import annotations

from typing import Any

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

# Asked by machines every few seconds; their traces would bury the others.
NOT_TRACED = "healthz,readyz,metrics"


def start_tracing(endpoint: str, *, version: str, service: str = "tuition") -> TracerProvider | None:
    """Begin to collect spans for ``endpoint`` (``http://collector:4318``), or do nothing when it is empty."""
    if not endpoint:
        return None
    provider = TracerProvider(resource=Resource.create({"service.name": service, "service.version": version}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")))
    return provider


def trace_app(app: Any, provider: TracerProvider | None) -> None:
    """Let every request of a FastAPI application be a span."""
    if provider is not None:
        FastAPIInstrumentor.instrument_app(app, tracer_provider=provider, excluded_urls=NOT_TRACED)


def stop_tracing(provider: TracerProvider | None) -> None:
    """Send what is left."""
    if provider is not None:
        provider.shutdown()
