"""Certificates, what was said of them before, their badges, and the keys that sign."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None
phase = "pre"

TABLES = """
create table certificates (
  id uuid constraint pk_certificates primary key,
  enrollment_id uuid not null constraint fk_certificates_enrollment_id references enrollments (id) on delete restrict,
  student_id uuid not null constraint fk_certificates_student_id references users (id) on delete restrict,
  course_id uuid not null constraint fk_certificates_course_id references courses (content_id) on delete restrict,
  certificate_number text not null,
  version integer not null default 1 constraint ck_certificates_version check (version > 0),
  pdf_path text not null constraint ck_certificates_pdf_path check (pdf_path <> ''),
  language text not null default 'en',
  recipient_name text not null,
  shows_name boolean not null default true,
  course_title text not null,
  teacher_name text not null default '',
  school_name text not null,
  verified_seconds integer not null default 0 constraint ck_certificates_verified_seconds check (verified_seconds >= 0),
  completion_date timestamptz not null,
  issued_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  revoke_reason text not null default '',
  is_revoked boolean not null generated always as (revoked_at is not null) stored,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint uq_certificates_enrollment_id unique (enrollment_id),
  constraint ix_certificates_certificate_number unique (certificate_number),
  constraint ck_certificates_period check (expires_at > issued_at)
);
create index ix_certificates_student_id on certificates (student_id, id);
create index ix_certificates_course_id on certificates (course_id, id);
select tuition_touch('certificates');

create table certificate_history (
  id uuid constraint pk_certificate_history primary key,
  certificate_id uuid not null constraint fk_certificate_history_certificate_id references certificates (id) on delete cascade,
  change text not null constraint ck_certificate_history_change
    check (change in ('issued', 'reissued', 'revoked', 'reinstated', 'name_shown', 'name_hidden')),
  version integer not null,
  recipient_name text not null default '',
  reason text not null default '',
  changed_by uuid constraint fk_certificate_history_changed_by references users (id) on delete set null,
  changed_at timestamptz not null,
  created_at timestamptz not null default now()
);
create index idx_certificate_history_certificate_id on certificate_history (certificate_id, id);
create index idx_certificate_history_changed_by on certificate_history (changed_by);

create table issuer_keys (
  id uuid constraint pk_issuer_keys primary key,
  algorithm text not null constraint ck_issuer_keys_algorithm check (algorithm in ('Ed25519', 'RS256')),
  public_key jsonb not null,
  private_key text,
  retired_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ck_issuer_keys_retired check ((retired_at is null) = (private_key is not null))
);
create unique index uq_issuer_keys_in_use on issuer_keys (algorithm) where retired_at is null;
select tuition_touch('issuer_keys');

create table badges (
  certificate_id uuid constraint pk_badges primary key
    constraint fk_badges_certificate_id references certificates (id) on delete cascade,
  credential jsonb not null,
  token text not null,
  signed_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
select tuition_touch('badges');

create table credential_status (
  certificate_id uuid constraint pk_credential_status primary key
    constraint fk_credential_status_certificate_id references certificates (id) on delete restrict,
  list_number integer not null constraint ck_credential_status_list_number check (list_number > 0),
  list_index integer not null constraint ck_credential_status_list_index check (list_index between 0 and 131071),
  is_set boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint uq_credential_status_list_number_list_index unique (list_number, list_index)
);
create index idx_credential_status_set on credential_status (list_number, list_index) where is_set;
select tuition_touch('credential_status');
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("drop table credential_status, badges, issuer_keys, certificate_history, certificates")
