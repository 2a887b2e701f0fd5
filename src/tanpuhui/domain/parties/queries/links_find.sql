-- One index descent a subject; the fence keeps the planner from reading the whole table.
select {packed}
from unnest(string_to_array(%(subjects)s, chr(31))) with ordinality as given(subject, position)
cross join lateral (
  select person_id, scenario_mask from parties_subjectlink
  where provider_id = %(provider_id)s and subject = given.subject collate "C"
  offset 0
) as link
