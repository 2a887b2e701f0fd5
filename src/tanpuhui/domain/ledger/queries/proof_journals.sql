-- Journals that do not sum to zero, or have entries but no journal row.
select sums.journal_id
from (
  select journal_id, sum(reduction_mg) as reduction_mg, sum(points) as points
  from ledger_entry group by journal_id
) as sums
left join ledger_journal on ledger_journal.id = sums.journal_id
where sums.reduction_mg <> 0 or sums.points <> 0 or ledger_journal.id is null
order by 1 limit 100
