"""Notifications, what people want to be told, and the log of e-mails."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
phase = "pre"

TABLES = """
create table notifications (
  user_id uuid not null constraint fk_notifications_user_id references users (id),
  id uuid not null,
  type text not null,
  title text not null,
  message text not null,
  action_url text,
  action_label text,
  read boolean not null generated always as (read_at is not null) stored,
  read_at timestamptz,
  created_at timestamptz not null default now(),
  constraint pk_notifications primary key (user_id, created_at, id)
) partition by range (created_at);
create table notifications_default partition of notifications default;
create index idx_notifications_type on notifications (type);
create index idx_notifications_read on notifications (user_id) where read_at is null;
create index idx_notifications_read_at on notifications (read_at) where read_at is not null;
create index idx_notifications_created_at on notifications (created_at);

create table notification_keys (
  user_id uuid not null constraint fk_notification_keys_user_id references users (id),
  dedupe_key text not null,
  created_at timestamptz not null default now(),
  constraint pk_notification_keys primary key (user_id, dedupe_key)
);
create index idx_notification_keys_created_at on notification_keys (created_at);

create table notification_settings (
  id uuid constraint pk_notification_settings primary key,
  user_id uuid not null constraint fk_notification_settings_user_id references users (id),
  low_balance_threshold_minor bigint not null default 1000,
  low_balance_currency text,
  notification_email text,
  notification_email_confirmed_at timestamptz,
  type_preferences jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint idx_notification_settings_user_id unique (user_id),
  constraint ck_notification_settings_low_balance_threshold_minor check (low_balance_threshold_minor >= 0),
  constraint ck_notification_settings_low_balance_currency check (low_balance_currency ~ '^[A-Z]{3}$')
);
select tuition_touch('notification_settings');

create table email_logs (
  id uuid constraint pk_email_logs primary key,
  recipient_email text not null,
  user_id uuid constraint fk_email_logs_user_id references users (id),
  email_type text not null,
  subject text not null,
  status text not null default 'pending',
  provider text,
  provider_message_id text,
  error_message text,
  sent_at timestamptz,
  delivered_at timestamptz,
  locale text not null default 'en',
  context jsonb not null default '{}',
  headers jsonb not null default '{}',
  body_text text,
  body_html text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ck_email_logs_status check (status in ('pending', 'sent', 'delivered', 'bounced', 'failed'))
);
create index idx_email_logs_user_id on email_logs (user_id);
create index idx_email_logs_email_type on email_logs (email_type);
create index idx_email_logs_status on email_logs (status);
create index idx_email_logs_created_at on email_logs (created_at, id);
create index idx_email_logs_provider_message_id on email_logs (provider, provider_message_id);
select tuition_touch('email_logs');

-- Partitions for p_months months from p_from on. A month whose rows already lie in the default partition stays there.
create function messaging_prepare_partitions(p_from date, p_months integer) returns integer language plpgsql as $$
declare
  first date;
  name text;
  made integer := 0;
begin
  for step in 0 .. p_months - 1 loop
    first := (p_from + make_interval(months => step))::date;
    name := 'notifications_' || to_char(first, 'YYYY_MM');
    continue when to_regclass(name) is not null;
    continue when exists (
      select from notifications_default where created_at >= first and created_at < first + interval '1 month'
    );
    execute format('create table %I partition of notifications for values from (%L) to (%L)', name,
      first::timestamptz, (first + interval '1 month')::timestamptz);
    made := made + 1;
  end loop;
  return made;
end $$;
"""


def upgrade() -> None:
    # exec_driver_sql: the colons are not parameters, and the driver reads a percent sign unless it is doubled.
    op.get_bind().exec_driver_sql(TABLES.replace("%", "%%"))


def downgrade() -> None:
    op.execute("drop function messaging_prepare_partitions(date, integer)")
    op.execute("drop table email_logs, notification_settings, notification_keys, notifications")
