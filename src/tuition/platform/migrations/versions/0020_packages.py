"""SCORM packages, the lessons that show them, and how far learners are in them."""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None
phase = "pre"

PACKAGES = """
create table packages (
  id uuid constraint pk_packages primary key,
  lesson_id uuid constraint fk_packages_lesson_id references lessons (id) on delete set null,
  brought_by uuid constraint fk_packages_brought_by references users (id) on delete set null,
  file_name text not null,
  size bigint not null,
  status text not null default 'waiting' constraint ck_packages_status check (
    status in ('waiting', 'unpacking', 'ready', 'failed')),
  standard text constraint ck_packages_standard check (standard in ('1.2', '2004')),
  edition text not null default '',
  title text not null default '',
  items jsonb not null default '[]',
  file_count integer not null default 0,
  is_framed boolean not null default false,
  failure text not null default '',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ck_packages_ready check ((status = 'ready') = (standard is not null)),
  constraint ck_packages_failed check ((status = 'failed') = (failure <> '')),
  constraint ck_packages_sizes check (size > 0 and file_count >= 0)
);
create index idx_packages_lesson_id on packages (lesson_id);
create index idx_packages_brought_by on packages (brought_by);
select tuition_touch('packages');

create table package_lessons (
  lesson_id uuid constraint pk_package_lessons primary key constraint fk_package_lessons_lesson_id
    references lessons (id) on delete cascade,
  package_id uuid constraint fk_package_lessons_package_id references packages (id),
  version integer not null default 0,
  is_graded boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ck_package_lessons_version check ((version = 0) = (package_id is null))
);
create index idx_package_lessons_package_id on package_lessons (package_id);
select tuition_touch('package_lessons');
"""
LEARNERS = """
create table package_launches (
  id uuid constraint pk_package_launches primary key,
  package_id uuid not null constraint fk_package_launches_package_id references packages (id) on delete cascade,
  lesson_id uuid not null constraint fk_package_launches_lesson_id references lessons (id) on delete cascade,
  person_id uuid constraint fk_package_launches_person_id references users (id) on delete cascade,
  enrollment_id uuid constraint fk_package_launches_enrollment_id references enrollments (id) on delete cascade,
  version integer not null,
  attempt integer not null,
  open_until timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index idx_package_launches_package_id on package_launches (package_id);
create index idx_package_launches_lesson_id on package_launches (lesson_id);
create index idx_package_launches_person_id on package_launches (person_id);
create index idx_package_launches_enrollment_id on package_launches (enrollment_id);
create index idx_package_launches_open_until on package_launches (open_until);
select tuition_touch('package_launches');

create table package_states (
  id uuid constraint pk_package_states primary key,
  enrollment_id uuid not null constraint fk_package_states_enrollment_id references enrollments (id) on delete cascade,
  lesson_id uuid not null constraint fk_package_states_lesson_id references lessons (id) on delete cascade,
  attempt integer not null,
  item text not null,
  version integer not null,
  launch_id uuid not null,
  sequence bigint not null,
  sitting uuid not null,
  completion text not null default 'not_attempted' constraint ck_package_states_completion check (
    completion in ('not_attempted', 'incomplete', 'completed', 'unknown')),
  success text not null default 'unknown' constraint ck_package_states_success check (success in ('unknown', 'passed', 'failed')),
  status text not null default '',
  raw numeric,
  least numeric,
  most numeric,
  scaled numeric constraint ck_package_states_scaled check (scaled between -1 and 1),
  progress numeric constraint ck_package_states_progress check (progress between 0 and 1),
  percentage numeric(5,2) constraint ck_package_states_percentage check (percentage between 0 and 100),
  total_s bigint not null default 0,
  session_s bigint not null default 0,
  location text not null default '',
  suspend_data text not null default '',
  kept jsonb not null default '{}' constraint ck_package_states_kept check (jsonb_typeof(kept) = 'object'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint uq_package_states_item unique (enrollment_id, lesson_id, attempt, item),
  constraint ck_package_states_numbers check (attempt > 0 and version > 0),
  constraint ck_package_states_time check (total_s >= 0 and session_s >= 0),
  constraint ck_package_states_lengths check (length(suspend_data) <= 64000 and length(location) <= 1000)
);
create index idx_package_states_lesson_id on package_states (lesson_id);
select tuition_touch('package_states');
"""


def upgrade() -> None:
    op.execute(PACKAGES)
    op.execute(LEARNERS)


def downgrade() -> None:
    op.execute("drop table package_states, package_launches, package_lessons, packages")
