-- Bind subjects to people; the answer counts the pairs whose subject belongs to somebody else.
-- A new link starts with what its person has already agreed to.
with given as (
  select distinct subject, person_id
  from unnest(%(subjects)s::text[], %(person_ids)s::bigint[]) as g(subject, person_id)
), bound as (
  insert into parties_subjectlink (provider_id, subject, person_id, scenario_mask, linked_at)
  select distinct on (subject) %(provider_id)s, subject, person_id, coalesce(({mask}), 0), %(linked_at)s
  from given
  on conflict (provider_id, subject) do update set person_id = parties_subjectlink.person_id
  returning subject, person_id
)
select count(*) from bound join given using (subject) where bound.person_id <> given.person_id
