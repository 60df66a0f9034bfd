"""The sandbox's messages, delivered over real HTTP."""

from __future__ import annotations

import httpx
from sqlalchemy import update

from tuition.kernel import clock
from tuition.payments.adapters.sandbox import provider
from tuition.payments.adapters.sandbox.gateway import SIGNATURE_HEADER, SandboxGateway
from tuition.payments.adapters.sandbox.models import SandboxEvent
from tuition.payments.ports import Gateways
from tuition.platform import jobs
from tuition.platform.database import Session

TIMEOUT_S = 10


async def deliver(context: jobs.Context, event_id: str) -> None:
    """Send one message to our own webhook address; anything but a 2xx raises, and the queue tries again later."""
    gateway = context.service(Gateways)["sandbox"]
    assert isinstance(gateway, SandboxGateway)
    async with context.database.reading() as session:
        event = await session.get_one(SandboxEvent, event_id)
    headers = {SIGNATURE_HEADER: gateway.sign(event.body, at=clock.now()), "content-type": "application/json"}
    async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False, transport=gateway.transport) as client:
        answer = await client.post(gateway.webhook_url, content=event.body, headers=headers)
    answer.raise_for_status()
    async with context.database.transaction() as session:
        await session.execute(update(SandboxEvent).where(SandboxEvent.id == event_id).values(delivered_at=clock.now()))


@jobs.work("payments.sandbox_deliver", retries=10)
async def deliver_job(context: jobs.Context, *, event_id: str) -> None:
    """Deliver one message."""
    await deliver(context, event_id)


@jobs.task("payments.sandbox_dispute")
async def dispute(session: Session, *, reference: str) -> None:
    """A while after a disputing card paid, its bank takes the money back."""
    try:
        await provider.dispute(session, reference)
    except provider.ChargeOver:
        return  # it was disputed already; a job may run twice
