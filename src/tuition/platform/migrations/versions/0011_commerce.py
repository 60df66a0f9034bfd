"""Commerce: orders, their lines, purchases, refunds, numbered documents."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None
phase = "pre"

TABLES = """
create table orders (
  id uuid constraint pk_orders primary key,
  buyer_id uuid not null constraint fk_orders_buyer_id references users (id) on delete restrict,
  status text not null default 'pending'
    constraint ck_orders_status check (status in ('pending', 'completed', 'failed', 'superseded', 'refunded')),
  funding text not null constraint ck_orders_funding check (funding in ('wallet', 'payment', 'free', 'minutes')),
  currency text not null constraint ck_orders_currency check (currency ~ '^[A-Z]{3}$'),
  total_minor bigint not null constraint ck_orders_total check (total_minor >= 0),
  tax_minor bigint not null,
  tax_country text not null,
  tax_name text not null,
  tax_rate numeric(7,6) not null,
  fee_rate numeric(7,6) not null,
  payment_id uuid constraint fk_orders_payment_id references payments (id) on delete restrict,
  waiver_text text not null,
  waiver_text_hash text not null,
  waiver_at timestamptz not null,
  waiver_ip text not null,
  completed_at timestamptz,
  refusal jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ck_orders_tax check (tax_minor between 0 and total_minor)
);
create index idx_orders_buyer_id on orders (buyer_id, created_at);
create index idx_orders_payment_id on orders (payment_id);
select tuition_touch('orders');

create table order_lines (
  id uuid constraint pk_order_lines primary key,
  order_id uuid not null constraint fk_order_lines_order_id references orders (id) on delete restrict,
  content_id uuid not null constraint fk_order_lines_content_id references contents (id) on delete restrict,
  title text not null,
  list_minor bigint not null,
  amount_minor bigint not null constraint ck_order_lines_amount check (amount_minor >= 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint uq_order_lines_order_id_content_id unique (order_id, content_id)
);
create index idx_order_lines_content_id on order_lines (content_id);
select tuition_touch('order_lines');

create table purchases (
  id uuid constraint pk_purchases primary key,
  order_id uuid not null constraint fk_purchases_order_id references orders (id) on delete restrict,
  order_line_id uuid not null constraint fk_purchases_order_line_id references order_lines (id) on delete restrict,
  buyer_id uuid not null constraint fk_purchases_buyer_id references users (id) on delete restrict,
  content_id uuid not null constraint fk_purchases_content_id references contents (id) on delete restrict,
  seller_id uuid not null constraint fk_purchases_seller_id references users (id) on delete restrict,
  currency text not null constraint ck_purchases_currency check (currency ~ '^[A-Z]{3}$'),
  amount_minor bigint not null constraint ck_purchases_amount check (amount_minor >= 0),
  tax_minor bigint not null,
  platform_fee_minor bigint not null,
  creator_minor bigint not null,
  status text not null default 'pending'
    constraint ck_purchases_status check (status in ('pending', 'completed', 'refunded', 'failed')),
  provider text not null,
  provider_reference text not null,
  grant_id uuid,
  refunded_minor bigint not null default 0,
  refund_reason text,
  purchased_at timestamptz,
  refunded_at timestamptz,
  consumption_noted_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ck_purchases_split check (tax_minor + platform_fee_minor + creator_minor = amount_minor),
  constraint ck_purchases_refunded check (refunded_minor between 0 and amount_minor),
  constraint uq_purchases_order_line_id_content_id unique (order_line_id, content_id)
);
create unique index uq_purchases_owned on purchases (buyer_id, content_id) where status = 'completed';
create index idx_purchases_customer_id on purchases (buyer_id, created_at);
create index idx_purchases_content_id on purchases (content_id);
create index idx_purchases_seller_id on purchases (seller_id, created_at);
create index idx_purchases_status on purchases (status);
create index idx_purchases_created_at on purchases (created_at);
create index idx_purchases_order_id on purchases (order_id);
create index idx_purchases_provider_reference on purchases (provider_reference);
select tuition_touch('purchases');

create table refunds (
  id uuid constraint pk_refunds primary key,
  order_id uuid not null constraint fk_refunds_order_id references orders (id) on delete restrict,
  purchase_id uuid not null constraint fk_refunds_purchase_id references purchases (id) on delete restrict,
  decided_by uuid constraint fk_refunds_decided_by references users (id) on delete restrict,
  currency text not null constraint ck_refunds_currency check (currency ~ '^[A-Z]{3}$'),
  amount_minor bigint not null constraint ck_refunds_amount check (amount_minor > 0),
  tax_minor bigint not null,
  platform_fee_minor bigint not null,
  creator_minor bigint not null,
  used_ms bigint not null,
  duration_ms bigint not null,
  reason text not null default '',
  status text not null constraint ck_refunds_status check (status in ('pending', 'completed', 'failed')),
  completed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ck_refunds_split check (tax_minor + platform_fee_minor + creator_minor = amount_minor),
  constraint uq_refunds_purchase_id unique (purchase_id)
);
create index idx_refunds_order_id on refunds (order_id);
create index idx_refunds_decided_by on refunds (decided_by);
select tuition_touch('refunds');

create table invoices (
  id uuid constraint pk_invoices primary key,
  number text not null constraint uq_invoices_number unique,
  kind text not null constraint ck_invoices_kind check (kind in ('invoice', 'credit_note')),
  order_id uuid not null constraint fk_invoices_order_id references orders (id) on delete restrict,
  subject_id uuid not null,
  buyer_id uuid not null constraint fk_invoices_buyer_id references users (id) on delete restrict,
  buyer jsonb not null,
  seller jsonb not null,
  lines jsonb not null,
  currency text not null constraint ck_invoices_currency check (currency ~ '^[A-Z]{3}$'),
  total_minor bigint not null,
  tax_minor bigint not null,
  tax_name text not null,
  tax_rate numeric(7,6) not null,
  issued_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint uq_invoices_kind_subject_id unique (kind, subject_id)
);
create index idx_invoices_buyer_id on invoices (buyer_id, issued_at);
create index idx_invoices_order_id on invoices (order_id);
select tuition_touch('invoices');

create table invoice_counters (
  kind text not null,
  year integer not null,
  last integer not null,
  constraint pk_invoice_counters primary key (kind, year)
);
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("drop table invoice_counters, invoices, refunds, purchases, order_lines, orders")
