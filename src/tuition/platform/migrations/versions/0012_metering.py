"""Metering: what each person has paid by the minute."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None
phase = "pre"

TABLES = """
create table meters (
  id uuid constraint pk_meters primary key,
  user_id uuid not null constraint fk_meters_user_id references users (id) on delete restrict,
  content_id uuid not null constraint fk_meters_content_id references contents (id) on delete restrict,
  creator_id uuid not null constraint fk_meters_creator_id references users (id) on delete restrict,
  wallet_id uuid not null constraint fk_meters_wallet_id references wallets (id) on delete restrict,
  play_session_id uuid constraint fk_meters_play_session_id references play_sessions (id) on delete set null,
  currency text not null constraint ck_meters_currency check (currency ~ '^[A-Z]{3}$'),
  rate numeric(19,6) not null constraint ck_meters_rate check (rate > 0),
  exact numeric(40,0) not null default 0 constraint ck_meters_exact check (exact >= 0),
  posted_minor bigint not null default 0 constraint ck_meters_posted check (posted_minor >= 0),
  base_minor bigint not null default 0,
  cap_minor bigint,
  fee_rate numeric(7,6) not null,
  tax_rate numeric(7,6) not null,
  tax_country text not null default '',
  tax_name text not null default '',
  split_base_minor bigint not null default 0,
  split_tax_minor bigint not null default 0,
  split_fee_minor bigint not null default 0,
  free_until_ms bigint not null default 0,
  owned_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ck_meters_cap check (posted_minor <= cap_minor or owned_at is not null),
  constraint ck_meters_base check (base_minor between 0 and posted_minor),
  constraint ck_meters_split_base check (split_base_minor between 0 and posted_minor),
  constraint ck_meters_split_parts check (split_tax_minor >= 0 and split_fee_minor >= 0 and split_tax_minor + split_fee_minor <= split_base_minor),
  constraint uq_meters_user_id_content_id_currency unique (user_id, content_id, currency)
) with (fillfactor = 60);
create index idx_meters_content_id on meters (content_id);
create index idx_meters_creator_id on meters (creator_id);
create index idx_meters_wallet_id on meters (wallet_id);
create index idx_meters_play_session_id on meters (play_session_id);
select tuition_touch('meters');

create table metered_sessions (
  play_session_id uuid constraint pk_metered_sessions primary key
    constraint fk_metered_sessions_play_session_id references play_sessions (id) on delete cascade,
  meter_id uuid not null constraint fk_metered_sessions_meter_id references meters (id) on delete restrict,
  currency text not null constraint ck_metered_sessions_currency check (currency ~ '^[A-Z]{3}$'),
  price_per_minute numeric(19,6) not null,
  posted_before_minor bigint not null,
  cost_minor bigint constraint ck_metered_sessions_cost check (cost_minor >= 0),
  settled_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index idx_metered_sessions_meter_id on metered_sessions (meter_id, created_at);
select tuition_touch('metered_sessions');
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("drop table metered_sessions, meters")
