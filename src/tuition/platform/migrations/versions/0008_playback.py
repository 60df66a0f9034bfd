"""Playback: sessions, coverage, and the intervals that prove it."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
phase = "pre"

TABLES = """
create table play_sessions (
  id uuid constraint pk_play_sessions primary key,
  user_id uuid not null constraint fk_play_sessions_user_id references users (id) on delete cascade,
  content_id uuid not null constraint fk_play_sessions_content_id references contents (id) on delete cascade,
  content_title text not null,
  device_id text not null,
  device_name text not null,
  basis_type text not null,
  basis_id uuid not null,
  status text not null default 'active' constraint ck_play_sessions_status check (status in ('active', 'completed', 'cancelled')),
  started_at timestamptz not null,
  ended_at timestamptz,
  end_reason text constraint ck_play_sessions_end_reason
    check (end_reason in ('stopped', 'replaced', 'taken_over', 'connection_lost', 'out_of_money', 'access_ended')),
  limit_ms bigint not null,
  right_until timestamptz,
  played_ms bigint not null default 0 constraint ck_play_sessions_played check (played_ms >= 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ck_play_sessions_ended check ((status = 'active') = (ended_at is null))
);
create unique index uq_play_sessions_active on play_sessions (user_id) where status = 'active';
create index idx_sessions_user_id on play_sessions (user_id, started_at);
create index idx_sessions_content_id on play_sessions (content_id);
create index idx_sessions_started_at on play_sessions (started_at);
create index idx_sessions_status on play_sessions (status);
create index idx_play_sessions_basis on play_sessions (basis_type, basis_id);
select tuition_touch('play_sessions');

create table playback (
  id uuid constraint pk_playback primary key,
  user_id uuid not null constraint fk_playback_user_id references users (id) on delete cascade,
  content_id uuid not null,
  kind text not null constraint ck_playback_kind check (kind in ('video', 'audio')),
  duration_ms bigint not null constraint ck_playback_duration check (duration_ms > 0),
  coverage int8multirange not null default '{}',
  covered_ms bigint not null default 0,
  position_ms bigint not null default 0,
  completed_at timestamptz,
  session_id uuid constraint fk_playback_session_id references play_sessions (id) on delete set null,
  allowance_ms bigint not null default 10000 constraint ck_playback_allowance check (allowance_ms >= 0),
  speed integer not null default 1000,
  seen_at timestamptz not null,
  leased int8multirange not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ck_playback_covered check (covered_ms between 0 and duration_ms),
  constraint ck_playback_position check (position_ms between 0 and duration_ms),
  constraint uq_playback_user_id_content_id unique (user_id, content_id),
  constraint fk_playback_content foreign key (content_id, kind) references contents (id, kind) on delete cascade
) with (fillfactor = 60);
create index idx_playback_content_id on playback (content_id, kind);
create index idx_playback_session_id on playback (session_id);
select tuition_touch('playback');

create table play_intervals (
  user_id uuid not null,
  at timestamptz not null,
  id uuid not null,
  play_session_id uuid not null,
  content_id uuid not null,
  played int8multirange not null,
  new_ms integer not null constraint ck_play_intervals_new check (new_ms >= 0),
  speed integer not null,
  created_at timestamptz not null default now(),
  constraint pk_play_intervals primary key (user_id, at, id)
) partition by range (at);
create table play_intervals_default partition of play_intervals default;
create index idx_play_intervals_play_session_id on play_intervals (play_session_id);
create index idx_play_intervals_user_id_content_id on play_intervals (user_id, content_id);
select tuition_append_only('play_intervals');
create trigger append_only_all before truncate on play_intervals_default
  for each statement execute function tuition_refuse_change();
select tuition_make_months('play_intervals', (now() at time zone 'UTC')::date, 3);
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("drop table play_intervals, playback, play_sessions")
