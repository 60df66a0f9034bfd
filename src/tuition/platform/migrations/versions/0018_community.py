"""Discussions, announcements, ratings, reports."""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None
phase = "pre"

TABLES = """
create table discussions (
  id uuid constraint pk_discussions primary key,
  content_id uuid not null constraint fk_discussions_content_id references contents (id) on delete cascade,
  topic_id uuid,
  author_id uuid not null constraint fk_discussions_author_id references users (id) on delete restrict,
  kind text not null constraint ck_discussions_kind check (kind in ('question', 'discussion')),
  title text not null constraint ck_discussions_title check (length(title) between 1 and 300),
  body text not null,
  body_html text not null,
  reply_count integer not null default 0 constraint ck_discussions_reply_count check (reply_count >= 0),
  accepted_reply_id uuid,
  is_pinned boolean not null default false,
  closed_at timestamptz,
  hidden_at timestamptz,
  deleted_at timestamptz,
  last_activity_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index idx_discussions_place on discussions (content_id, topic_id, is_pinned desc, last_activity_at desc, id desc);
create index idx_discussions_content on discussions (content_id, is_pinned desc, last_activity_at desc, id desc);
create index idx_discussions_author_id on discussions (author_id);
create index idx_discussions_accepted_reply_id on discussions (accepted_reply_id);
select tuition_touch('discussions');

create table discussion_replies (
  id uuid constraint pk_discussion_replies primary key,
  discussion_id uuid not null constraint fk_discussion_replies_discussion_id references discussions (id) on delete cascade,
  author_id uuid not null constraint fk_discussion_replies_author_id references users (id) on delete restrict,
  body text not null,
  body_html text not null,
  is_by_teacher boolean not null default false,
  helpful_count integer not null default 0 constraint ck_discussion_replies_helpful_count check (helpful_count >= 0),
  hidden_at timestamptz,
  deleted_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index idx_discussion_replies_discussion_id on discussion_replies (discussion_id, id);
create index idx_discussion_replies_author_id on discussion_replies (author_id);
select tuition_touch('discussion_replies');
alter table discussions add constraint fk_discussions_accepted_reply_id
  foreign key (accepted_reply_id) references discussion_replies (id) on delete set null;

create table reply_marks (
  reply_id uuid not null constraint fk_reply_marks_reply_id references discussion_replies (id) on delete cascade,
  user_id uuid not null constraint fk_reply_marks_user_id references users (id) on delete cascade,
  created_at timestamptz not null default now(),
  constraint pk_reply_marks primary key (reply_id, user_id)
);
create index idx_reply_marks_user_id on reply_marks (user_id);

create table discussion_follows (
  discussion_id uuid not null constraint fk_discussion_follows_discussion_id references discussions (id) on delete cascade,
  user_id uuid not null constraint fk_discussion_follows_user_id references users (id) on delete cascade,
  created_at timestamptz not null default now(),
  constraint pk_discussion_follows primary key (discussion_id, user_id)
);
create index idx_discussion_follows_user_id on discussion_follows (user_id);

create table announcements (
  id uuid constraint pk_announcements primary key,
  content_id uuid not null constraint fk_announcements_content_id references contents (id) on delete cascade,
  author_id uuid not null constraint fk_announcements_author_id references users (id) on delete restrict,
  title text not null constraint ck_announcements_title check (length(title) between 1 and 300),
  body text not null,
  body_html text not null,
  by_mail boolean not null default false,
  told_count integer not null default 0 constraint ck_announcements_told_count check (told_count >= 0),
  told_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index idx_announcements_content_id on announcements (content_id, id desc);
create index idx_announcements_author_id on announcements (author_id);
select tuition_touch('announcements');

create table content_ratings (
  id uuid constraint pk_content_ratings primary key,
  content_id uuid not null constraint fk_content_ratings_content_id references contents (id) on delete cascade,
  user_id uuid not null constraint fk_content_ratings_user_id references users (id) on delete cascade,
  score smallint not null constraint ck_content_ratings_score check (score between 1 and 5),
  review text not null default '',
  hidden_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint uq_content_ratings_content_id_user_id unique (content_id, user_id)
);
create index idx_content_ratings_content_id on content_ratings (content_id, id desc);
create index idx_content_ratings_user_id on content_ratings (user_id);
select tuition_touch('content_ratings');

create table reports (
  id uuid constraint pk_reports primary key,
  subject_type text not null constraint ck_reports_subject_type check (subject_type in ('content', 'discussion', 'rating', 'reply')),
  subject_id uuid not null,
  content_id uuid not null constraint fk_reports_content_id references contents (id) on delete cascade,
  reporter_id uuid not null constraint fk_reports_reporter_id references users (id) on delete cascade,
  reason text not null constraint ck_reports_reason check (
    reason in ('copyright', 'harassment', 'harmful', 'illegal', 'spam', 'other')),
  details text not null default '',
  status text not null default 'open' constraint ck_reports_status check (status in ('open', 'upheld', 'dismissed')),
  decided_by uuid constraint fk_reports_decided_by references users (id) on delete set null,
  decided_at timestamptz,
  decision_note text not null default '',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ck_reports_decided check ((status = 'open') = (decided_at is null))
);
create unique index uq_reports_open on reports (reporter_id, subject_type, subject_id) where status = 'open';
create index idx_reports_subject on reports (subject_type, subject_id);
create index idx_reports_open on reports (id desc) where status = 'open';
create index idx_reports_content_id on reports (content_id, status, id desc);
create index idx_reports_decided_by on reports (decided_by);
select tuition_touch('reports');
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("alter table discussions drop constraint fk_discussions_accepted_reply_id")
    op.execute(
        "drop table reports, content_ratings, announcements, discussion_follows, reply_marks, discussion_replies, discussions"
    )
