-- One party and one person for each given pseudonym.
with given as (
  select public_id, region, nextval('parties_party_id_seq') as id
  from unnest(%(public_ids)s::text[], %(regions)s::text[]) as g(public_id, region)
), parties as (
  insert into parties_party (id, kind, opened_at)
  select id, 'person', %(opened_at)s from given
  returning id
)
insert into parties_person
  (party_id, public_id, nickname, phone_sealed, name_sealed, identity_sealed, region)
select id, public_id, '', '', '', '', region from given
returning party_id
