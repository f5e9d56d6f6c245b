-- What a stream without a reference waits for: how many values it has, or why there is none to be had.
alter table monitor_states add column waiting json not null default '{}';

-- Until now references of texts were learned from requests that refuse training, too. They are taken anew.
delete from monitor_references
 where reference->'learned'->>'vectors' is not null or reference->'learned'->>'centres' is not null
    or reference->'learned'->>'vocabulary' is not null or reference->'learned'->>'categories' is not null;
