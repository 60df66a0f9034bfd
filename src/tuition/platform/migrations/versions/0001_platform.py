"""The ground: extensions, the triggers that other tables ask for."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None
phase = "pre"

FUNCTIONS = """
create function tuition_set_updated_at() returns trigger language plpgsql as $$
begin
  if new.updated_at is not distinct from old.updated_at then
    new.updated_at := clock_timestamp();
  end if;
  return new;
end $$;

create function tuition_touch(target regclass) returns void language plpgsql as $$
begin
  execute format('create trigger set_updated_at before update on %s for each row execute function tuition_set_updated_at()', target);
end $$;

create function tuition_refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: % refused', tg_table_name, tg_op using errcode = 'integrity_constraint_violation';
end $$;

create function tuition_append_only(target regclass) returns void language plpgsql as $$
begin
  execute format('create trigger append_only before update or delete on %s for each row execute function tuition_refuse_change()', target);
  execute format('create trigger append_only_all before truncate on %s for each statement execute function tuition_refuse_change()', target);
end $$;
"""


def upgrade() -> None:
    op.execute("create extension if not exists pg_trgm")
    op.execute("create extension if not exists unaccent")
    op.execute("create extension if not exists citext")
    op.execute("create extension if not exists btree_gist")
    op.execute(FUNCTIONS)


def downgrade() -> None:
    op.execute("drop function tuition_append_only(regclass), tuition_touch(regclass), tuition_refuse_change(), tuition_set_updated_at()")
