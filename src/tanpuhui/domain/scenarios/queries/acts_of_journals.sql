-- The acts that some journals wrote, with sign +1, and the acts that they replaced, with sign −1.
-- Counted first revisions are left out where they are older than `since`: the book's lines say
-- the same about them.
with fresh as materialized (
  select provider_id, item_no, revision, account_id, occurred_on, occurred_at, scenario_no,
    reason_no, reduction_mg, points
  from scenarios_act
  where journal_id = any(%(journal_ids)s)
    and occurred_on between %(first_day)s and %(last_day)s
    and (reason_no <> 0 or revision > 0 or occurred_at >= %(since)s)
), signed as (
  select 1 as sign, fresh.* from fresh
  union all
  select -1, prior.* from fresh cross join lateral (
    select act.provider_id, act.item_no, act.revision, act.account_id, act.occurred_on,
      act.occurred_at, act.scenario_no, act.reason_no, act.reduction_mg, act.points
    from scenarios_act as act
    where fresh.revision > 0 and act.provider_id = fresh.provider_id
      and act.item_no = fresh.item_no and act.revision = fresh.revision - 1
    offset 0
  ) as prior
)
select {packed} from signed
