"""Assignments, what people hand in, and the gradebook: categories, and what a teacher decided otherwise."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None
phase = "pre"

ASSIGNMENTS = """
create table assignments (
  id uuid constraint pk_assignments primary key,
  lesson_id uuid not null constraint fk_assignments_lesson_id references lessons (id) on delete cascade,
  course_id uuid not null constraint fk_assignments_course_id references courses (content_id) on delete cascade,
  title text not null constraint ck_assignments_title check (length(title) between 1 and 500),
  instructions text not null default '',
  instructions_html text not null default '',
  takes_text boolean not null default true,
  files_max integer not null default 5 constraint ck_assignments_files_max check (files_max between 0 and 20),
  file_bytes_max bigint not null default 26214400 constraint ck_assignments_file_bytes_max
    check (file_bytes_max between 1 and 1073741824),
  file_types jsonb not null default '[]' constraint ck_assignments_file_types check (jsonb_typeof(file_types) = 'array'),
  points_max numeric(6,2) not null default 100 constraint ck_assignments_points_max check (points_max > 0),
  passing_score numeric(5,2) not null default 0 constraint ck_assignments_passing_score check (passing_score between 0 and 100),
  due_at timestamptz,
  closes_at timestamptz,
  late_policy text not null default 'accept' constraint ck_assignments_late_policy check (late_policy in ('accept', 'refuse')),
  late_percent_per_day numeric(5,2) not null default 0 constraint ck_assignments_late_percent
    check (late_percent_per_day between 0 and 100),
  grace_minutes integer not null default 0 constraint ck_assignments_grace check (grace_minutes between 0 and 10080),
  attempts_max integer constraint ck_assignments_attempts_max check (attempts_max between 1 and 100),
  counted_attempt text not null default 'latest' constraint ck_assignments_counted_attempt
    check (counted_attempt in ('latest', 'best')),
  rubric jsonb,
  rubric_id uuid constraint fk_assignments_rubric_id references rubrics (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint uq_assignments_lesson_id unique (lesson_id),
  constraint ck_assignments_takes_something check (takes_text or files_max > 0),
  constraint ck_assignments_period check (closes_at >= due_at)
);
create index idx_assignments_course_id on assignments (course_id);
create index idx_assignments_rubric_id on assignments (rubric_id);
select tuition_touch('assignments');

create table assignment_overrides (
  id uuid constraint pk_assignment_overrides primary key,
  assignment_id uuid not null constraint fk_assignment_overrides_assignment_id references assignments (id) on delete cascade,
  enrollment_id uuid constraint fk_assignment_overrides_enrollment_id references enrollments (id) on delete cascade,
  group_id uuid constraint fk_assignment_overrides_group_id references course_groups (id) on delete cascade,
  due_at timestamptz,
  closes_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ck_assignment_overrides_for_one check (num_nonnulls(enrollment_id, group_id) = 1),
  constraint ck_assignment_overrides_period check (closes_at >= due_at),
  constraint uq_assignment_overrides_assignment_id_enrollment_id unique (assignment_id, enrollment_id),
  constraint uq_assignment_overrides_assignment_id_group_id unique (assignment_id, group_id)
);
create index idx_assignment_overrides_enrollment_id on assignment_overrides (enrollment_id);
create index idx_assignment_overrides_group_id on assignment_overrides (group_id);
select tuition_touch('assignment_overrides');

create table assignment_submissions (
  id uuid constraint pk_assignment_submissions primary key,
  assignment_id uuid not null constraint fk_assignment_submissions_assignment_id references assignments (id) on delete cascade,
  enrollment_id uuid not null constraint fk_assignment_submissions_enrollment_id references enrollments (id) on delete cascade,
  attempt integer not null constraint ck_assignment_submissions_attempt check (attempt > 0),
  status text not null default 'draft' constraint ck_assignment_submissions_status
    check (status in ('draft', 'submitted', 'returned', 'graded')),
  body text not null default '' constraint ck_assignment_submissions_body check (length(body) <= 200000),
  submitted_at timestamptz,
  late_seconds integer not null default 0 constraint ck_assignment_submissions_late check (late_seconds >= 0),
  points numeric(6,2) constraint ck_assignment_submissions_points check (points >= 0),
  penalty_percent numeric(5,2) not null default 0 constraint ck_assignment_submissions_penalty
    check (penalty_percent between 0 and 100),
  percentage numeric(5,2) constraint ck_assignment_submissions_percentage check (percentage between 0 and 100),
  feedback text not null default '' constraint ck_assignment_submissions_feedback check (length(feedback) <= 50000),
  chosen_levels jsonb not null default '{}',
  graded_by uuid constraint fk_assignment_submissions_graded_by references users (id) on delete set null,
  graded_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint uq_assignment_submissions_attempt unique (assignment_id, enrollment_id, attempt),
  constraint ck_assignment_submissions_submitted check ((status = 'draft') = (submitted_at is null)),
  constraint ck_assignment_submissions_graded check ((status = 'graded') = (percentage is not null))
);
create index idx_assignment_submissions_enrollment_id on assignment_submissions (enrollment_id);
create index idx_assignment_submissions_graded_by on assignment_submissions (graded_by);
create index idx_assignment_submissions_waiting on assignment_submissions (assignment_id, submitted_at) where status = 'submitted';
create unique index uq_assignment_submissions_open on assignment_submissions (assignment_id, enrollment_id)
  where status in ('draft', 'submitted');
select tuition_touch('assignment_submissions');

create table submission_files (
  id uuid constraint pk_submission_files primary key,
  submission_id uuid not null constraint fk_submission_files_submission_id
    references assignment_submissions (id) on delete cascade,
  is_feedback boolean not null default false,
  file_name text not null,
  size bigint not null constraint ck_submission_files_size check (size > 0),
  file_key text not null,
  created_at timestamptz not null default now()
);
create index idx_submission_files_submission_id on submission_files (submission_id, id);
"""

GRADEBOOK = """
create table grade_categories (
  id uuid constraint pk_grade_categories primary key,
  course_id uuid not null constraint fk_grade_categories_course_id references courses (content_id) on delete cascade,
  title text not null constraint ck_grade_categories_title check (length(title) between 1 and 200),
  weight numeric(8,4) not null default 1 constraint ck_grade_categories_weight check (weight >= 0),
  drop_lowest integer not null default 0 constraint ck_grade_categories_drop_lowest check (drop_lowest between 0 and 100),
  order_index integer not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint uq_grade_categories_course_id_title unique (course_id, title),
  constraint uq_grade_categories_course_id_id unique (course_id, id)
);
select tuition_touch('grade_categories');

create table grade_items (
  lesson_id uuid constraint pk_grade_items primary key constraint fk_grade_items_lesson_id references lessons (id) on delete cascade,
  course_id uuid not null constraint fk_grade_items_course_id references courses (content_id) on delete cascade,
  category_id uuid,
  weight numeric(8,4) not null default 1 constraint ck_grade_items_weight check (weight >= 0),
  is_hidden boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint fk_grade_items_category foreign key (course_id, category_id) references grade_categories (course_id, id)
);
create index idx_grade_items_course_id on grade_items (course_id);
create index idx_grade_items_category on grade_items (course_id, category_id);
select tuition_touch('grade_items');

create table grade_overrides (
  id uuid constraint pk_grade_overrides primary key,
  lesson_id uuid not null constraint fk_grade_overrides_lesson_id references lessons (id) on delete cascade,
  enrollment_id uuid not null constraint fk_grade_overrides_enrollment_id references enrollments (id) on delete cascade,
  percentage numeric(5,2) constraint ck_grade_overrides_percentage check (percentage between 0 and 100),
  reason text not null constraint ck_grade_overrides_reason check (length(reason) between 1 and 1000),
  set_by uuid constraint fk_grade_overrides_set_by references users (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint uq_grade_overrides_lesson_id_enrollment_id unique (lesson_id, enrollment_id)
);
create index idx_grade_overrides_enrollment_id on grade_overrides (enrollment_id);
create index idx_grade_overrides_set_by on grade_overrides (set_by);
select tuition_touch('grade_overrides');

create table gradebooks (
  course_id uuid constraint pk_gradebooks primary key
    constraint fk_gradebooks_course_id references courses (content_id) on delete cascade,
  is_released boolean not null default true,
  letters jsonb not null default '[]' constraint ck_gradebooks_letters check (jsonb_typeof(letters) = 'array'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
select tuition_touch('gradebooks');
"""


def upgrade() -> None:
    op.execute(ASSIGNMENTS)
    op.execute(GRADEBOOK)


def downgrade() -> None:
    op.execute("drop table gradebooks, grade_overrides, grade_items, grade_categories")
    op.execute("drop table submission_files, assignment_submissions, assignment_overrides, assignments")
