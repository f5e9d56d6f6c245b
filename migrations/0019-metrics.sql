-- What metrics did in stretches of 10 seconds, a minute and an hour; each replica writes rows of its own. The rows of a
-- width are dropped when they are past it, so that there are never more than a fixed number for each metric.
create table metric_points (
  width_seconds integer not null,
  at timestamptz not null,
  metric text not null,
  replica text not null,
  type text not null check (type in ('counter', 'gauge', 'histogram')),
  -- Upper bounds of a histogram.
  bounds json,
  -- One list for each series: its labels and its numbers; see point.ts.
  points json not null,
  primary key (width_seconds, metric, at, replica)
);

create index metric_points_by_age on metric_points (width_seconds, at);
