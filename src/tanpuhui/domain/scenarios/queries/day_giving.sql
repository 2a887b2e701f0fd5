-- What providers' batches gave by day of the act and scenario: the source accounts' few lines.
select b.provider_id, e.scenario_no, e.occurred_on, -sum(e.acts)::bigint, -sum(e.reduction_mg)::bigint
from ledger_entry as e
join scenarios_batch as b on b.journal_id = e.journal_id
where e.account_id < 0 and e.scenario_no > 0 and e.occurred_on between %(first)s and %(last)s
group by 1, 2, 3
order by 1, 2, 3
