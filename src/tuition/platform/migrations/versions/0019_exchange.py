"""Files that were brought from other programs, what became of each thing in them, and pictures in texts."""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None
phase = "pre"

TABLES = """
create table import_jobs (
  id uuid constraint pk_import_jobs primary key,
  owner_id uuid not null constraint fk_import_jobs_owner_id references users (id) on delete cascade,
  format text constraint ck_import_jobs_format check (
    format in ('gift', 'moodle_xml', 'qti', 'common_cartridge', 'markdown')),
  file_name text not null,
  size bigint not null default 0,
  status text not null default 'expected' constraint ck_import_jobs_status check (
    status in ('expected', 'waiting', 'running', 'done', 'failed')),
  bank_id uuid constraint fk_import_jobs_bank_id references question_banks (id) on delete set null,
  course_id uuid constraint fk_import_jobs_course_id references courses (content_id) on delete set null,
  imported_count integer not null default 0,
  converted_count integer not null default 0,
  skipped_count integer not null default 0,
  failure text not null default '',
  finished_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ck_import_jobs_counts check (imported_count >= 0 and converted_count >= 0 and skipped_count >= 0),
  constraint ck_import_jobs_arrived check ((status = 'expected') = (format is null)),
  constraint ck_import_jobs_finished check ((status in ('done', 'failed')) = (finished_at is not null))
);
create index idx_import_jobs_owner_id on import_jobs (owner_id, id desc);
create index idx_import_jobs_bank_id on import_jobs (bank_id);
create index idx_import_jobs_course_id on import_jobs (course_id);
select tuition_touch('import_jobs');

create table import_items (
  import_id uuid not null constraint fk_import_items_import_id references import_jobs (id) on delete cascade,
  position integer not null,
  name text not null,
  kind text not null,
  outcome text not null constraint ck_import_items_outcome check (outcome in ('imported', 'converted', 'skipped')),
  note text not null default '',
  created_at timestamptz not null default now(),
  constraint pk_import_items primary key (import_id, position)
);

create table pictures (
  id uuid constraint pk_pictures primary key,
  owner_id uuid not null constraint fk_pictures_owner_id references users (id) on delete restrict,
  bank_id uuid constraint fk_pictures_bank_id references question_banks (id) on delete set null,
  file_name text not null,
  ending text not null constraint ck_pictures_ending check (ending in ('gif', 'jpg', 'png', 'webp')),
  size integer not null,
  width integer not null,
  height integer not null,
  created_at timestamptz not null default now(),
  constraint ck_pictures_size check (size > 0 and width > 0 and height > 0)
);
create index idx_pictures_owner_id on pictures (owner_id);
create index idx_pictures_bank_id on pictures (bank_id);

create table picture_places (
  picture_id uuid not null constraint fk_picture_places_picture_id references pictures (id) on delete cascade,
  course_id uuid not null constraint fk_picture_places_course_id references courses (content_id) on delete cascade,
  created_at timestamptz not null default now(),
  constraint pk_picture_places primary key (picture_id, course_id)
);
create index idx_picture_places_course_id on picture_places (course_id);
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("drop table picture_places, pictures, import_items, import_jobs")
