-- Both tables live for minutes and are written on every call: no write-ahead log for them.
alter table httpapi_usednonce set unlogged;
alter table httpapi_callallowance set unlogged;
alter table httpapi_callallowance set (fillfactor = 50);
