-- Which budget was told of at which share, once over all processes. A window may have several budgets (a soft one below a
-- hard one), and each has its own thresholds; `admission_windows.alerted_percent` knew only one.

create table admission_alerts (
  window_name text not null references admission_windows on delete cascade,
  limit_nano_usd bigint not null,
  percent integer not null,
  primary key (window_name, limit_nano_usd, percent)
);
