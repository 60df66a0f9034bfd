"""The second half of signing in: second factors, passkeys, other providers, API keys, and who must have a second factor."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None
phase = "pre"

COLUMNS = """
alter table users add column mfa_enabled boolean not null default false;

alter table sign_ins
  add column method text not null default 'password',
  add column device_hash text,
  add column confirmed_at timestamptz,
  add constraint ck_sign_ins_method check (method in ('password', 'second_factor', 'recovery_code', 'passkey', 'openid', 'vouched')),
  drop constraint ck_sign_ins_end_reason,
  add constraint ck_sign_ins_end_reason check (end_reason in (
    'signed_out', 'ended_elsewhere', 'password_changed', 'token_reused', 'left', 'suspended', 'second_factor_reset'));

alter table platform_settings
  add column mfa_roles jsonb not null default '[]',
  add column mfa_from timestamptz;
"""

FACTORS = """
create table authenticators (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  secret text not null,
  confirmed_at timestamptz,
  last_step bigint not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index uq_authenticators_confirmed on authenticators (user_id) where confirmed_at is not null;
create unique index uq_authenticators_pending on authenticators (user_id) where confirmed_at is null;
create index idx_authenticators_user_id on authenticators (user_id);
select tuition_touch('authenticators');

create table recovery_codes (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  code_hash text not null,
  used_at timestamptz,
  created_at timestamptz not null default now(),
  constraint uq_recovery_codes_user_id_code_hash unique (user_id, code_hash)
);
create index idx_recovery_codes_user_id on recovery_codes (user_id);

create table passkeys (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  name text not null,
  credential_id bytea not null constraint uq_passkeys_credential_id unique,
  public_key bytea not null,
  sign_count bigint not null default 0 constraint ck_passkeys_sign_count check (sign_count >= 0),
  transports jsonb not null default '[]',
  aaguid uuid,
  is_synced boolean not null default false,
  last_used_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index idx_passkeys_user_id on passkeys (user_id);
select tuition_touch('passkeys');

create table challenges (
  id uuid primary key,
  user_id uuid references users (id) on delete cascade,
  purpose text not null constraint ck_challenges_purpose check (purpose in (
    'second_factor', 'passkey_sign_in', 'passkey_confirm', 'passkey_register', 'openid', 'openid_sign_up')),
  token_hash text not null constraint uq_challenges_token_hash unique,
  nonce bytea,
  details text,
  attempts integer not null default 0,
  expires_at timestamptz not null,
  used_at timestamptz,
  created_at timestamptz not null default now()
);
create index idx_challenges_user_id on challenges (user_id);
create index idx_challenges_expires_at on challenges (expires_at);
"""

OUTSIDE = """
create table oauth_identities (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  provider text not null,
  issuer text not null,
  subject text not null,
  email text,
  last_used_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint uq_oauth_identities_issuer_subject unique (issuer, subject),
  constraint uq_oauth_identities_user_id_provider unique (user_id, provider)
);
create index idx_oauth_identities_user_id on oauth_identities (user_id);
select tuition_touch('oauth_identities');

create table api_keys (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  name text not null,
  prefix text not null,
  key_hash text not null constraint uq_api_keys_key_hash unique,
  scopes jsonb not null default '[]' constraint ck_api_keys_scopes check (jsonb_typeof(scopes) = 'array'),
  is_read_only boolean not null default false,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index idx_api_keys_user_id on api_keys (user_id);
select tuition_touch('api_keys');
"""


def upgrade() -> None:
    op.execute(COLUMNS)
    op.execute(FACTORS)
    op.execute(OUTSIDE)


def downgrade() -> None:
    op.execute("drop table api_keys, oauth_identities, challenges, passkeys, recovery_codes, authenticators")
    op.execute("alter table platform_settings drop column mfa_from, drop column mfa_roles")
    op.execute("delete from sign_ins where end_reason = 'second_factor_reset'")
    op.execute(
        "alter table sign_ins drop column confirmed_at, drop column device_hash, drop column method,"
        " drop constraint ck_sign_ins_end_reason, add constraint ck_sign_ins_end_reason check (end_reason in"
        " ('signed_out', 'ended_elsewhere', 'password_changed', 'token_reused', 'left', 'suspended'))"
    )
    op.execute("alter table users drop column mfa_enabled")
