-- A provider's acts in force of one day, whole.
select item_no, revision, scenario_no, account_id,
  (extract(epoch from occurred_at) * 1000000)::bigint, inputs, asset_key,
  quantified_mg, reduction_mg, points, reason_no, note, occurred_on,
  (extract(epoch from ended_at) * 1000000)::bigint, filing_id
from scenarios_act as act
where provider_id = %(provider_id)s and occurred_on = %(day)s and {{in_force}}
order by item_no
