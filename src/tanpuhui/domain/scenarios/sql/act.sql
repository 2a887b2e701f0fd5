-- Evidence: partitioned by month of the act, append-only. Two indexes: the item (its uniqueness
-- needs no other), and the account's acts of a journal, which arrive in order.
create table scenarios_act (
  provider_id bigint not null,
  item_no text collate "C" not null,
  revision smallint not null,
  account_id bigint not null,
  occurred_on date not null,
  occurred_at timestamptz not null,
  ended_at timestamptz,
  scenario_no smallint not null,
  filing_id smallint not null,
  inputs bigint[] not null,
  asset_key text,
  quantified_mg bigint not null,
  reduction_mg bigint not null check (reduction_mg between 0 and quantified_mg),
  points bigint not null check (points >= 0),
  reason_no smallint not null,
  note text,
  journal_id bigint not null,
  primary key (provider_id, item_no, revision, account_id, occurred_on)
) partition by range (occurred_on);

create index scenarios_act_of_journal on scenarios_act (journal_id, account_id);

create function scenarios_act_attach(name text) returns void language plpgsql as $$
begin
  execute format('create trigger %I before update or delete or truncate on %I
    for each statement execute function kernel_refuse_change()', name || '_append_only', name);
end $$;

select scenarios_act_attach('scenarios_act');

-- The acts in force for these item numbers. Numbers that rise with time touch one month only:
-- a month whose index holds nothing between the batch's least and greatest number is skipped.
create function scenarios_act_find(provider bigint, items text[])
returns setof scenarios_act language plpgsql stable as $$
declare part regclass; hit boolean; least_no text collate "C"; greatest_no text collate "C";
begin
  select min(i collate "C"), max(i collate "C") into least_no, greatest_no from unnest(items) as i;
  for part in
    select inhrelid::regclass from pg_inherits where inhparent = 'scenarios_act'::regclass
    order by 1
  loop
    execute format('select exists (select 1 from %s where provider_id = $1
      and item_no between $2 and $3)', part) into hit using provider, least_no, greatest_no;
    if hit then
      return query execute format('select a.* from unnest($2) as i(item_no)
        join %s as a on a.provider_id = $1 and a.item_no = i.item_no collate "C"', part)
        using provider, items;
    end if;
  end loop;
end $$;
