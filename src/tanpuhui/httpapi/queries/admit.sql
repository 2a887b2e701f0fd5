-- One round trip for both gates. First column: the nonce is fresh. Second: the bucket had a token.
-- The bucket keeps the instant at which it is full again (generic cell rate algorithm).
with fresh as (
  insert into httpapi_usednonce (key_id, nonce, expires_at_s)
  values (%(key_id)s, %(nonce)s, %(expires_at_s)s)
  on conflict do nothing
  returning 1
), allowed as (
  insert into httpapi_callallowance as bucket (provider_id, full_at_us)
  values (%(provider_id)s, %(full_at_us)s)
  on conflict (provider_id) do update
    set full_at_us = greatest(bucket.full_at_us, %(now_us)s) + %(step_us)s
    where greatest(bucket.full_at_us, %(now_us)s) + %(step_us)s <= %(latest_us)s
  returning 1
)
select exists (select from fresh), exists (select from allowed)
