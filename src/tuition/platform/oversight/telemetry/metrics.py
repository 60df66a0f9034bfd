"""Figures for Prometheus: this process's requests and pool, and the queue that all processes share."""

from __future__ import annotations

from functools import lru_cache

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector

from tuition.kernel import Money, clock
from tuition.platform import jobs
from tuition.platform.database import Database

CONTENT_TYPE = CONTENT_TYPE_LATEST
LATENCIES_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
_requests = Counter("tuition_requests_total", "Requests answered.", ["method", "route", "status"], registry=REGISTRY)
_latency = Histogram(
    "tuition_request_seconds", "Time to the answer.", ["method", "route"], buckets=LATENCIES_S, registry=REGISTRY
)
_pool = Gauge("tuition_database_connections", "Connections of this process.", ["state"], registry=REGISTRY)
_exhausted = Gauge("tuition_database_pool_exhausted", "Transactions without a connection since the start.", registry=REGISTRY)
_queue = Gauge("tuition_jobs", "Jobs by queue and status.", ["queue", "status"], registry=REGISTRY)
_oldest = Gauge("tuition_jobs_oldest_seconds", "Age of the oldest job.", ["queue", "status"], registry=REGISTRY)
_workers = Gauge("tuition_workers_alive", "Workers with a recent sign of life.", registry=REGISTRY)
_money = Counter("tuition_money_minor_total", "Money moved, in minor units.", ["what", "currency"], registry=REGISTRY)
_money_count = Counter("tuition_money_movements_total", "Movements of money.", ["what", "currency"], registry=REGISTRY)


def observe_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count one answer. ``route`` is the pattern (``/v1/orders/{id}``), never the path, or there would be no end of them."""
    count, latency = _figures_of(method, route, status)
    count.inc()
    latency.observe(seconds)


@lru_cache(maxsize=4096)
def _figures_of(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    # Finding them by their labels costs more than adding to them, and some are added to thousands of times a second.
    return _requests.labels(method, route, str(status)), _latency.labels(method, route)


def count_money(what: str, amount: Money) -> None:
    """Count money that this process moved (``topup``, ``sale``, ``refund``, …): for alarms; the books are the ledger's."""
    _money.labels(what, amount.currency).inc(amount.minor)
    _money_count.labels(what, amount.currency).inc()


async def render_metrics(database: Database) -> bytes:
    """Everything as Prometheus reads it."""
    health = database.health()
    for state, count in (("size", health.size), ("in_use", health.in_use), ("idle", health.idle)):
        _pool.labels(state).set(count)
    _exhausted.set(health.exhausted)
    async with database.reading(fresh=True) as session:
        depths = await jobs.depth(session, now=clock.now())
        pulse = await jobs.workers_alive(session)
    _queue.clear()
    _oldest.clear()
    for item in depths:
        _queue.labels(item.queue, item.status).set(item.count)
        _oldest.labels(item.queue, item.status).set(item.oldest_s)
    _workers.set(pulse.alive)
    return generate_latest(REGISTRY)
