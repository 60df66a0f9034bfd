"""Who may open what: grants, what tiers open, and the effective row per person and content."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
phase = "pre"

GRANTS = r"""
create table access_grants (
  id uuid not null,
  person_id uuid not null,
  scope text not null,
  scope_id uuid,
  access_type text not null,
  source_type text not null,
  source_id uuid not null,
  granted_by uuid,
  granted_at timestamptz not null,
  expires_at timestamptz,
  ended_at timestamptz,
  end_reason text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint pk_access_grants primary key (id),
  constraint ck_access_grants_scope check (scope in ('content', 'collection', 'category', 'tier', 'catalogue')),
  constraint ck_access_grants_access_type check (access_type in (
    'owner', 'purchased', 'complimentary', 'shared', 'subscription', 'subscriber', 'platform', 'preview')),
  constraint ck_access_grants_scope_id check ((scope = 'catalogue') = (scope_id is null)),
  constraint ck_access_grants_ended_says_why check ((ended_at is null) = (end_reason is null)),
  constraint fk_access_grants_person_id foreign key (person_id) references users (id) on delete restrict,
  constraint fk_access_grants_granted_by foreign key (granted_by) references users (id) on delete restrict
);
create index idx_access_grants_granted_by on access_grants (granted_by);
create index idx_access_grants_source on access_grants (source_type, source_id);
create index idx_content_access_content_id on access_grants (scope_id);
create index idx_content_access_expires_at on access_grants (expires_at);
create index idx_content_access_user_id on access_grants (person_id, scope, scope_id);
create unique index uq_access_grants_live_source on access_grants (person_id, source_type, source_id, scope, scope_id)
  nulls not distinct where ended_at is null;

create table access_tier_scopes (
  id uuid not null,
  tier_id uuid not null,
  scope text not null,
  scope_id uuid,
  created_at timestamptz not null default now(),
  constraint pk_access_tier_scopes primary key (id),
  constraint ck_access_tier_scopes_scope check (scope in ('content', 'collection', 'category', 'catalogue')),
  constraint ck_access_tier_scopes_scope_id check ((scope = 'catalogue') = (scope_id is null))
);
create unique index uq_access_tier_scopes on access_tier_scopes (tier_id, scope, scope_id) nulls not distinct;

create table content_visits (
  person_id uuid not null,
  content_id uuid not null,
  last_accessed_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint pk_content_visits primary key (person_id, content_id),
  constraint fk_content_visits_person_id foreign key (person_id) references users (id) on delete cascade,
  constraint fk_content_visits_content_id foreign key (content_id) references contents (id) on delete cascade
);
create index idx_content_visits_content_id on content_visits (content_id);
"""

RULES = r"""
create function access_grants_end_once() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'a grant is ended, never deleted' using errcode = 'integrity_constraint_violation';
  end if;
  if old.ended_at is not null
     or to_jsonb(old) - array['ended_at', 'end_reason', 'updated_at']
        <> to_jsonb(new) - array['ended_at', 'end_reason', 'updated_at'] then
    raise exception 'a grant is ended once and never changed otherwise' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger end_once before update or delete on access_grants for each row execute function access_grants_end_once();

-- Every content that a collection opens, however deep it is packed (a bundle of series), with what the way there asks for; the depth
-- is bounded against circles.
create view collection_contents as
with recursive inside as (
  select collection_id, content_id, 1 as depth, opens_at, opens_after_days from series_members
  union
  select inside.collection_id, member.content_id, inside.depth + 1, greatest(inside.opens_at, member.opens_at),
    greatest(inside.opens_after_days, member.opens_after_days)
  from inside join series_members as member on member.collection_id = inside.content_id
  where inside.depth < 4
)
select distinct collection_id, content_id, opens_at, opens_after_days from inside;

-- The live grants with everything that each opens, one row per grant and content. Wide scopes open what is listed, and what a
-- listed course shows. Days are counted from the first grant that the person held over the same scope.
create view grant_contents as
with begun as (
  select held.*, (
    select min(first.granted_at) from access_grants as first
    where first.person_id = held.person_id and first.scope = held.scope and first.scope_id is not distinct from held.scope_id
  ) as began
  from access_grants as held
  where held.ended_at is null and held.granted_at <= statement_timestamp()
    and (held.expires_at is null or held.expires_at > statement_timestamp())
), live as (
  select *, scope as through, scope_id as through_id from begun where scope <> 'tier'
  union all
  select begun.*, opens.scope, opens.scope_id
  from begun join access_tier_scopes as opens on opens.tier_id = begun.scope_id where begun.scope = 'tier'
)
select live.*, contents.id as content_id
from live join contents on contents.taken_down_at is null and (
  (live.through in ('content', 'collection') and contents.id = live.through_id)
  or (contents.status = 'published' and contents.deleted_at is null and contents.visibility in ('public', 'members_only', 'paid')
      and (live.through = 'catalogue' or (live.through = 'category' and contents.category_id = live.through_id)))
  or exists (
    select from collection_contents as inside join contents as parent on parent.id = inside.collection_id
    where inside.content_id = contents.id
      and (live.access_type = 'owner' or (
        coalesce(inside.opens_at <= statement_timestamp(), true)
        and coalesce(live.began + make_interval(days => inside.opens_after_days) <= statement_timestamp(), true)))
      and ((live.through = 'collection' and inside.collection_id = live.through_id and contents.status in ('published', 'archived'))
        or (parent.kind = 'course' and contents.status = 'published' and contents.visibility = 'shared'
          and parent.status = 'published' and parent.deleted_at is null
          and parent.visibility in ('public', 'members_only', 'paid')
          and parent.taken_down_at is null
          and (live.through = 'catalogue' or (live.through = 'category' and parent.category_id = live.through_id))))));

-- The effective row: the best live grant of each person for each content, permanent before passing, then the longest.
create view content_access as
select distinct on (opened.person_id, opened.content_id)
  opened.id, opened.person_id as user_id, opened.content_id, opened.access_type, opened.granted_by, opened.granted_at,
  opened.expires_at, visit.last_accessed_at, opened.created_at, opened.updated_at
from grant_contents as opened
left join content_visits as visit on visit.person_id = opened.person_id and visit.content_id = opened.content_id
order by opened.person_id, opened.content_id, opened.expires_at desc nulls first,
  array_position(array['owner', 'purchased', 'complimentary', 'shared', 'subscription', 'subscriber', 'platform', 'preview'],
                 opened.access_type), opened.granted_at, opened.id;
"""


def upgrade() -> None:
    op.execute(GRANTS)
    op.execute(RULES)
    op.execute("select tuition_touch('access_grants')")
    op.execute("select tuition_touch('content_visits')")


def downgrade() -> None:
    op.execute("drop view content_access, grant_contents, collection_contents")
    op.execute("drop table content_visits, access_tier_scopes, access_grants")
    op.execute("drop function access_grants_end_once()")
