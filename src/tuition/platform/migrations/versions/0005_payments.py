"""Payments: saved methods, payments, refunds, and what providers said."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
phase = "pre"

TABLES = """
create table payment_methods (
  id uuid constraint pk_payment_methods primary key,
  user_id uuid not null constraint fk_payment_methods_user_id references users (id) on delete restrict,
  provider text not null,
  provider_reference text not null,
  brand text not null,
  last4 text not null,
  expires_month integer,
  expires_year integer,
  is_default boolean not null default false,
  removed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint uq_payment_methods_provider_provider_reference unique (provider, provider_reference)
);
create index idx_payment_methods_user_id on payment_methods (user_id);
create unique index uq_payment_methods_default on payment_methods (user_id) where is_default and removed_at is null;
select tuition_touch('payment_methods');

create table payments (
  id uuid constraint pk_payments primary key,
  user_id uuid not null constraint fk_payments_user_id references users (id) on delete restrict,
  purpose text not null,
  subject_type text not null,
  subject_id uuid not null,
  amount_minor bigint not null constraint ck_payments_amount check (amount_minor > 0),
  tax_minor bigint not null default 0,
  currency text not null constraint ck_payments_currency check (currency ~ '^[A-Z]{3}$'),
  status text not null default 'pending'
    constraint ck_payments_status check (status in ('pending', 'succeeded', 'failed', 'partially_refunded', 'refunded')),
  provider text not null,
  provider_reference text,
  payment_method_id uuid constraint fk_payments_payment_method_id references payment_methods (id) on delete restrict,
  off_session boolean not null default false,
  save_method boolean not null default false,
  description text not null default '',
  return_url text not null default '',
  redirect_url text,
  fee_minor bigint not null default 0 constraint ck_payments_fee check (fee_minor >= 0),
  refunded_minor bigint not null default 0,
  failure_code text not null default '',
  failure_message text not null default '',
  processed_at timestamptz,
  disputed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ck_payments_tax check (tax_minor between 0 and amount_minor),
  constraint ck_payments_refunded check (refunded_minor between 0 and amount_minor),
  constraint uq_payments_provider_provider_reference unique (provider, provider_reference)
);
create index ix_payments_user_id on payments (user_id, created_at);
create index ix_payments_status on payments (status);
create index idx_payments_pending on payments (created_at) where status = 'pending';
create index idx_payments_subject on payments (subject_type, subject_id);
create index idx_payments_payment_method_id on payments (payment_method_id);
create index idx_payments_created_at on payments (created_at, id);
select tuition_touch('payments');

create table payment_refunds (
  id uuid constraint pk_payment_refunds primary key,
  payment_id uuid not null constraint fk_payment_refunds_payment_id references payments (id) on delete restrict,
  subject_type text not null,
  subject_id uuid not null,
  amount_minor bigint not null constraint ck_payment_refunds_amount check (amount_minor > 0),
  currency text not null constraint ck_payment_refunds_currency check (currency ~ '^[A-Z]{3}$'),
  status text not null default 'pending' constraint ck_payment_refunds_status check (status in ('pending', 'succeeded', 'failed')),
  provider_reference text,
  attempt integer not null default 1 constraint ck_payment_refunds_attempt check (attempt > 0),
  reason text not null default '',
  failure_message text not null default '',
  processed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint uq_payment_refunds_subject_type_subject_id unique (subject_type, subject_id)
);
create index idx_payment_refunds_payment_id on payment_refunds (payment_id);
create index idx_payment_refunds_pending on payment_refunds (created_at) where status = 'pending';
create index idx_payment_refunds_provider_reference on payment_refunds (provider_reference);
select tuition_touch('payment_refunds');

create table payment_webhook_events (
  id uuid constraint pk_payment_webhook_events primary key,
  provider text not null,
  event_id text not null,
  event_type text not null,
  status text not null default 'processing'
    constraint ck_payment_webhook_events_status check (status in ('processing', 'processed', 'ignored', 'failed')),
  payload bytea not null,
  headers jsonb not null default '{}',
  payment_id uuid constraint fk_payment_webhook_events_payment_id references payments (id) on delete restrict,
  deliveries integer not null default 1,
  attempts integer not null default 0,
  error_message text,
  processed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint uq_payment_webhook_events_provider_event_id unique (provider, event_id)
);
create index ix_payment_webhook_events_event_type on payment_webhook_events (event_type);
create index ix_payment_webhook_events_status on payment_webhook_events (status);
create index idx_payment_webhook_events_created_at on payment_webhook_events (created_at, id);
create index idx_payment_webhook_events_payment_id on payment_webhook_events (payment_id);
select tuition_touch('payment_webhook_events');

create table sandbox_cards (
  reference text constraint pk_sandbox_cards primary key,
  behaviour text not null,
  brand text not null,
  last4 text not null,
  expires_month integer not null,
  expires_year integer not null,
  created_at timestamptz not null default now()
);

create table sandbox_charges (
  reference text constraint pk_sandbox_charges primary key,
  key text not null constraint uq_sandbox_charges_key unique,
  amount_minor bigint not null,
  currency text not null,
  description text not null,
  return_url text not null,
  status text not null,
  save_method boolean not null,
  card_reference text,
  failure_code text not null default '',
  failure_message text not null default '',
  fee_minor bigint not null default 0,
  refunded_minor bigint not null default 0,
  created_at timestamptz not null default now()
);

create table sandbox_refunds (
  reference text constraint pk_sandbox_refunds primary key,
  key text not null constraint uq_sandbox_refunds_key unique,
  charge_reference text not null constraint fk_sandbox_refunds_charge_reference references sandbox_charges (reference),
  amount_minor bigint not null constraint ck_sandbox_refunds_amount check (amount_minor > 0),
  status text not null,
  failure_message text not null default '',
  created_at timestamptz not null default now()
);
create index idx_sandbox_refunds_charge_reference on sandbox_refunds (charge_reference);

create table sandbox_events (
  id text constraint pk_sandbox_events primary key,
  charge_reference text not null,
  body bytea not null,
  delivered_at timestamptz,
  created_at timestamptz not null default now()
);
create index idx_sandbox_events_charge_reference on sandbox_events (charge_reference);
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute(
        "drop table sandbox_events, sandbox_refunds, sandbox_charges, sandbox_cards, payment_webhook_events, payment_refunds,"
        " payments, payment_methods"
    )
