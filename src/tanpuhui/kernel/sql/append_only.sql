-- What is written stays written: one function for every table that keeps history.
create function kernel_refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'append_only: % on % is refused; post a reversal instead', tg_op, tg_table_name
    using errcode = 'restrict_violation';
end $$;

create trigger kernel_audit_append_only
  before update or delete or truncate on kernel_audit
  for each statement execute function kernel_refuse_change();
