"""Question banks, quizzes, attempts and rubrics."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None
phase = "pre"

TABLES = """
create table question_banks (
  id uuid constraint pk_question_banks primary key,
  owner_id uuid not null constraint fk_question_banks_owner_id references users (id) on delete restrict,
  course_id uuid constraint fk_question_banks_course_id references courses (content_id) on delete set null,
  title text not null,
  description text not null default '',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ck_question_banks_title check (length(title) between 1 and 255)
);
create index idx_question_banks_course_id on question_banks (course_id);
create index idx_question_banks_owner_id on question_banks (owner_id);
select tuition_touch('question_banks');

create table questions (
  id uuid constraint pk_questions primary key,
  bank_id uuid not null constraint fk_questions_bank_id references question_banks (id) on delete restrict,
  question_type text not null,
  words text not null,
  tags jsonb not null default '[]',
  points numeric(5, 2) not null default 1.00,
  version integer not null default 1,
  archived_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ck_questions_question_type check (question_type in ('multiple_choice', 'true_false', 'short_answer', 'numeric', 'matching', 'ordering', 'cloze', 'essay')),
  constraint ck_questions_points check (points between 0.01 and 999.99),
  constraint ck_questions_tags check (jsonb_typeof(tags) = 'array')
);
create index idx_questions_bank_id on questions (bank_id, id);
create index idx_questions_tags on questions using gin (tags);
create index idx_questions_words on questions using gin (words gin_trgm_ops);
select tuition_touch('questions');

create table question_versions (
  id uuid constraint pk_question_versions primary key,
  question_id uuid not null constraint fk_question_versions_question_id references questions (id) on delete restrict,
  version integer not null,
  body jsonb not null,
  author_id uuid not null constraint fk_question_versions_author_id references users (id) on delete restrict,
  created_at timestamptz not null default now(),
  constraint uq_question_versions_question_id_version unique (question_id, version)
);
create index idx_question_versions_author_id on question_versions (author_id);
select tuition_append_only('question_versions');

create table rubrics (
  id uuid constraint pk_rubrics primary key,
  course_id uuid not null constraint fk_rubrics_course_id references courses (content_id) on delete cascade,
  title text not null,
  criteria jsonb not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ck_rubrics_title check (length(title) between 1 and 255),
  constraint ck_rubrics_criteria check (jsonb_typeof(criteria) = 'array')
);
create index idx_rubrics_course_id on rubrics (course_id);
select tuition_touch('rubrics');

create table quizzes (
  id uuid constraint pk_quizzes primary key,
  lesson_id uuid not null constraint fk_quizzes_lesson_id references lessons (id) on delete cascade,
  course_id uuid not null constraint fk_quizzes_course_id references courses (content_id) on delete cascade,
  bank_id uuid not null constraint fk_quizzes_bank_id references question_banks (id) on delete restrict,
  title text not null,
  description text not null default '',
  quiz_type text not null default 'graded',
  passing_score numeric(5, 2) not null default 70.00,
  time_limit_minutes integer,
  max_attempts integer,
  grading_policy text not null default 'highest',
  shuffle_questions boolean not null default true,
  shuffle_options boolean not null default true,
  show_answers text not null default 'after_submit',
  opens_at timestamptz,
  closes_at timestamptz,
  is_published boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ix_quizzes_lesson_id unique (lesson_id),
  constraint ck_quizzes_quiz_type check (quiz_type in ('practice', 'graded')),
  constraint ck_quizzes_show_answers check (show_answers in ('after_submit', 'after_close', 'never')),
  constraint ck_quizzes_grading_policy check (grading_policy in ('highest', 'latest', 'average')),
  constraint ck_quizzes_title check (length(title) between 1 and 500),
  constraint ck_quizzes_passing_score check (passing_score between 0 and 100),
  constraint ck_quizzes_time_limit check (time_limit_minutes between 1 and 10080),
  constraint ck_quizzes_max_attempts check (max_attempts between 1 and 1000),
  constraint ck_quizzes_period check (closes_at > opens_at)
);
create index idx_quizzes_bank_id on quizzes (bank_id);
create index idx_quizzes_course_id on quizzes (course_id);
select tuition_touch('quizzes');

create table quiz_questions (
  id uuid constraint pk_quiz_questions primary key,
  quiz_id uuid not null constraint fk_quiz_questions_quiz_id references quizzes (id) on delete cascade,
  question_id uuid not null constraint fk_quiz_questions_question_id references questions (id) on delete restrict,
  points numeric(5, 2) not null default 1.00,
  order_index integer not null,
  question_metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint uq_quiz_questions_quiz_id_order_index unique (quiz_id, order_index) deferrable initially deferred,
  constraint uq_quiz_questions_quiz_id_question_id unique (quiz_id, question_id),
  constraint ck_quiz_questions_points check (points between 0.01 and 999.99),
  constraint ck_quiz_questions_order_index check (order_index >= 0)
);
create index idx_quiz_questions_question_id on quiz_questions (question_id);
select tuition_touch('quiz_questions');

create table quiz_draws (
  id uuid constraint pk_quiz_draws primary key,
  quiz_id uuid not null constraint fk_quiz_draws_quiz_id references quizzes (id) on delete cascade,
  bank_id uuid not null constraint fk_quiz_draws_bank_id references question_banks (id) on delete restrict,
  tag text not null default '',
  count integer not null,
  points numeric(5, 2) not null default 1.00,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ck_quiz_draws_count check (count between 1 and 100),
  constraint ck_quiz_draws_points check (points between 0.01 and 999.99)
);
create index idx_quiz_draws_bank_id on quiz_draws (bank_id);
create index idx_quiz_draws_quiz_id on quiz_draws (quiz_id);
select tuition_touch('quiz_draws');

create table quiz_overrides (
  id uuid constraint pk_quiz_overrides primary key,
  quiz_id uuid not null constraint fk_quiz_overrides_quiz_id references quizzes (id) on delete cascade,
  enrollment_id uuid constraint fk_quiz_overrides_enrollment_id references enrollments (id) on delete cascade,
  group_id uuid constraint fk_quiz_overrides_group_id references course_groups (id) on delete cascade,
  extra_minutes integer not null default 0,
  extra_attempts integer not null default 0,
  closes_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint uq_quiz_overrides_quiz_id_enrollment_id unique (quiz_id, enrollment_id),
  constraint uq_quiz_overrides_quiz_id_group_id unique (quiz_id, group_id),
  constraint ck_quiz_overrides_for_one check ((enrollment_id is null) <> (group_id is null)),
  constraint ck_quiz_overrides_extra check (extra_minutes between 0 and 10080 and extra_attempts between 0 and 1000)
);
create index idx_quiz_overrides_enrollment_id on quiz_overrides (enrollment_id);
create index idx_quiz_overrides_group_id on quiz_overrides (group_id);
select tuition_touch('quiz_overrides');

create table quiz_attempts (
  id uuid constraint pk_quiz_attempts primary key,
  enrollment_id uuid not null constraint fk_quiz_attempts_enrollment_id references enrollments (id) on delete cascade,
  quiz_id uuid not null constraint fk_quiz_attempts_quiz_id references quizzes (id) on delete cascade,
  student_id uuid not null constraint fk_quiz_attempts_student_id references users (id) on delete cascade,
  attempt_number integer not null,
  status text not null default 'in_progress',
  seed text not null,
  started_at timestamptz not null,
  deadline_at timestamptz,
  submitted_at timestamptz,
  handed_in_by text,
  graded_at timestamptz,
  score numeric(6, 2),
  max_score numeric(6, 2) not null,
  percentage numeric(6, 2),
  is_passed boolean,
  time_taken_seconds integer,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint uq_quiz_attempts_enrollment_id_quiz_id_attempt_number unique (enrollment_id, quiz_id, attempt_number),
  constraint ck_quiz_attempts_status check (status in ('in_progress', 'submitted', 'graded')),
  constraint ck_quiz_attempts_handed_in_by check (handed_in_by in ('student', 'deadline')),
  constraint ck_quiz_attempts_attempt_number check (attempt_number >= 1),
  constraint ck_quiz_attempts_percentage check (percentage between 0 and 100),
  constraint ck_quiz_attempts_score check (score between 0 and max_score),
  constraint ck_quiz_attempts_submitted check ((status = 'in_progress') = (submitted_at is null)),
  constraint ck_quiz_attempts_handed_in check ((submitted_at is null) = (handed_in_by is null)),
  constraint ck_quiz_attempts_graded check ((status = 'graded') = (graded_at is not null))
);
create index idx_quiz_attempts_deadline_at on quiz_attempts (deadline_at) where status = 'in_progress' and deadline_at is not null;
create index idx_quiz_attempts_student_id on quiz_attempts (student_id);
create index ix_quiz_attempts_enrollment_id on quiz_attempts (enrollment_id);
create index ix_quiz_attempts_quiz_id on quiz_attempts (quiz_id, id);
create index ix_quiz_attempts_submitted_at on quiz_attempts (submitted_at);
create unique index uq_quiz_attempts_in_progress on quiz_attempts (enrollment_id, quiz_id) where status = 'in_progress';
select tuition_touch('quiz_attempts');

create table quiz_answers (
  id uuid constraint pk_quiz_answers primary key,
  attempt_id uuid not null constraint fk_quiz_answers_attempt_id references quiz_attempts (id) on delete cascade,
  question_id uuid not null constraint fk_quiz_answers_question_id references questions (id) on delete restrict,
  version_id uuid not null constraint fk_quiz_answers_version_id references question_versions (id) on delete restrict,
  position integer not null,
  points_max numeric(5, 2) not null,
  response jsonb,
  revision integer not null default 0,
  answered_at timestamptz,
  points numeric(5, 2),
  needs_person boolean not null default false,
  graded_version_id uuid constraint fk_quiz_answers_graded_version_id references question_versions (id) on delete restrict,
  graded_by uuid constraint fk_quiz_answers_graded_by references users (id) on delete set null,
  graded_at timestamptz,
  levels jsonb,
  comment text not null default '',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint uq_quiz_answers_attempt_id_position unique (attempt_id, position),
  constraint uq_quiz_answers_attempt_id_question_id unique (attempt_id, question_id),
  constraint ck_quiz_answers_position check (position >= 1 and revision >= 0),
  constraint ck_quiz_answers_points check (points between 0 and points_max)
);
create index idx_quiz_answers_graded_by on quiz_answers (graded_by);
create index idx_quiz_answers_graded_version_id on quiz_answers (graded_version_id);
create index idx_quiz_answers_question_id on quiz_answers (question_id, attempt_id);
create index idx_quiz_answers_to_grade on quiz_answers (id) where needs_person and points is null;
create index idx_quiz_answers_version_id on quiz_answers (version_id);
select tuition_touch('quiz_answers');

create table quiz_score_changes (
  id uuid constraint pk_quiz_score_changes primary key,
  attempt_id uuid not null,
  position integer not null,
  points_before numeric(5, 2) not null,
  points_after numeric(5, 2) not null,
  reason text not null,
  changed_by uuid not null constraint fk_quiz_score_changes_changed_by references users (id) on delete restrict,
  changed_at timestamptz not null,
  created_at timestamptz not null default now()
);
create index idx_quiz_score_changes_attempt_id on quiz_score_changes (attempt_id);
create index idx_quiz_score_changes_changed_by on quiz_score_changes (changed_by);
select tuition_append_only('quiz_score_changes');
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("drop table quiz_score_changes, quiz_answers, quiz_attempts, quiz_overrides, quiz_draws, quiz_questions, quizzes")
    op.execute("drop table rubrics, question_versions, questions, question_banks")
