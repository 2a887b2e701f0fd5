-- One try of a limited thing. The refused try changes nothing, so waiting is never prolonged.
with taken as (
  insert into kernel_allowance as allowance (key, full_at_us)
  values (%(key)s, %(now_us)s + %(step_us)s)
  on conflict (key) do update
    set full_at_us = greatest(allowance.full_at_us, %(now_us)s) + %(step_us)s
    where greatest(allowance.full_at_us, %(now_us)s) + %(step_us)s <= %(now_us)s + %(depth_us)s
  returning full_at_us
)
select exists (select from taken),
       coalesce((select full_at_us from taken),
                (select full_at_us from kernel_allowance where key = %(key)s),
                %(now_us)s)
