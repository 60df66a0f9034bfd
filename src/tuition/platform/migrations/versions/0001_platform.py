"""The ground: extensions, the triggers that other tables ask for, the queue, the site's settings, the audit log."""

from __future__ import annotations

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None
phase = "pre"

FUNCTIONS = """
create function tuition_set_updated_at() returns trigger language plpgsql as $$
begin
  if new.updated_at is not distinct from old.updated_at then
    new.updated_at := clock_timestamp();
  end if;
  return new;
end $$;

create function tuition_touch(target regclass) returns void language plpgsql as $$
begin
  execute format('create trigger set_updated_at before update on %s for each row execute function tuition_set_updated_at()', target);
end $$;

create function tuition_refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: % refused', tg_table_name, tg_op using errcode = 'integrity_constraint_violation';
end $$;

create function tuition_append_only(target regclass) returns void language plpgsql as $$
begin
  execute format('create trigger append_only before update or delete on %s for each row execute function tuition_refuse_change()', target);
  execute format('create trigger append_only_all before truncate on %s for each statement execute function tuition_refuse_change()', target);
end $$;
"""

MONTHS = """
-- Partitions by month of an append-only table that is partitioned by `at` and has a default partition: p_months months from
-- p_from on. A month whose rows already lie in the default partition stays there. Nobody waits long behind it: it gives up first.
create function tuition_make_months(p_table text, p_from date, p_months int) returns int language plpgsql set lock_timeout = '5s' as $$
declare
  month timestamp := date_trunc('month', p_from::timestamp);
  since timestamptz;
  until timestamptz;
  name text;
  is_taken boolean;
  made int := 0;
begin
  perform pg_advisory_xact_lock(hashtext('tuition_make_months ' || p_table));
  for i in 1..p_months loop
    since := month at time zone 'UTC';
    until := (month + interval '1 month') at time zone 'UTC';
    name := p_table || to_char(month, '_YYYY_MM');
    execute format('select exists (select from %I where at >= %L and at < %L)', p_table || '_default', since, until) into is_taken;
    if to_regclass(name) is null and not is_taken then
      execute format('create table %I partition of %I for values from (%L) to (%L)', name, p_table, since, until);
      execute format('create trigger append_only_all before truncate on %I for each statement execute function tuition_refuse_change()', name);
      made := made + 1;
    end if;
    month := month + interval '1 month';
  end loop;
  return made;
end $$;
"""

TABLES = """
create table job_progress (
  id uuid constraint pk_job_progress primary key,
  subject_type text not null,
  subject_id uuid not null,
  job text not null,
  done integer not null default 0,
  total integer not null default 0,
  message text not null default '',
  state text not null default 'running',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint uq_job_progress_subject_type_subject_id_job unique (subject_type, subject_id, job),
  constraint ck_job_progress_state check (state in ('running', 'succeeded', 'failed')),
  constraint ck_job_progress_counts check (done >= 0 and total >= 0)
);

create table platform_settings (
  id uuid constraint pk_platform_settings primary key default gen_random_uuid(),
  platform_name text not null default 'My Platform',
  logo_url text,
  primary_color text not null default '#3b82f6',
  hero_title text,
  hero_subtitle text,
  hero_background_url text,
  hero_cta_text text,
  hero_cta_link text,
  featured_content_ids jsonb not null default '[]',
  contact_email text,
  social_links jsonb not null default '{}',
  about_content text,
  stripe_account_id text,
  email_from_name text,
  timezone text not null default 'UTC',
  default_locale text not null default 'en',
  default_currency text not null default 'EUR',
  platform_fee_rate numeric(7, 6) not null default 0.30,
  refund_window_days integer not null default 14,
  earnings_hold_days integer not null default 7,
  pool_rate numeric(7, 6) not null default 0.50,
  pool_model text not null default 'pooled',
  top_up_min_minor bigint not null default 100,
  top_up_max_minor bigint not null default 50000,
  max_upload_bytes bigint not null default 5368709120,
  terms_version text not null default '1',
  sign_up_open boolean not null default true,
  legal_name text,
  legal_address text,
  legal_country text,
  tax_number text,
  mode text,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ck_platform_settings_primary_color check (primary_color ~ '^#[0-9a-f]{6}$'),
  constraint ck_platform_settings_platform_fee_rate check (platform_fee_rate between 0 and 1),
  constraint ck_platform_settings_pool_rate check (pool_rate between 0 and 1),
  constraint ck_platform_settings_refund_window_days check (refund_window_days between 0 and 365),
  constraint ck_platform_settings_earnings_hold_days check (earnings_hold_days between 0 and 365),
  constraint ck_platform_settings_top_up check (top_up_min_minor > 0 and top_up_max_minor >= top_up_min_minor),
  constraint ck_platform_settings_max_upload_bytes check (max_upload_bytes > 0),
  constraint ck_platform_settings_default_currency check (default_currency ~ '^[A-Z]{3}$'),
  constraint ck_platform_settings_pool_model check (pool_model in ('pooled', 'user_centric')),
  constraint ck_platform_settings_mode check (mode in ('test', 'live'))
);
create unique index uq_platform_settings_single on platform_settings ((true));

create function tuition_keep_settings() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'the site keeps its settings' using errcode = 'integrity_constraint_violation';
  end if;
  if old.mode is not null and new.mode is distinct from old.mode then
    raise exception 'this database is stamped %', old.mode using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger keep_settings before update or delete on platform_settings for each row execute function tuition_keep_settings();

create table audit_log (
  id uuid constraint pk_audit_log primary key,
  actor_id uuid,
  action text not null,
  subject_type text,
  subject_id uuid,
  details jsonb not null default '{}',
  created_at timestamptz not null default now()
);
create index idx_audit_log_created_at on audit_log (created_at, id);
create index idx_audit_log_actor_id on audit_log (actor_id, created_at);
create index idx_audit_log_subject on audit_log (subject_type, subject_id, created_at);
create index idx_audit_log_action on audit_log (action, created_at);

create table audit_origins (
  entry_id uuid constraint pk_audit_origins primary key constraint fk_audit_origins_entry_id references audit_log (id),
  ip inet not null,
  created_at timestamptz not null default now()
);

create table idempotency_keys (
  id uuid constraint pk_idempotency_keys primary key,
  actor text not null,
  route text not null,
  key text not null,
  fingerprint text not null,
  leased_until timestamptz not null,
  reserved_id uuid,
  status integer,
  headers jsonb not null default '{}',
  body bytea,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  constraint uq_idempotency_keys_actor_route_key unique (actor, route, key),
  constraint ck_idempotency_keys_status check (status is null or status between 200 and 599)
);
create index idx_idempotency_keys_expires_at on idempotency_keys (expires_at);

create unlogged table rate_limits (
  key text constraint pk_rate_limits primary key,
  empty_at timestamptz not null
);
create index idx_rate_limits_empty_at on rate_limits (empty_at);
"""

QUEUE_LEFT_BEHIND = """
drop table procrastinate_events, procrastinate_periodic_defers, procrastinate_jobs, procrastinate_workers cascade;
do $$
declare routine regprocedure;
begin
  for routine in select oid::regprocedure from pg_proc
    where proname like 'procrastinate\\_%' and pronamespace = current_schema()::regnamespace
  loop execute format('drop function %s cascade', routine); end loop;
end $$;
drop type procrastinate_job_to_defer_v1;
drop type procrastinate_job_status;
drop type procrastinate_job_event_type;
"""


def upgrade() -> None:
    op.execute("create extension if not exists pg_trgm")
    op.execute("create extension if not exists unaccent")
    op.execute("create extension if not exists citext")
    op.execute("create extension if not exists btree_gist")
    op.execute(FUNCTIONS)
    _execute_raw(MONTHS)
    # The queue's own schema text, as its release ships it.
    _execute_raw(SchemaManager.get_schema())
    _execute_raw(TABLES)
    op.execute("insert into platform_settings default values")
    for table in ("job_progress", "platform_settings"):
        op.execute(f"select tuition_touch('{table}')")
    op.execute("select tuition_append_only('audit_log')")


def downgrade() -> None:
    op.execute("drop table rate_limits, idempotency_keys, audit_origins, audit_log, platform_settings, job_progress")
    op.execute("drop function tuition_keep_settings()")
    _execute_raw(QUEUE_LEFT_BEHIND)
    op.execute(
        "drop function tuition_make_months(text, date, int), tuition_append_only(regclass), tuition_touch(regclass),"
        " tuition_refuse_change(), tuition_set_updated_at()"
    )


def _execute_raw(statements: str) -> None:
    # Its colons are not parameters (so not op.execute), and the driver reads a percent sign unless it is doubled.
    op.get_bind().exec_driver_sql(statements.replace("%", "%%"))
