"""The ledger: accounts, transactions, transfers, and the functions that are the only way to move money.

The functions expect READ COMMITTED (PostgreSQL's default): each of their statements must see what committed before it.
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
phase = "pre"

# Unique keys are laid out so that an insert goes to few pages, which the log of changes then holds whole once: a transaction's
# begins with its id (UUIDv7: grows with time), a transfer's is at the same time the index of the credited account's statement.
# Both end with the owner, so that the tables can be distributed by it.
# Types where a CHECK would say the same: each statement that writes a table reads its CHECKs anew from their text, and an update
# tests them all, whatever it changes. They were a sixth of what a posting cost.
TABLES = """
create domain ledger_currency as text collate "C" constraint ck_ledger_currency check (value ~ '^[A-Z]{3}$');
create domain ledger_amount as bigint constraint ck_ledger_amount check (value > 0);

create table ledger_kinds (
  kind text constraint pk_ledger_kinds primary key,
  floor bigint,
  busy boolean not null
);
insert into ledger_kinds (kind, floor, busy) values
  ('wallet', 0, false), ('credits', 0, false), ('held', 0, false), ('payable', 0, false), ('receivable', null, false),
  ('earnings_pending', 0, true), ('earnings', 0, true), ('deferred', 0, true), ('pool', 0, true),
  ('revenue', null, true), ('tax', null, true), ('promotions', null, true), ('gateway_fees', null, true),
  ('rounding', null, true), ('gateway:', null, true);

create table ledger_accounts (
  id uuid constraint pk_ledger_accounts primary key,
  owner uuid not null,
  kind text collate "C" not null,
  currency ledger_currency not null,
  balance bigint not null default 0,
  floor bigint,
  busy boolean not null,
  created_at timestamptz not null default now(),
  constraint uq_ledger_accounts_owner_kind_currency unique (owner, kind, currency),
  constraint ck_ledger_accounts_floor check (balance >= floor)
) with (fillfactor = 80);

create table ledger_transactions (
  id uuid not null,
  owner uuid not null,
  kind text not null,
  source_type text not null,
  source_id uuid not null,
  idempotency_key text collate "C" not null,
  fingerprint uuid not null,
  at timestamptz not null,
  created_at timestamptz not null default now(),
  constraint pk_ledger_transactions primary key (id, owner),
  constraint uq_ledger_transactions_owner_idempotency_key unique (owner, idempotency_key)
);
select tuition_append_only('ledger_transactions');

create table ledger_transfers (
  id uuid not null,
  owner uuid not null,
  at timestamptz not null,
  transaction_id uuid not null,
  debit_account_id uuid not null,
  credit_account_id uuid not null,
  amount ledger_amount not null,
  constraint pk_ledger_transfers primary key (credit_account_id, at, id, owner),
  constraint ck_ledger_transfers_two_ends check (debit_account_id <> credit_account_id)
) partition by range (at);
create index idx_ledger_transfers_debit_account_id_at on ledger_transfers (debit_account_id, at);
select tuition_append_only('ledger_transfers');
create table ledger_transfers_default partition of ledger_transfers default;
create trigger append_only_all before truncate on ledger_transfers_default
  for each statement execute function tuition_refuse_change();

create table ledger_unfolded (
  account_id uuid not null,
  id uuid not null,
  amount bigint not null,
  constraint pk_ledger_unfolded primary key (account_id, id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);
"""

ACCOUNTS = """
-- UUIDv7 (RFC 9562) on every supported server; PostgreSQL has its own from 18 on.
create function ledger_new_id() returns uuid language sql volatile as $$
  select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
    placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid
$$;

-- Accounts by their keys, in the order asked; a key without an account gets one.
create function ledger_find(
  a_owner uuid[], a_kind text[], a_currency text[],
  out ids uuid[], out busy boolean[], out floors bigint[], out balances bigint[], out codes int[]
) language plpgsql set plan_cache_mode = force_generic_plan
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  for attempt in 1..2 loop
    select array_agg(s.id), array_agg(s.busy), array_agg(s.floor), array_agg(s.balance), array_agg(s.code)
    into ids, busy, floors, balances, codes
    from (
      select a.id, a.busy, a.floor, a.balance, hashtext(a.currency) as code
      from unnest(a_owner, a_kind, a_currency) with ordinality k (owner, kind, currency, n)
      left join ledger_accounts a on a.owner = k.owner and a.kind = k.kind and a.currency = k.currency
      order by k.n
    ) s;
    if array_position(ids, null) is null then
      return;
    end if;
    -- Sorted, so that two postings that open the same accounts wait for each other in the same order.
    insert into ledger_accounts (id, owner, kind, currency, floor, busy)
    select ledger_new_id(), k.owner, k.kind, k.currency, r.floor, r.busy
    from unnest(a_owner, a_kind, a_currency) k (owner, kind, currency)
    join ledger_kinds r on r.kind = case when k.kind ~ '^gateway:[a-z][a-z0-9_]*$' then 'gateway:' else k.kind end
    where k.kind <> 'gateway:'
    order by 2, 3, 4
    on conflict (owner, kind, currency) do nothing;
  end loop;
  raise exception 'an account of a kind that does not exist: %', a_kind using errcode = 'check_violation';
end $$;
"""

FOLDING = """
-- Bring what came in without a lock into the balance. The caller holds the account's row.
create function ledger_fold_held(p_account uuid) returns bigint language sql volatile as $$
  with gone as (delete from ledger_unfolded where account_id = p_account returning amount)
  update ledger_accounts
  set balance = (balance + coalesce((select sum(amount) from gone), 0))::bigint
  where id = p_account returning balance
$$;

-- At most p_limit waiting amounts; accounts that somebody holds are left for the next time. Returns how many it folded.
create function ledger_fold(p_limit int) returns bigint language plpgsql set enable_seqscan = off as $$
declare
  held uuid[];
  folded bigint;
begin
  select array_agg(l.id) into held from (
    select a.id from ledger_accounts a
    where a.id in (select u.account_id from (select account_id from ledger_unfolded limit p_limit) u)
    order by a.owner, a.kind, a.currency for update skip locked
  ) l;
  -- A new statement, hence a new snapshot: what a former holder folded is gone from it.
  with gone as (
    delete from ledger_unfolded u
    where (u.account_id, u.id) in (select w.account_id, w.id from ledger_unfolded w where w.account_id = any(held) limit p_limit)
    returning u.account_id, u.amount
  ), sums as (
    select account_id, sum(amount) as amount, count(*) as n from gone group by account_id
  ), done as (
    update ledger_accounts a set balance = (a.balance + s.amount)::bigint
    from sums s where a.id = s.account_id returning s.n
  )
  select coalesce(sum(n), 0) into folded from done;
  return folded;
end $$;
"""

POST = """
-- One posting on accounts that were found. The outcome is posted, replayed, reused, short or too_large.
-- One account at a time: for the two or three of a posting that is faster than sets, and no plan depends on an array's length.
create function ledger_apply(
  p_id uuid, p_owner uuid, p_kind text, p_source_type text, p_source_id uuid, p_key text, p_fingerprint uuid, p_at timestamptz,
  ids uuid[], busy boolean[], floors bigint[], balances bigint[], currencies text[],
  x_id uuid[], x_debit int[], x_credit int[], x_amount bigint[],
  out outcome text, out transaction uuid, out account int, out missing numeric
) language plpgsql as $$
declare
  -- Above these an account is summed exactly, under its lock, because its balance might leave the range of bigint.
  large constant numeric := 1000000000000;
  far constant bigint := 4611686018427387904;
  farthest constant numeric := 9223372036854775807;
  net numeric[] := array_fill(0::numeric, array[cardinality(ids)]);
  firm int[] := '{}';
  lazy int[] := '{}';
  i int;
  held bigint;
  after_it numeric;
  full_at int;
  known record;
begin
  for x in 1..cardinality(x_id) loop
    if currencies[x_debit[x]] <> currencies[x_credit[x]] or x_amount[x] <= 0 or x_debit[x] = x_credit[x] then
      raise exception 'a transfer moves a positive amount between two accounts of one currency' using errcode = 'check_violation';
    end if;
    net[x_debit[x]] := net[x_debit[x]] - x_amount[x];
    net[x_credit[x]] := net[x_credit[x]] + x_amount[x];
  end loop;
  for n in 1..cardinality(ids) loop
    if net[n] = 0 then
      continue;
    elsif busy[n] and (floors[n] is null or net[n] > 0) and net[n] between -large and large and balances[n] between -far and far then
      lazy := lazy || n;
    else
      firm := firm || n;
    end if;
  end loop;

  -- In the one order that everybody keeps.
  if cardinality(firm) > 1 then
    firm := array(
      select f.n from unnest(firm) f (n) join ledger_accounts a on a.id = ids[f.n] order by a.owner, a.kind, a.currency
    );
  end if;
  foreach i in array firm loop
    select a.balance into held from ledger_accounts a where a.id = ids[i] for update;
    if busy[i] then
      held := ledger_fold_held(ids[i]);
    end if;
    after_it := held + net[i];
    if net[i] < 0 and after_it < floors[i] then
      if account is null or i < account then
        account := i;
        missing := floors[i] - after_it;
      end if;
    elsif abs(after_it) > farthest and (full_at is null or i < full_at) then
      full_at := i;
    end if;
  end loop;

  if account is null and full_at is null then
    insert into ledger_transactions (id, owner, kind, source_type, source_id, idempotency_key, fingerprint, at)
    values (p_id, p_owner, p_kind, p_source_type, p_source_id, p_key, p_fingerprint, p_at)
    on conflict (owner, idempotency_key) do nothing;
    if found then
      foreach i in array firm loop
        update ledger_accounts a set balance = (a.balance + net[i])::bigint where a.id = ids[i];
      end loop;
      insert into ledger_transfers (id, owner, at, transaction_id, debit_account_id, credit_account_id, amount)
      select x.id, p_owner, p_at, p_id, ids[x.debit], ids[x.credit], x.amount
      from unnest(x_id, x_debit, x_credit, x_amount) x (id, debit, credit, amount);
      foreach i in array lazy loop
        insert into ledger_unfolded (account_id, id, amount) values (ids[i], p_id, net[i]::bigint);
      end loop;
      outcome := 'posted';
      transaction := p_id;
      return;
    end if;
  end if;

  -- Refused, or known: a key that the books hold is answered from the books, whatever the accounts hold now.
  select t.id, t.fingerprint into known from ledger_transactions t where t.owner = p_owner and t.idempotency_key = p_key;
  if found then
    outcome := case when known.fingerprint = p_fingerprint then 'replayed' else 'reused' end;
    transaction := known.id;
    account := null;
    missing := null;
  elsif account is not null then
    outcome := 'short';
  else
    outcome := 'too_large';
    account := full_at;
  end if;
end $$;

-- The usual posting has one currency, figures that are not large, and at most one account that is not busy, which is named first
-- (p_quiet = 1, else 0); a_change is what each account gets in all. Then four simple statements do: a function makes its statements
-- and expressions ready anew in every transaction, and that, not the tables, was most of what a posting cost. Whatever is not usual
-- (p_quiet is null), has no account yet, has not enough or is known undoes what was done and takes the exact way.
-- Null: posted. Else what became of it: outcome, transaction, account, missing (one value costs less than a row of four).
create function ledger_post(
  p_id uuid, p_owner uuid, p_kind text, p_source_type text, p_source_id uuid, p_key text, p_fingerprint uuid, p_at timestamptz,
  a_owner uuid[], a_kind text[], a_currency text[], p_quiet int, a_change bigint[],
  x_id uuid[], x_debit int[], x_credit int[], x_amount bigint[]
) returns text[] language plpgsql as $$
declare
  ids uuid[];
  found_id uuid;
begin
  <<usual>>
  begin
    exit usual when p_quiet is null;
    if p_quiet = 1 then
      update ledger_accounts a set balance = a.balance + a_change[1]
      where a.owner = a_owner[1] and a.kind = a_kind[1] and a.currency = a_currency[1] and not a.busy
        and (a.floor is null or a.balance + a_change[1] >= a.floor) and a.balance between -4611686018427387904 and 4611686018427387904
      returning array[a.id] into ids;
      exit usual when not found;
    end if;
    for n in p_quiet + 1..cardinality(a_owner) loop
      insert into ledger_unfolded (account_id, id, amount)
      select a.id, p_id, a_change[n] from ledger_accounts a
      where a.owner = a_owner[n] and a.kind = a_kind[n] and a.currency = a_currency[1] and a.busy
        and (a.floor is null or a_change[n] > 0) and a.balance between -4611686018427387904 and 4611686018427387904
      returning account_id into found_id;
      exit usual when not found;
      ids := ids || found_id;
    end loop;
    insert into ledger_transactions (id, owner, kind, source_type, source_id, idempotency_key, fingerprint, at)
    values (p_id, p_owner, p_kind, p_source_type, p_source_id, p_key, p_fingerprint, p_at)
    on conflict (owner, idempotency_key) do nothing;
    exit usual when not found;
    for n in 1..cardinality(x_id) loop
      insert into ledger_transfers (id, owner, at, transaction_id, debit_account_id, credit_account_id, amount)
      values (x_id[n], p_owner, p_at, p_id, ids[x_debit[n]], ids[x_credit[n]], x_amount[n]);
    end loop;
    return null;
  end;

  if ids is not null then
    update ledger_accounts a set balance = a.balance - a_change[1] where p_quiet = 1 and a.id = ids[1];
    delete from ledger_unfolded u where u.account_id = any(ids) and u.id = p_id;
  end if;
  return (
    select case when r.outcome <> 'posted' then array[r.outcome, r.transaction::text, r.account::text, r.missing::text] end
    from ledger_find(a_owner, a_kind, a_currency) f, ledger_apply(p_id, p_owner, p_kind, p_source_type, p_source_id, p_key, p_fingerprint,
      p_at, f.ids, f.busy, f.floors, f.balances, a_currency, x_id, x_debit, x_credit, x_amount) r
  );
end $$;
"""

POST_MANY = """
-- Many postings, as if one after the other. Answers only for those that were not simply posted.
-- x_* belong to the item x_item; t_first says at which of them each item begins, and where the last one ends.
create function ledger_post_many(
  t_id uuid[], t_owner uuid[], t_kind text[], t_source_type text[], t_source_id uuid[], t_key text[], t_fingerprint uuid[],
  t_at timestamptz[], t_first int[],
  a_owner uuid[], a_kind text[], a_currency text[], a_busy boolean[], a_taken bigint[], a_given bigint[],
  x_id uuid[], x_item int[], x_debit int[], x_credit int[], x_amount bigint[]
) returns table (item int, outcome text, transaction uuid, account int, missing numeric) language plpgsql
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  large constant numeric := 1000000000000;
  far constant bigint := 4611686018427387904;
  ids uuid[];
  are_busy boolean[];
  floors bigint[];
  balances bigint[];
  codes int[];
  flow_n int[];
  flow_taken numeric[];
  flow_given numeric[];
  doubtful int[];
  single int[] := '{}';
  expected int := cardinality(t_id);
  inserted int;
begin
  -- The usual batch: every account exists and has enough, no key is known. One trouble, and none of it happened.
  begin
    -- Arrays become rows in the select list: from there they need not be stored once between, as they are in "from".
    with quiet as (
      update ledger_accounts a set balance = a.balance + k.given - k.taken
      from (
        select u.* from (
          select unnest(a_owner) as owner, unnest(a_kind) as kind, unnest(a_currency) as currency, unnest(a_busy) as busy,
            unnest(a_taken) as taken, unnest(a_given) as given, generate_subscripts(a_owner, 1) as n
        ) u
        where not u.busy and u.taken + u.given < large
        order by u.owner, u.kind, u.currency
      ) k
      where a.owner = k.owner and a.kind = k.kind and a.currency = k.currency and not a.busy
        and (k.taken = 0 or a.floor is null or a.balance - k.taken >= a.floor) and a.balance between -far and far
      returning k.n, a.id
    ), named as (
      select q.n, q.id from quiet q
      union all
      select k.n, a.id from (
        select unnest(a_owner) as owner, unnest(a_kind) as kind, unnest(a_currency) as currency, unnest(a_busy) as busy,
          unnest(a_taken) as taken, unnest(a_given) as given, generate_subscripts(a_owner, 1) as n
      ) k
      join ledger_accounts a on a.owner = k.owner and a.kind = k.kind and a.currency = k.currency
      where k.busy and k.taken + k.given < large and a.busy and (k.taken = 0 or a.floor is null) and a.balance between -far and far
    )
    select array_agg(m.id order by m.n) into ids from named m;
    if cardinality(ids) is distinct from cardinality(a_owner) then
      raise exception 'unusual' using errcode = 'TU001';
    end if;
    codes := array(select hashtext(c) from unnest(a_currency) c);
    -- Sorted, so that two batches with the same keys wait for each other in the same order.
    insert into ledger_transactions (id, owner, kind, source_type, source_id, idempotency_key, fingerprint, at)
    select t.id, t.owner, t.kind, t.source_type, t.source_id, t.key, t.fingerprint, t.at
    from (
      select unnest(t_id) as id, unnest(t_owner) as owner, unnest(t_kind) as kind, unnest(t_source_type) as source_type,
        unnest(t_source_id) as source_id, unnest(t_key) as key, unnest(t_fingerprint) as fingerprint, unnest(t_at) as at
    ) t
    order by t.owner, t.key;
    insert into ledger_transfers (id, owner, at, transaction_id, debit_account_id, credit_account_id, amount)
    select x.id, t_owner[x.item], t_at[x.item], t_id[x.item], ids[x.debit], ids[x.credit], x.amount
    from (
      select unnest(x_id) as id, unnest(x_item) as item, unnest(x_debit) as debit, unnest(x_credit) as credit, unnest(x_amount) as amount
    ) x
    where codes[x.debit] = codes[x.credit];
    get diagnostics inserted = row_count;
    if inserted <> cardinality(x_id) then
      raise exception 'unusual' using errcode = 'TU001';
    end if;
    insert into ledger_unfolded (account_id, id, amount)
    select ids[k.n], x_id[1], k.given - k.taken from unnest(a_busy, a_taken, a_given) with ordinality k (busy, taken, given, n)
    where k.busy and k.given <> k.taken;
    return;
  exception when unique_violation or sqlstate 'TU001' then
    null;
  end;

  select r.ids, r.busy, r.floors, r.balances, r.codes into ids, are_busy, floors, balances, codes
  from ledger_find(a_owner, a_kind, a_currency) r;
  if exists (select from unnest(x_debit, x_credit, x_amount) x (debit, credit, amount)
             where codes[x.debit] <> codes[x.credit] or x.amount <= 0 or x.debit = x.credit) then
    raise exception 'a transfer moves a positive amount between two accounts of one currency' using errcode = 'check_violation';
  end if;
  select r.n, r.taken, r.given into flow_n, flow_taken, flow_given from ledger_flows(x_item, x_debit, x_credit, x_amount, single) r;

  -- Lock what may run short, in the one order that everybody keeps. Doubt every account that this batch might overdraw
  -- if nothing came in, that has a floor and is busy, or whose figures are huge.
  with held as materialized (
    select s.n, s.taken, s.given, a.balance from unnest(flow_n, flow_taken, flow_given) s (n, taken, given)
    join ledger_accounts a on a.id = ids[s.n]
    where not are_busy[s.n] or s.taken + s.given >= large or balances[s.n] not between -far and far
      or (floors[s.n] is not null and s.taken > 0)
    order by a.owner, a.kind, a.currency for update of a
  )
  select array_agg(h.n) into doubtful from held h
  where h.taken + h.given >= large or h.balance not between -far and far
    or (floors[h.n] is not null and h.taken > 0 and (are_busy[h.n] or h.balance - h.taken < floors[h.n]));
  if doubtful is not null then
    select coalesce(array_agg(distinct x.item), '{}') into single from unnest(x_item, x_debit, x_credit) x (item, debit, credit)
    where x.debit = any(doubtful) or x.credit = any(doubtful);
    expected := expected - cardinality(single);
  end if;

  -- Sorted, so that two batches with the same keys wait for each other in the same order.
  insert into ledger_transactions (id, owner, kind, source_type, source_id, idempotency_key, fingerprint, at)
  select t.id, t.owner, t.kind, t.source_type, t.source_id, t.key, t.fingerprint, t.at
  from unnest(t_id, t_owner, t_kind, t_source_type, t_source_id, t_key, t_fingerprint, t_at) with ordinality
    t (id, owner, kind, source_type, source_id, key, fingerprint, at, n)
  where single = '{}' or t.n <> all(single)
  order by t.owner, t.key
  on conflict (owner, idempotency_key) do nothing;
  get diagnostics inserted = row_count;
  if inserted < expected then
    select array_agg(t.n order by t.n) into single from unnest(t_id, t_owner) with ordinality t (id, owner, n)
    where not exists (select from ledger_transactions k where k.owner = t.owner and k.id = t.id);
  end if;

  if single <> '{}' then
    select r.n, r.taken, r.given into flow_n, flow_taken, flow_given from ledger_flows(x_item, x_debit, x_credit, x_amount, single) r;
  end if;
  update ledger_accounts a set balance = (a.balance + s.given - s.taken)::bigint
  from unnest(flow_n, flow_taken, flow_given) s (n, taken, given)
  where a.id = ids[s.n] and not are_busy[s.n] and s.given <> s.taken;
  insert into ledger_transfers (id, owner, at, transaction_id, debit_account_id, credit_account_id, amount)
  select x.id, t_owner[x.item], t_at[x.item], t_id[x.item], ids[x.debit], ids[x.credit], x.amount
  from unnest(x_id, x_item, x_debit, x_credit, x_amount) x (id, item, debit, credit, amount)
  where single = '{}' or x.item <> all(single);
  insert into ledger_unfolded (account_id, id, amount)
  select ids[s.n], x_id[1], s.given - s.taken from unnest(flow_n, flow_taken, flow_given) s (n, taken, given)
  where are_busy[s.n] and s.given <> s.taken;

  foreach item in array single loop
    declare
      from_x constant int := t_first[item];
      to_x constant int := t_first[item + 1] - 1;
      used int[] := '{}';
    begin
      -- The accounts of this item, in the order in which it names them.
      for x in from_x..to_x loop
        used := case when x_debit[x] = any(used) then used else used || x_debit[x] end;
        used := case when x_credit[x] = any(used) then used else used || x_credit[x] end;
      end loop;
      select r.outcome, r.transaction, used[r.account], r.missing into outcome, transaction, account, missing
      from (select array_agg(ids[u.n] order by u.o) as ids, array_agg(are_busy[u.n] order by u.o) as busy,
                   array_agg(floors[u.n] order by u.o) as floors, array_agg(balances[u.n] order by u.o) as balances,
                   array_agg(a_currency[u.n] order by u.o) as currencies from unnest(used) with ordinality u (n, o)) own,
           (select array_agg(array_position(used, d.debit) order by d.o) as debit,
                   array_agg(array_position(used, d.credit) order by d.o) as credit
            from unnest(x_debit[from_x:to_x], x_credit[from_x:to_x]) with ordinality d (debit, credit, o)) moved,
           ledger_apply(t_id[item], t_owner[item], t_kind[item], t_source_type[item], t_source_id[item], t_key[item],
             t_fingerprint[item], t_at[item], own.ids, own.busy, own.floors, own.balances, own.currencies,
             x_id[from_x:to_x], moved.debit, moved.credit, x_amount[from_x:to_x]) r;
      return next;
    end;
  end loop;
end $$;
"""

FLOWS = """
-- What each account (by its place in the caller's list) gives and gets, without the items to be left out.
create function ledger_flows(
  x_item int[], x_debit int[], x_credit int[], x_amount bigint[], without int[],
  out n int[], out taken numeric[], out given numeric[]
) language sql immutable as $$
  select array_agg(s.n), array_agg(s.taken), array_agg(s.given) from (
    select m.n, sum(m.taken) as taken, sum(m.given) as given from (
      select d.item, d.debit as n, d.amount as taken, 0::bigint as given from unnest(x_item, x_debit, x_amount) d (item, debit, amount)
      union all
      select c.item, c.credit, 0, c.amount from unnest(x_item, x_credit, x_amount) c (item, credit, amount)
    ) m where without = '{}' or m.item <> all(without) group by m.n
  ) s
$$;
"""

MONTHS = """
-- Partitions for p_months months from p_from on. A month whose transfers already lie in the default partition stays there.
create function ledger_make_months(p_from date, p_months int) returns int language plpgsql as $$
declare
  month timestamp := date_trunc('month', p_from::timestamp);
  name text;
  made int := 0;
begin
  perform pg_advisory_xact_lock(hashtext('ledger_make_months'));
  for i in 1..p_months loop
    name := 'ledger_transfers_' || to_char(month, 'YYYY_MM');
    if to_regclass(name) is null and not exists (
      select from ledger_transfers_default where at >= month at time zone 'UTC' and at < (month + interval '1 month') at time zone 'UTC'
    ) then
      execute format('create table %I partition of ledger_transfers for values from (%L) to (%L)', name,
        month at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
      execute format('create trigger append_only_all before truncate on %I for each statement execute function tuition_refuse_change()', name);
      made := made + 1;
    end if;
    month := month + interval '1 month';
  end loop;
  return made;
end $$;
select ledger_make_months((now() at time zone 'UTC')::date, 3);
"""


def upgrade() -> None:
    for script in (TABLES, ACCOUNTS, FOLDING, POST, FLOWS, POST_MANY, MONTHS):
        # Not op.execute: the colons are not our parameters, and a lone % is the driver's.
        op.get_bind().exec_driver_sql(script.replace("%", "%%"))


def downgrade() -> None:
    op.execute("""
        drop function ledger_post_many, ledger_post, ledger_apply, ledger_flows, ledger_fold, ledger_fold_held, ledger_find,
          ledger_new_id, ledger_make_months
    """)
    op.execute("drop table ledger_unfolded, ledger_transfers, ledger_transactions, ledger_accounts, ledger_kinds")
    op.execute("drop domain ledger_currency, ledger_amount")
