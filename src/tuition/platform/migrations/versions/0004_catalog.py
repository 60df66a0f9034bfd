"""The catalogue: contents of every kind, what they cost, their files and their words."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
phase = "pre"

CONTENTS = r"""
create table categories (
  id uuid not null,
  slug text not null,
  name text not null,
  names jsonb not null default '{}',
  description text not null default '',
  position integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint pk_categories primary key (id),
  constraint uq_categories_slug unique (slug)
);

create table contents (
  id uuid not null,
  creator_id uuid not null,
  kind text not null,
  title text not null,
  slug text not null,
  description text not null default '',
  category_id uuid,
  tags jsonb not null default '[]',
  language text not null default 'en',
  level text not null default 'all',
  visibility text not null default 'paid',
  status text not null default 'draft',
  publish_at timestamptz,
  published_at timestamptz,
  cover_key text,
  duration_ms bigint,
  preview_until_ms bigint not null default 0,
  is_platform_content boolean not null default false,
  accept_donations boolean not null default false,
  donation_message text not null default '',
  prerequisite_content_ids jsonb not null default '[]',
  view_count bigint not null default 0,
  purchase_count bigint not null default 0,
  rating_average numeric(3,2) not null default 0,
  rating_count bigint not null default 0,
  search_text text not null default '',
  document tsvector generated always as (
    setweight(to_tsvector('simple', title) || to_tsvector('english', title) || to_tsvector('arabic', title), 'A') ||
    setweight(jsonb_to_tsvector('simple', tags, '["string"]'), 'B') ||
    setweight(
      to_tsvector('english', description) || to_tsvector('arabic', description) || to_tsvector('simple', description), 'C') ||
    setweight(to_tsvector('english', search_text) || to_tsvector('arabic', search_text), 'D')
  ) stored not null,
  taken_down_at timestamptz,
  taken_down_note text not null default '',
  deleted_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint pk_contents primary key (id),
  constraint uq_contents_id_kind unique (id, kind),
  constraint uq_contents_slug unique (slug),
  constraint ck_contents_kind check (kind in ('video', 'audio', 'written', 'document', 'course', 'series', 'bundle', 'offering')),
  constraint ck_contents_visibility check (visibility in ('public', 'members_only', 'paid', 'shared', 'private')),
  constraint ck_contents_status check (status in ('draft', 'scheduled', 'published', 'archived')),
  constraint ck_contents_level check (level in ('beginner', 'intermediate', 'advanced', 'all')),
  constraint ck_contents_title check (length(title) between 1 and 500),
  constraint ck_contents_slug check (slug ~ '^[^\s/?#]+$' and length(slug) <= 500),
  constraint ck_contents_arrays check (jsonb_typeof(tags) = 'array' and jsonb_typeof(prerequisite_content_ids) = 'array'),
  constraint ck_contents_scheduled_has_time check ((status = 'scheduled') <= (publish_at is not null)),
  constraint ck_contents_published_has_time check ((status in ('published', 'archived')) <= (published_at is not null)),
  constraint ck_contents_counters check (view_count >= 0 and purchase_count >= 0 and rating_count >= 0),
  constraint ck_contents_rating check (rating_average between 0 and 5),
  constraint ck_contents_durations check (duration_ms >= 0 and preview_until_ms >= 0),
  constraint fk_contents_creator_id foreign key (creator_id) references users (id) on delete restrict,
  constraint fk_contents_category_id foreign key (category_id) references categories (id) on delete set null
);
create index idx_content_category on contents (category_id);
create index idx_content_creator_id on contents (creator_id);
create index idx_content_published_at on contents (published_at);
create index idx_content_status on contents (status);
create index idx_contents_document on contents using gin (document);
create index idx_contents_newest on contents (published_at desc, id desc)
  where status = 'published' and deleted_at is null and visibility in ('public', 'members_only', 'paid');
create index idx_contents_popular on contents (purchase_count desc, id desc)
  where status = 'published' and deleted_at is null and visibility in ('public', 'members_only', 'paid');
create index idx_contents_publish_at on contents (publish_at) where status = 'scheduled';
create index idx_contents_rated on contents (rating_average desc, id desc)
  where status = 'published' and deleted_at is null and visibility in ('public', 'members_only', 'paid');
create index idx_contents_tags on contents using gin (tags jsonb_path_ops);
create index idx_contents_title_trigrams on contents using gin (title gin_trgm_ops);

create table slug_redirects (
  slug text not null,
  content_id uuid not null,
  created_at timestamptz not null default now(),
  constraint pk_slug_redirects primary key (slug),
  constraint fk_slug_redirects_content_id foreign key (content_id) references contents (id) on delete cascade
);
create index idx_slug_redirects_content_id on slug_redirects (content_id);

create table series (
  content_id uuid not null,
  is_complete boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint pk_series primary key (content_id),
  constraint fk_series_content_id foreign key (content_id) references contents (id) on delete cascade
);

create table series_members (
  id uuid not null,
  collection_id uuid not null,
  content_id uuid not null,
  position integer not null,
  opens_at timestamptz,
  opens_after_days integer,
  is_preview boolean not null default false,
  created_at timestamptz not null default now(),
  constraint pk_series_members primary key (id),
  constraint uq_series_members_collection_id_content_id unique (collection_id, content_id),
  constraint uq_series_members_collection_id_position unique (collection_id, position) deferrable initially deferred,
  constraint ck_series_members_position check (position >= 0),
  constraint ck_series_members_not_itself check (collection_id <> content_id),
  constraint ck_series_members_opens_after_days check (opens_after_days >= 0),
  constraint fk_series_members_collection_id foreign key (collection_id) references contents (id) on delete cascade,
  constraint fk_series_members_content_id foreign key (content_id) references contents (id) on delete cascade
);
create index idx_content_series_id on series_members (content_id);
"""

PRICES = r"""
create table prices (
  id uuid not null,
  content_id uuid not null,
  kind text not null,
  currency text not null,
  amount_minor bigint,
  rate numeric(19,6),
  valid_from timestamptz not null,
  valid_until timestamptz,
  created_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint pk_prices primary key (id),
  constraint ck_prices_kind check (kind in ('one_time', 'per_minute')),
  constraint ck_prices_currency check (currency ~ '^[A-Z]{3}$'),
  constraint ck_prices_one_time_has_amount check ((kind = 'one_time') = (amount_minor is not null)),
  constraint ck_prices_per_minute_has_rate check ((kind = 'per_minute') = (rate is not null)),
  constraint ck_prices_amount check (amount_minor >= 0),
  constraint ck_prices_rate check (rate > 0),
  constraint ck_prices_period check (valid_until >= valid_from),
  constraint prices_never_overlap exclude using gist (
    content_id with =, kind with =, currency with =, tstzrange(valid_from, valid_until) with &&),
  constraint fk_prices_content_id foreign key (content_id) references contents (id) on delete restrict,
  constraint fk_prices_created_by foreign key (created_by) references users (id) on delete set null
);
create index idx_prices_content_id on prices (content_id, kind, currency, valid_from desc);
create index idx_prices_created_by on prices (created_by);
"""

MEDIA = r"""
create table media (
  content_id uuid not null,
  kind text not null,
  status text not null default 'empty',
  progress_percent integer not null default 0,
  failure text,
  version integer not null default 0,
  source_key text,
  source_name text not null default '',
  source_type text not null default '',
  source_size bigint,
  source_sha256 text,
  duration_ms bigint,
  width integer,
  height integer,
  hls_prefix text,
  poster_key text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint pk_media primary key (content_id),
  constraint ck_media_status check (status in ('empty', 'uploaded', 'processing', 'ready', 'failed')),
  constraint ck_media_kind check (kind in ('video', 'audio')),
  constraint ck_media_progress check (progress_percent between 0 and 100),
  constraint ck_media_duration check (duration_ms > 0),
  constraint ck_media_ready check ((status = 'ready') <= (hls_prefix is not null and duration_ms is not null)),
  constraint ck_media_failed_says_why check ((status = 'failed') = (failure is not null)),
  constraint fk_media_content foreign key (content_id, kind) references contents (id, kind) on delete cascade
);
create index idx_media_unfinished on media (status) where status in ('uploaded', 'processing');

create table media_renditions (
  id uuid not null,
  content_id uuid not null,
  position integer not null,
  name text not null,
  width integer,
  height integer,
  bandwidth integer not null,
  average_bandwidth integer not null,
  codecs text not null,
  init_bytes bigint not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint pk_media_renditions primary key (id),
  constraint ck_media_renditions_bandwidth check (bandwidth > 0),
  constraint uq_media_renditions_content_id_position unique (content_id, position),
  constraint uq_media_renditions_content_id_name unique (content_id, name),
  constraint fk_media_renditions_content_id foreign key (content_id) references media (content_id) on delete cascade
);

create table media_segments (
  content_id uuid not null,
  index integer not null,
  start_ms bigint not null,
  duration_ms integer not null,
  sizes jsonb not null,
  created_at timestamptz not null default now(),
  constraint pk_media_segments primary key (content_id, index),
  constraint ck_media_segments_times check (start_ms >= 0 and duration_ms > 0),
  constraint fk_media_segments_content_id foreign key (content_id) references media (content_id) on delete cascade
);

create table captions (
  id uuid not null,
  content_id uuid not null,
  language text not null,
  kind text not null default 'captions',
  label text not null,
  vtt text not null,
  transcript text not null,
  cue_count integer not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint pk_captions primary key (id),
  constraint uq_captions_content_id_language_kind unique (content_id, language, kind),
  constraint ck_captions_kind check (kind in ('captions', 'subtitles')),
  constraint ck_captions_language check (language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'),
  constraint fk_captions_content_id foreign key (content_id) references media (content_id) on delete cascade
);
"""

TEXTS = r"""
create table written_bodies (
  content_id uuid not null,
  format text not null,
  source text not null,
  html text not null,
  excerpt_html text not null default '',
  word_count integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint pk_written_bodies primary key (content_id),
  constraint ck_written_bodies_format check (format in ('markdown', 'html')),
  constraint ck_written_bodies_word_count check (word_count >= 0),
  constraint fk_written_bodies_content_id foreign key (content_id) references contents (id) on delete cascade
);

create table documents (
  content_id uuid not null,
  kind text not null default 'document',
  file_key text not null,
  file_name text not null,
  media_type text not null,
  size bigint not null,
  sha256 text not null,
  page_count integer,
  raw_text text not null default '',
  outline jsonb not null default '[]',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint pk_documents primary key (content_id),
  constraint ck_documents_kind check (kind = 'document'),
  constraint ck_documents_size check (size > 0 and page_count > 0),
  constraint fk_documents_content foreign key (content_id, kind) references contents (id, kind) on delete cascade
);
"""

UPLOADS = r"""
create table uploads (
  id uuid not null,
  person_id uuid not null,
  content_id uuid not null,
  purpose text not null,
  subject_id uuid,
  file_name text not null,
  size bigint not null,
  received bigint not null default 0,
  sha256 text,
  status text not null default 'open',
  failure text,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint pk_uploads primary key (id),
  constraint ck_uploads_status check (status in ('open', 'checking', 'completed', 'refused', 'cancelled', 'expired')),
  constraint ck_uploads_purpose check (purpose in ('media', 'document', 'cover', 'work')),
  constraint ck_uploads_subject check (purpose <> 'work' or subject_id is not null),
  constraint ck_uploads_size check (size > 0 and received between 0 and size),
  constraint fk_uploads_person_id foreign key (person_id) references users (id) on delete cascade,
  constraint fk_uploads_content_id foreign key (content_id) references contents (id) on delete cascade
);
create index idx_uploads_content_id on uploads (content_id);
create index idx_uploads_expires_at on uploads (expires_at) where status in ('open', 'checking');
create index idx_uploads_person_id on uploads (person_id);
create index idx_uploads_subject_id on uploads (subject_id) where subject_id is not null;

create table upload_parts (
  upload_id uuid not null,
  start bigint not null,
  size bigint not null,
  file_key text not null,
  created_at timestamptz not null default now(),
  constraint pk_upload_parts primary key (upload_id, start),
  constraint ck_upload_parts_size check (size > 0 and start >= 0),
  constraint fk_upload_parts_upload_id foreign key (upload_id) references uploads (id) on delete cascade
);
"""

RULES = r"""
create function prices_keep_the_past() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'a price is closed, never deleted' using errcode = 'integrity_constraint_violation';
  end if;
  if (old.id, old.content_id, old.kind, old.currency, old.valid_from) is distinct from
     (new.id, new.content_id, new.kind, new.currency, new.valid_from)
     or old.amount_minor is distinct from new.amount_minor or old.rate is distinct from new.rate
     or (old.valid_until is not null and new.valid_until is distinct from old.valid_until and
         (new.valid_until is null or new.valid_until > old.valid_until)) then
    raise exception 'a past price stays true: only its end may be set' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger keep_the_past before update or delete on prices for each row execute function prices_keep_the_past();

-- The figure that people read: 1999 EUR is 19.99. Immutable, so that a lens or an index may use it; the kernel's table.
create function money_major(amount_minor bigint, currency text) returns numeric language sql immutable parallel safe as $$
  -- One expression: it becomes part of the query that uses it, and is no call for each row.
  select case
    when currency in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then round(amount_minor / 1000::numeric, 3)
    when currency in ('BIF', 'CLP', 'CRD', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV',
                      'XAF', 'XOF', 'XPF') then amount_minor::numeric
    when currency in ('CLF', 'UYW') then round(amount_minor / 10000::numeric, 4)
    else round(amount_minor / 100::numeric, 2) end
$$;

-- A misspelt word still finds its title. The threshold is set on the function so that the index can serve it.
create function contents_titled_like(words text) returns table (id uuid, similarity real)
language sql stable parallel safe set pg_trgm.word_similarity_threshold = 0.45 as $$
  select contents.id, word_similarity(words, contents.title) from contents where words <% contents.title
$$;
"""

TABLES = (
    "captions",
    "categories",
    "contents",
    "documents",
    "media",
    "media_renditions",
    "prices",
    "series",
    "uploads",
    "written_bodies",
)


def upgrade() -> None:
    for statements in (CONTENTS, PRICES, MEDIA, TEXTS, UPLOADS, RULES):
        op.execute(statements)
    for table in TABLES:
        op.execute(f"select tuition_touch('{table}')")


def downgrade() -> None:
    op.execute("drop function contents_titled_like(text), money_major(bigint, text)")
    op.execute("drop table upload_parts, uploads, documents, written_bodies")
    op.execute("drop table captions, media_segments, media_renditions, media, prices")
    op.execute("drop table series_members, series, slug_redirects, contents, categories")
    op.execute("drop function prices_keep_the_past()")
