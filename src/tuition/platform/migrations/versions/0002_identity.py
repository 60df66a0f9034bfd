"""People, their roles, how they sign in, and what they agreed to."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None
phase = "pre"

PEOPLE = """
create table users (
  id uuid primary key,
  email text not null constraint idx_users_email unique,
  password_hash text not null,
  full_name text not null default '',
  role text not null default 'learner' constraint ck_users_role check (role in ('learner', 'creator', 'partner', 'owner', 'operator')),
  status text not null default 'active'
    constraint ck_users_status check (status in ('active', 'invited', 'pending_consent', 'suspended', 'deactivated', 'erased')),
  is_active boolean not null generated always as (status = 'active') stored,
  email_verified_at timestamptz,
  phone text,
  profile_image_url text,
  bio text,
  locale text not null default 'en',
  time_zone text not null default 'UTC',
  country text constraint ck_users_country check (country ~ '^[A-Z]{2}$'),
  currency text constraint ck_users_currency check (currency ~ '^[A-Z]{3}$'),
  birth_year integer constraint ck_users_birth_year check (birth_year between 1900 and 2200),
  preferences jsonb not null default '{}',
  profile jsonb not null default '{}',
  profile_metadata jsonb not null default '{}',
  onboarding_completed_at timestamptz,
  last_login_at timestamptz,
  status_reason text,
  deleted_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index ix_users_email on users (lower(email));
create index idx_users_role on users (role);
create index idx_users_deleted_at on users (deleted_at);
create index ix_users_email_verified_at on users (email_verified_at);
create index ix_users_is_active_created_at on users (is_active, created_at);
select tuition_touch('users');

create table user_roles (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  role text not null constraint ck_user_roles_role check (role in ('learner', 'creator', 'partner', 'owner', 'operator')),
  granted_by uuid references users (id) on delete set null,
  created_at timestamptz not null default now(),
  constraint uq_user_roles_user_id_role unique (user_id, role)
);
create index idx_user_roles_role on user_roles (role);
create index idx_user_roles_granted_by on user_roles (granted_by);
"""

SIGN_INS = """
create table sign_ins (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  kind text not null constraint ck_sign_ins_kind check (kind in ('browser', 'api')),
  cookie_hash text constraint uq_sign_ins_cookie_hash unique,
  user_agent text not null default '',
  ip inet,
  last_seen_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  end_reason text constraint ck_sign_ins_end_reason
    check (end_reason in ('signed_out', 'ended_elsewhere', 'password_changed', 'token_reused', 'left', 'suspended')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ck_sign_ins_cookie check ((kind = 'browser') = (cookie_hash is not null)),
  constraint ck_sign_ins_ended check ((ended_at is null) = (end_reason is null))
);
create index idx_sign_ins_user_id on sign_ins (user_id);
create index idx_sign_ins_expires_at on sign_ins (expires_at);
select tuition_touch('sign_ins');

create table refresh_tokens (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  family_id uuid not null references sign_ins (id) on delete cascade,
  token_jti text not null constraint uq_refresh_tokens_token_jti unique,
  access_hash text not null constraint uq_refresh_tokens_access_hash unique,
  access_expires_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null default now()
);
create index ix_refresh_tokens_user_id on refresh_tokens (user_id);
create index ix_refresh_tokens_family_id on refresh_tokens (family_id);
create index ix_refresh_tokens_expires_at on refresh_tokens (expires_at);
create index ix_refresh_tokens_revoked_at on refresh_tokens (revoked_at);

create table mailed_tokens (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  purpose text not null constraint ck_mailed_tokens_purpose check (purpose in ('verify_email', 'change_email', 'reset_password')),
  token_hash text not null constraint uq_mailed_tokens_token_hash unique,
  address text not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null default now()
);
create index idx_mailed_tokens_user_id on mailed_tokens (user_id);
create index idx_mailed_tokens_expires_at on mailed_tokens (expires_at);

create table sign_in_throttles (
  id uuid primary key,
  key text not null constraint uq_sign_in_throttles_key unique,
  failures integer not null,
  last_failed_at timestamptz not null,
  locked_until timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index idx_sign_in_throttles_last_failed_at on sign_in_throttles (last_failed_at);
select tuition_touch('sign_in_throttles');
"""

LEGAL = """
create table legal_texts (
  id uuid primary key,
  kind text not null,
  version text not null,
  locale text not null,
  body text not null,
  text_sha256 text not null constraint ck_legal_texts_text_sha256 check (text_sha256 ~ '^[0-9a-f]{64}$'),
  published_by uuid references users (id) on delete restrict,
  published_at timestamptz not null,
  created_at timestamptz not null default now(),
  constraint uq_legal_texts_kind_version_locale unique (kind, version, locale)
);
create index idx_legal_texts_published_by on legal_texts (published_by);
select tuition_append_only('legal_texts');

create table terms_acceptances (
  id uuid primary key,
  user_id uuid not null references users (id) on delete restrict,
  kind text not null,
  version text not null,
  locale text not null,
  text_sha256 text not null constraint ck_terms_acceptances_text_sha256 check (text_sha256 ~ '^[0-9a-f]{64}$'),
  ip inet,
  accepted_at timestamptz not null,
  created_at timestamptz not null default now()
);
create index idx_terms_acceptances_user_id on terms_acceptances (user_id);
select tuition_append_only('terms_acceptances');
"""


def upgrade() -> None:
    op.execute(PEOPLE)
    op.execute(SIGN_INS)
    op.execute(LEGAL)


def downgrade() -> None:
    op.execute(
        "drop table terms_acceptances, legal_texts, sign_in_throttles, mailed_tokens, refresh_tokens, sign_ins, user_roles, users"
    )
