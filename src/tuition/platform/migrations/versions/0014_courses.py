"""Courses: their outline, their staff, who learns in them, and how far."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None
phase = "pre"

COURSES = """
create table courses (
  content_id uuid constraint pk_courses primary key constraint fk_courses_content_id references contents (id) on delete cascade,
  is_sequential boolean not null default false,
  estimated_duration_minutes integer constraint ck_courses_estimated_duration check (estimated_duration_minutes >= 0),
  enrollment_open boolean not null default true,
  capacity integer constraint ck_courses_capacity check (capacity > 0),
  starts_at timestamptz,
  ends_at timestamptz,
  completion_rule text not null default 'required' constraint ck_courses_completion_rule
    check (completion_rule in ('required', 'all')),
  certificate_enabled boolean not null default true,
  certificate_valid_months integer constraint ck_courses_certificate_valid_months check (certificate_valid_months > 0),
  course_metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ck_courses_period check (ends_at > starts_at)
);
select tuition_touch('courses');
insert into courses (content_id) select id from contents where kind = 'course';

create table course_prerequisites (
  course_id uuid not null constraint fk_course_prerequisites_course_id references courses (content_id) on delete cascade,
  required_course_id uuid not null
    constraint fk_course_prerequisites_required_course_id references courses (content_id) on delete cascade,
  created_at timestamptz not null default now(),
  constraint pk_course_prerequisites primary key (course_id, required_course_id),
  constraint ck_course_prerequisites_not_itself check (course_id <> required_course_id)
);
create index idx_course_prerequisites_required_course_id on course_prerequisites (required_course_id);

create table course_staff (
  course_id uuid not null constraint fk_course_staff_course_id references courses (content_id) on delete cascade,
  user_id uuid not null constraint fk_course_staff_user_id references users (id) on delete cascade,
  role text not null constraint ck_course_staff_role check (role in ('teacher', 'assistant')),
  rights jsonb not null default '[]' constraint ck_course_staff_rights check (jsonb_typeof(rights) = 'array'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint pk_course_staff primary key (course_id, user_id)
);
create index idx_course_staff_user_id on course_staff (user_id);
select tuition_touch('course_staff');

create table lessons (
  id uuid constraint pk_lessons primary key,
  course_id uuid not null constraint fk_lessons_course_id references courses (content_id) on delete cascade,
  parent_lesson_id uuid,
  title text not null constraint ck_lessons_title check (length(title) between 1 and 500),
  slug text not null constraint ck_lessons_slug check (slug ~ '^[^\\s/?#]+$' and length(slug) <= 500),
  description text not null default '',
  lesson_type text not null constraint ck_lessons_lesson_type
    check (lesson_type in ('video', 'audio', 'text', 'document', 'quiz', 'assignment', 'package')),
  order_index integer not null constraint ck_lessons_order_index check (order_index >= 0),
  content_id uuid constraint fk_lessons_content_id references contents (id) on delete restrict,
  body text not null default '',
  body_html text not null default '',
  duration_minutes integer constraint ck_lessons_duration check (duration_minutes >= 0),
  video_url text,
  is_preview boolean not null default false,
  is_required boolean not null default true,
  is_published boolean not null default true,
  is_heading boolean not null generated always as (lesson_type = 'text' and body = '' and content_id is null) stored,
  opens_at timestamptz,
  opens_after_days integer constraint ck_lessons_opens_after_days check (opens_after_days between 0 and 3660),
  lesson_metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint uq_lessons_course_id_slug unique (course_id, slug),
  constraint uq_lessons_course_id_id unique (course_id, id),
  constraint uq_lessons_course_id_order_index unique (course_id, order_index) deferrable initially deferred,
  constraint fk_lessons_parent foreign key (course_id, parent_lesson_id) references lessons (course_id, id)
    deferrable initially deferred,
  constraint ck_lessons_not_its_own_parent check (parent_lesson_id <> id)
);
create index idx_lessons_content_id on lessons (content_id);
create index ix_lessons_parent_lesson_id on lessons (course_id, parent_lesson_id);
select tuition_touch('lessons');
"""

ENROLLMENTS = """
create table enrollments (
  id uuid constraint pk_enrollments primary key,
  student_id uuid not null constraint fk_enrollments_student_id references users (id) on delete cascade,
  course_id uuid not null constraint fk_enrollments_course_id references courses (content_id) on delete restrict,
  status text not null default 'active' constraint ck_enrollments_status
    check (status in ('active', 'completed', 'dropped', 'expired')),
  source text not null constraint ck_enrollments_source check (source in ('free', 'grant', 'manual', 'import', 'api')),
  enrolled_at timestamptz not null,
  started_at timestamptz,
  completed_at timestamptz,
  expires_at timestamptz,
  progress_percentage numeric(5,2) not null default 0 constraint ck_enrollments_progress
    check (progress_percentage between 0 and 100),
  completed_lessons_count integer not null default 0,
  total_lessons_count integer not null default 0,
  time_spent_ms bigint not null default 0 constraint ck_enrollments_time check (time_spent_ms >= 0),
  total_time_spent_seconds integer not null generated always as ((time_spent_ms / 1000)::integer) stored,
  last_accessed_at timestamptz,
  last_lesson_id uuid constraint fk_enrollments_last_lesson_id references lessons (id) on delete set null,
  certificate_issued_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint uq_enrollments_student_id_course_id unique (student_id, course_id),
  constraint ck_enrollments_counts check (completed_lessons_count between 0 and total_lessons_count),
  constraint ck_enrollments_completed check ((status = 'completed') <= (completed_at is not null))
);
create index ix_enrollments_course_id on enrollments (course_id, id);
create index ix_enrollments_status_enrolled_at on enrollments (status, enrolled_at desc);
create index idx_enrollments_last_lesson_id on enrollments (last_lesson_id);
create index idx_enrollments_expires_at on enrollments (expires_at) where status = 'active' and expires_at is not null;
select tuition_touch('enrollments');

create table lesson_progress (
  id uuid constraint pk_lesson_progress primary key,
  enrollment_id uuid not null constraint fk_lesson_progress_enrollment_id references enrollments (id) on delete cascade,
  lesson_id uuid not null constraint fk_lesson_progress_lesson_id references lessons (id) on delete cascade,
  status text not null default 'not_started' constraint ck_lesson_progress_status
    check (status in ('not_started', 'in_progress', 'completed')),
  started_at timestamptz,
  completed_at timestamptz,
  seen_at timestamptz,
  time_spent_ms bigint not null default 0,
  time_spent_seconds integer not null generated always as ((time_spent_ms / 1000)::integer) stored,
  last_position_seconds integer not null default 0,
  completion_percentage numeric(5,2) not null default 0 constraint ck_lesson_progress_completion
    check (completion_percentage between 0 and 100),
  score numeric(5,2) constraint ck_lesson_progress_score check (score between 0 and 100),
  attempts_count integer not null default 0,
  progress_metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint uq_lesson_progress_enrollment_id_lesson_id unique (enrollment_id, lesson_id),
  constraint ck_lesson_progress_time check (time_spent_ms >= 0 and last_position_seconds >= 0),
  constraint ck_lesson_progress_attempts check (attempts_count >= 0),
  constraint ck_lesson_progress_completed check ((status = 'completed') = (completed_at is not null))
);
create index ix_lesson_progress_lesson_id on lesson_progress (lesson_id);
select tuition_touch('lesson_progress');

create table course_groups (
  id uuid constraint pk_course_groups primary key,
  course_id uuid not null constraint fk_course_groups_course_id references courses (content_id) on delete cascade,
  name text not null constraint ck_course_groups_name check (length(name) between 1 and 200),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint uq_course_groups_course_id_name unique (course_id, name)
);
select tuition_touch('course_groups');

create table course_group_members (
  group_id uuid not null constraint fk_course_group_members_group_id references course_groups (id) on delete cascade,
  enrollment_id uuid not null constraint fk_course_group_members_enrollment_id references enrollments (id) on delete cascade,
  created_at timestamptz not null default now(),
  constraint pk_course_group_members primary key (group_id, enrollment_id)
);
create index idx_course_group_members_enrollment_id on course_group_members (enrollment_id);
"""

PERCENT = """
-- How many percent, to two places, half to even; never 100 before all of it is there, never 0 once some is.
create function learning_percentage(part bigint, whole bigint) returns numeric language sql immutable as $$
  select case
    when whole <= 0 or part <= 0 then 0
    when part >= whole then 100
    else least(greatest(
      case when (part * 20000) % whole = 0 and ((part * 20000) / whole) % 4 = 1 then trunc(100.0 * part / whole, 2)
           else round(100.0 * part / whole, 2) end, 0.01), 99.99)
  end
$$;
"""


def upgrade() -> None:
    op.execute(COURSES)
    op.execute(ENROLLMENTS)
    op.execute(PERCENT)


def downgrade() -> None:
    op.execute("drop function learning_percentage(bigint, bigint)")
    op.execute("drop table course_group_members, course_groups, lesson_progress, enrollments")
    op.execute("drop table lessons, course_staff, course_prerequisites, courses")
