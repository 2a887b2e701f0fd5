-- Who sent an account's acts, by provider and scenario.
select act.provider_id, act.scenario_no, count(*), count(*) filter (where act.reason_no = 0),
  min(act.occurred_on), max(act.occurred_on)
from unnest(%(journal_ids)s::bigint[], %(days)s::date[]) as line(journal_id, day)
join scenarios_act as act
  on act.journal_id = line.journal_id and act.account_id = %(account_id)s
  and act.occurred_on = line.day
where act.occurred_on between %(from)s and %(to)s
  and {{in_force_of_account}}
group by act.provider_id, act.scenario_no
order by count(*) desc, act.provider_id, act.scenario_no
