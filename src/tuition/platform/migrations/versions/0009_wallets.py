"""Wallets: lots, draws, the history, and the automatic top-up."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
phase = "pre"

TABLES = """
create table wallets (
  id uuid constraint pk_wallets primary key,
  user_id uuid not null constraint fk_wallets_user_id references users (id) on delete restrict,
  currency text not null constraint ck_wallets_currency check (currency ~ '^[A-Z]{3}$'),
  alert_below_minor bigint not null default 1000,
  low_since timestamptz,
  owed_minor bigint not null default 0 constraint ck_wallets_owed check (owed_minor >= 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint uq_wallets_user_id_currency unique (user_id, currency)
);
select tuition_touch('wallets');

create table wallet_lots (
  id uuid constraint pk_wallet_lots primary key,
  wallet_id uuid not null constraint fk_wallet_lots_wallet_id references wallets (id) on delete restrict,
  kind text not null constraint ck_wallet_lots_kind check (kind in ('paid', 'granted', 'earned')),
  source_type text not null,
  source_id uuid not null,
  currency text not null constraint ck_wallet_lots_currency check (currency ~ '^[A-Z]{3}$'),
  amount_minor bigint not null constraint ck_wallet_lots_amount check (amount_minor > 0),
  remaining_minor bigint not null,
  expires_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ck_wallet_lots_remaining check (remaining_minor between 0 and amount_minor),
  constraint uq_wallet_lots_source_type_source_id_kind unique (source_type, source_id, kind)
) with (fillfactor = 70);
create index idx_wallet_lots_wallet_id on wallet_lots (wallet_id);
create index idx_wallet_lots_wallet_id_live on wallet_lots (wallet_id) where remaining_minor > 0;
create index idx_wallet_lots_expires_at on wallet_lots (expires_at) where remaining_minor > 0 and expires_at is not null;
select tuition_touch('wallet_lots');

create table wallet_draws (
  id uuid constraint pk_wallet_draws primary key,
  lot_id uuid not null constraint fk_wallet_draws_lot_id references wallet_lots (id) on delete restrict,
  source_type text not null,
  source_id uuid not null,
  amount_minor bigint not null constraint ck_wallet_draws_amount check (amount_minor > 0),
  returned_minor bigint not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ck_wallet_draws_returned check (returned_minor between 0 and amount_minor),
  constraint uq_wallet_draws_source_type_source_id_lot_id unique (source_type, source_id, lot_id)
) with (fillfactor = 70);
create index idx_wallet_draws_lot_id on wallet_draws (lot_id);
select tuition_touch('wallet_draws');

create table transactions (
  id uuid constraint pk_transactions primary key,
  user_id uuid not null constraint fk_transactions_user_id references users (id) on delete restrict,
  wallet_id uuid not null constraint fk_transactions_wallet_id references wallets (id) on delete restrict,
  type text not null constraint ck_transactions_type check (type in ('payment', 'topup', 'withdrawal', 'refund', 'grant', 'expiry', 'dispute')),
  amount_minor bigint not null constraint ck_transactions_amount check (amount_minor > 0),
  currency text not null constraint ck_transactions_currency check (currency ~ '^[A-Z]{3}$'),
  status text not null default 'pending' constraint ck_transactions_status check (status in ('pending', 'completed', 'failed', 'cancelled')),
  payment_method text,
  description text not null default '',
  metadata jsonb not null default '{}',
  source_type text not null,
  source_id uuid not null,
  completed_at timestamptz,
  created_at timestamptz not null default now(),
  constraint uq_transactions_source_type_source_id_type unique (source_type, source_id, type)
);
create index idx_transactions_user_id on transactions (user_id);
create index idx_transactions_wallet_id on transactions (wallet_id, created_at, id);
create index idx_transactions_type on transactions (type);
create index idx_transactions_status on transactions (status);
create index idx_transactions_created_at on transactions (created_at);

create table auto_topup_settings (
  id uuid constraint pk_auto_topup_settings primary key,
  user_id uuid not null constraint fk_auto_topup_settings_user_id references users (id) on delete restrict,
  currency text not null constraint ck_auto_topup_settings_currency check (currency ~ '^[A-Z]{3}$'),
  enabled boolean not null default false,
  threshold_minor bigint not null default 1000 constraint ck_auto_topup_settings_threshold check (threshold_minor >= 0),
  amount_minor bigint not null default 2500 constraint ck_auto_topup_settings_amount check (amount_minor > 0),
  ceiling_month_minor bigint not null default 10000,
  payment_method_id uuid constraint fk_auto_topup_settings_payment_method_id references payment_methods (id) on delete restrict,
  attempt_payment_id uuid,
  failures integer not null default 0 constraint ck_auto_topup_settings_failures check (failures >= 0),
  next_attempt_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ck_auto_topup_settings_ceiling check (ceiling_month_minor >= amount_minor),
  constraint ck_auto_topup_settings_method check (not enabled or payment_method_id is not null),
  constraint uq_auto_topup_settings_user_id unique (user_id)
);
create index idx_auto_topup_settings_payment_method_id on auto_topup_settings (payment_method_id);
select tuition_touch('auto_topup_settings');
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("drop table auto_topup_settings, transactions, wallet_draws, wallet_lots, wallets")
