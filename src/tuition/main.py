"""The composition root: builds the vendors, wires the rooms, lists the routers. The only place that knows everybody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI
from starlette.routing import BaseRoute

import tuition
from tuition import (
    access,
    api,
    catalog,
    commerce,
    community,
    earnings,
    identity,
    messaging,
    metering,
    payments,
    playback,
    wallets,
    web,
)
from tuition.api.about import health, openapi
from tuition.api.playing import Heartbeat
from tuition.edge import (
    GateMiddleware,
    HeadMiddleware,
    Runtime,
    SecurityMiddleware,
    Signpost,
    TelemetryMiddleware,
    limit_visitors,
    told_to_stop,
)
from tuition.learning import assignments, certificates, courses, enrollments, exchange, gradebook, packages, pictures, quizzes
from tuition.payments.adapters.sandbox import SandboxGateway
from tuition.platform import audit, files, jobs, mail, privacy, secrets, telemetry
from tuition.platform.database import AnySession, Database, Session, connect
from tuition.platform.events import Bus
from tuition.platform.settings import MailProvider, Settings, secret_key
from tuition.web import owner
from tuition.web.rendering import (
    StaticAssets,
    translations_of,
)
from tuition.web.site import HANDLERS, load_shell

LEARNING = (courses, enrollments, quizzes, assignments, packages, certificates, pictures)
"""The parts of the school, from the ground up: each wires what it hears of the rooms and parts below it."""


def build_runtime(settings: Settings, database_url: str, *, pool_size: int = 10) -> Runtime:
    """Open the pool and build every vendor that the settings name."""
    key = secret_key(settings)
    secrets.configure(key)
    bus = Bus()
    wire(bus)
    replicas = [url.get_secret_value() for url in settings.replica_urls]
    database = connect(database_url, bus=bus, pool_size=pool_size, pooler=settings.database_pooler, replica_urls=replicas)
    services = jobs.Services()
    services.provide(files.Store, _store(settings))
    services.provide(mail.Transport, _transport(settings))
    services.provide(payments.Gateways, payments.Gateways(_gateways(settings, database)))
    services.provide(messaging.Hub, messaging.Hub(database, settings.direct_address or database_url))
    services.provide(Settings, settings)
    base = public_address(settings)
    openid = identity.OpenIdProviders(settings.openid_providers, redirect_base=base, may_be_inside=settings.openid_inside)
    services.provide(identity.OpenIdProviders, openid)
    identity.configure(
        access_lifetime=timedelta(minutes=settings.access_token_minutes),
        refresh_lifetime=timedelta(days=settings.refresh_token_days),
    )
    messaging.configure(
        public_url=base,
        sender=settings.mail_from,
        translations=translations_of,
        keeps=settings.mail_provider is MailProvider.OUTBOX,
    )
    certificates.configure(public_url=base, translations=translations_of)
    community.configure(moderates=courses.may_moderate, announces=courses.may_announce, audience=_who_learns_from)
    privacy.register("platform", export=audit.export, erase=audit.erase)
    for room in (identity, catalog, payments, messaging, access, wallets, earnings, commerce, community):
        privacy.register(room.__name__.rpartition(".")[2], export=room.privacy.export, erase=room.privacy.erase)
    for part in (*LEARNING, gradebook, exchange):
        privacy.register(part.__name__.rpartition(".")[2], export=part.privacy.export, erase=part.privacy.erase)
    return Runtime(settings=settings, database=database, services=services)


def wire(bus: Bus) -> None:
    """Say who hears what. Facts of a room are heard by rooms above it; those of a sibling are translated here."""
    for reaction in (wallets.on_payment_succeeded, commerce.on_payment_succeeded):
        bus.subscribe(payments.PaymentSucceeded, reaction)
    for declined in (wallets.on_payment_failed, commerce.on_payment_failed):
        bus.subscribe(payments.PaymentFailed, declined)
    for disputed in (wallets.on_payment_disputed, commerce.on_payment_disputed):
        bus.subscribe(payments.PaymentDisputed, disputed)
    for given_back in (wallets.on_refunded_outside, commerce.on_refunded_outside):
        bus.subscribe(payments.RefundedOutside, given_back)
    bus.subscribe(payments.PaymentSucceeded, _count_payment)
    bus.subscribe(payments.RefundSucceeded, _count_refund)
    bus.subscribe(payments.MethodRemoved, wallets.on_method_removed)
    bus.subscribe(payments.RefundSucceeded, commerce.on_refund_succeeded)
    bus.subscribe(payments.RefundFailed, commerce.on_refund_failed)
    bus.subscribe(playback.PlaySessionEnded, metering.on_play_session_ended)
    bus.subscribe(access.AccessEnded, metering.on_access_ended)
    bus.subscribe(access.AccessGranted, metering.on_access_granted)
    bus.subscribe(identity.PersonSuspended, metering.on_person_gone)
    bus.subscribe(identity.PersonDeactivated, metering.on_person_gone)
    bus.subscribe(identity.PersonErased, metering.on_person_gone)
    bus.subscribe(catalog.ContentArchived, metering.on_content_gone)
    bus.subscribe(catalog.ContentDeleted, metering.on_content_gone)
    bus.subscribe(metering.CapReached, _own_what_was_played)
    bus.subscribe(wallets.BalanceLow, _say_balance_is_low)
    bus.subscribe(catalog.MediaReady, _say_it_can_be_played)
    bus.subscribe(catalog.MediaFailed, _say_it_cannot_be_played)
    bus.subscribe(catalog.ContentPublished, _say_it_is_published)
    bus.subscribe(community.ContentTakenDown, _take_it_down)
    messaging.reactions.wire(bus)
    for part in LEARNING:
        part.wire(bus)
    bus.subscribe(messaging.LowBalanceThresholdChanged, _look_at_thresholds)
    commerce.configure(admits=enrollments.refusals, measures=enrollments.use_of)


async def _count_payment(_session: Session, fact: payments.PaymentSucceeded) -> None:
    telemetry.count_money(fact.purpose, fact.amount)


async def _count_refund(_session: Session, fact: payments.RefundSucceeded) -> None:
    telemetry.count_money("refund", fact.amount)


async def _own_what_was_played(session: Session, fact: metering.CapReached) -> None:
    meter = await metering.get_meter(session, fact.meter_id)
    await commerce.record_metered_ownership(
        session,
        buyer_id=fact.user_id,
        content_id=fact.content_id,
        parts=metering.split_of(meter),
        fee_rate=meter.fee_rate,
        tax=earnings.Tax(meter.tax_country, meter.tax_name, meter.tax_rate, is_inclusive=True),
        meter_id=fact.meter_id,
    )


async def _who_learns_from(session: AnySession, content_id: UUID, after: UUID | None, limit: int) -> list[UUID]:
    if await courses.find(session, [content_id]):
        return await enrollments.learners_after(session, content_id, after, limit)
    return await community.holders(session, content_id, after, limit)


async def _take_it_down(session: Session, fact: community.ContentTakenDown) -> None:
    await catalog.take_down(session, fact.content_id, note=fact.note)


async def _look_at_thresholds(session: Session, fact: messaging.LowBalanceThresholdChanged) -> None:
    await wallets.refresh_alert(session, fact.person_id)


async def _say_balance_is_low(session: Session, fact: wallets.BalanceLow) -> None:
    await messaging.notify(
        session,
        fact.person_id,
        "low_balance",
        title="Your balance is low",
        message="{balance} is left in your wallet.",
        fields={"balance": fact.balance},
        action_url="/wallet",
        action_label="Top up",
    )
    context = {"balance": fact.balance, "url": "/wallet"}
    await messaging.send_email(session, "low_balance", to_person=fact.person_id, context=context)


async def _say_it_can_be_played(session: Session, fact: catalog.MediaReady) -> None:
    await _tell_creator(session, fact.content_id, "Ready to play", "“{title}” is packaged and can be played.")


async def _say_it_cannot_be_played(session: Session, fact: catalog.MediaFailed) -> None:
    message = "“{title}” could not be packaged: {reason}"
    await _tell_creator(session, fact.content_id, "A file cannot be played", message, reason=fact.reason)


async def _say_it_is_published(session: Session, fact: catalog.ContentPublished) -> None:
    # Who has just pressed the button knows.
    if fact.was_scheduled:
        await _tell_creator(session, fact.content_id, "Published as planned", "“{title}” can be found from now on.")


async def _tell_creator(session: Session, content_id: UUID, title: str, message: str, **fields: str) -> None:
    content = (await catalog.contents_by_id(session, [content_id]))[content_id]
    await messaging.notify(
        session,
        content.creator_id,
        "system",
        title=title,
        message=message,
        fields={"title": content.title, **fields},
        action_url=f"/studio/contents/{content_id}",
        action_label="Open it in the studio",
    )


def public_address(settings: Settings) -> str:
    """Where people reach this installation: as the settings say, else where it listens."""
    return settings.public_url.rstrip("/") or f"http://{settings.host}:{settings.port}"


def _store(settings: Settings) -> files.Store:
    access, secret = settings.files_access_key, settings.files_secret_key
    return files.from_address(
        settings.files_url,
        settings.files_folder,
        endpoint=settings.files_endpoint,
        region=settings.files_region,
        access_key=access.get_secret_value() if access else None,
        secret_key=secret.get_secret_value() if secret else None,
    )


def _transport(settings: Settings) -> mail.Transport:
    match settings.mail_provider:
        case MailProvider.OUTBOX:
            return mail.Outbox()
        case MailProvider.SMTP:
            assert settings.smtp_url is not None, "the settings see to it"
            return mail.Smtp(settings.smtp_url.get_secret_value())
        case MailProvider.RESEND:
            assert settings.resend_key is not None, "the settings see to it"
            return mail.Resend(settings.resend_key.get_secret_value())
        case MailProvider.SENDGRID:
            assert settings.sendgrid_key is not None, "the settings see to it"
            return mail.SendGrid(settings.sendgrid_key.get_secret_value())


def _gateways(settings: Settings, database: Database) -> list[payments.Gateway]:
    built: list[payments.Gateway] = []
    for name in settings.enabled_gateways:
        match name:
            case "sandbox":
                base = settings.public_url or f"http://{settings.host}:{settings.port}"
                built.append(
                    SandboxGateway(database, base_url=base, secret=secrets.sign(b"sandbox", "sandbox-webhooks").encode())
                )
            case _:
                raise payments.GatewayUnknown(provider=name, known="sandbox")
    return built


def create_app(runtime: Runtime) -> Any:
    """The ASGI application around a runtime."""
    tracer = telemetry.start_tracing(runtime.settings.otel_endpoint, version=tuition.__version__)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        hub = runtime.service(messaging.Hub)
        async with hub.listening():
            with told_to_stop(hub.close):
                yield
        await heartbeat.batcher.close()
        await runtime.close()
        telemetry.stop_tracing(tracer)

    app = FastAPI(
        title="Tuition",
        version=tuition.__version__,
        lifespan=lifespan,
        docs_url="/docs",
        redoc_url=None,
    )
    app.state.runtime = runtime
    app.openapi = lambda: openapi.document(app)  # type: ignore[method-assign] # FastAPI's documented way to extend the document
    app.router.routes.extend(_handlers())
    app.mount("/static", StaticAssets())
    owner.mount_tables(app, runtime)
    app.router.middleware_stack = Signpost(app.router)
    for kind, answer in HANDLERS.items():
        app.add_exception_handler(kind, answer)
    app.add_middleware(SecurityMiddleware)
    telemetry.trace_app(app, tracer)
    heartbeat = Heartbeat(app, runtime)
    return TelemetryMiddleware(GateMiddleware(HeadMiddleware(heartbeat), runtime.settings))


@lru_cache(maxsize=1)
def _handlers() -> list[BaseRoute]:
    """Every handler at its address. Built once: they are the same for each application of a process, and take half a second."""
    every = APIRouter(dependencies=[Depends(limit_visitors)])
    for router in [health.router, *api.ROUTERS, *web.PICTURES]:
        every.include_router(router)
    for router in web.ROUTERS:
        every.include_router(router, include_in_schema=False, dependencies=[Depends(load_shell)])
    return every.routes
