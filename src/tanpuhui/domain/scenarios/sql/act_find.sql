-- The acts in force for these item numbers, as in act.sql, with less to look at. A few numbers are
-- asked of every month in one kept plan; of many, a month is asked only for those between the least
-- and the greatest number that it holds: of numbers that rise with time, almost none. The fences
-- (offset 0) keep the planner to one index descent a number, whatever statistics say after a load.
create or replace function scenarios_act_find(provider bigint, items text[])
returns setof scenarios_act language plpgsql stable as $$
declare part regclass;
  first_no text collate "C"; last_no text collate "C";
  least_no text collate "C"; greatest_no text collate "C";
begin
  if cardinality(items) <= 16 then
    return query select a.* from unnest(items) as i(item_no) cross join lateral (
      select * from scenarios_act
      where provider_id = provider and item_no = i.item_no collate "C" offset 0
    ) as a;
    return;
  end if;
  select min(i collate "C"), max(i collate "C") into first_no, last_no from unnest(items) as i;
  for part in
    select inhrelid::regclass from pg_inherits where inhparent = 'scenarios_act'::regclass
    order by 1
  loop
    execute format('select min(item_no), max(item_no) from %s where provider_id = $1
      and item_no between $2 and $3', part)
      into least_no, greatest_no using provider, first_no, last_no;
    if least_no is not null then
      return query execute format('select a.* from unnest($2) as i(item_no) cross join lateral (
        select * from %s where provider_id = $1 and item_no = i.item_no collate "C" offset 0
      ) as a where i.item_no collate "C" between $3 and $4', part)
        using provider, items, least_no, greatest_no;
    end if;
  end loop;
end $$;
