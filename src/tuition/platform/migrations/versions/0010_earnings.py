"""Earnings: one lot per creator and source."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None
phase = "pre"

TABLES = """
create table earning_lots (
  id uuid constraint pk_earning_lots primary key,
  creator_id uuid not null constraint fk_earning_lots_creator_id references users (id) on delete restrict,
  source_type text not null,
  source_id uuid not null,
  category text not null constraint ck_earning_lots_category check (category in ('sales', 'donations', 'subscriptions')),
  currency text not null constraint ck_earning_lots_currency check (currency ~ '^[A-Z]{3}$'),
  amount_minor bigint not null constraint ck_earning_lots_amount check (amount_minor >= 0),
  consumed_millionths bigint not null default 0 constraint ck_earning_lots_consumed check (consumed_millionths between 0 and 1000000),
  matured_minor bigint not null default 0,
  reversed_minor bigint not null default 0,
  paid_out_minor bigint not null default 0,
  owed_minor bigint not null default 0,
  hold_until timestamptz not null,
  window_until timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ck_earning_lots_reversed check (reversed_minor between 0 and amount_minor),
  constraint ck_earning_lots_matured check (matured_minor between 0 and amount_minor - reversed_minor),
  constraint ck_earning_lots_paid_out check (paid_out_minor between 0 and matured_minor + owed_minor),
  constraint ck_earning_lots_owed check (owed_minor between 0 and reversed_minor),
  constraint uq_earning_lots_source_type_source_id_creator_id unique (source_type, source_id, creator_id)
);
create index idx_earning_lots_creator_id_created_at on earning_lots (creator_id, created_at);
create index idx_earning_lots_owed on earning_lots (creator_id, currency) where owed_minor > 0;
create index idx_earning_lots_available on earning_lots (creator_id, currency) where matured_minor + owed_minor > paid_out_minor;
create index idx_earning_lots_maturing on earning_lots (hold_until) where matured_minor < amount_minor - reversed_minor;
select tuition_touch('earning_lots');

create table tax_rates (
  id uuid constraint pk_tax_rates primary key,
  country text not null constraint ck_tax_rates_country check (country ~ '^([A-Z]{2}|[*])$'),
  name text not null,
  rate numeric(7,6) not null constraint ck_tax_rates_rate check (rate between 0 and 0.5),
  is_inclusive boolean not null,
  valid_from timestamptz not null,
  valid_until timestamptz,
  changed_by uuid constraint fk_tax_rates_changed_by references users (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ck_tax_rates_period check (valid_until > valid_from)
);
create unique index uq_tax_rates_in_force on tax_rates (country) where valid_until is null;
create index idx_tax_rates_changed_by on tax_rates (changed_by);
select tuition_touch('tax_rates');
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("drop table tax_rates, earning_lots")
