-- Counted acts of the lines' journals whose interval meets the record's, still in force.
select w.position, act.scenario_no, (extract(epoch from act.occurred_at) * 1000000)::bigint,
  act.provider_id, act.item_no
from unnest(%(position)s::bigint[], %(account_id)s::bigint[], %(journal_id)s::bigint[],
  %(day_held)s::bigint[], %(scenario_no)s::bigint[], %(started)s::bigint[], %(ended)s::bigint[])
  as w(position, account_id, journal_id, day, scenario_no, started, ended)
cross join lateral (
  select * from scenarios_act
  where journal_id = w.journal_id and account_id = w.account_id
    and occurred_on = date '1970-01-01' + w.day::int and scenario_no = w.scenario_no
    and (reduction_mg > 0 or points > 0)
    and occurred_at < timestamptz 'epoch' + w.ended * interval '1 microsecond'
    and greatest(ended_at, occurred_at + interval '1 second')
      > timestamptz 'epoch' + w.started * interval '1 microsecond'
  offset 0
) as act
where {{in_force_of_account}}
order by 1, 3
