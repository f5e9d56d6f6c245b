-- What was ever in force for all replicas, in order; the last is. Texts hold references to secrets, never secrets, and no
-- comments, where people put anything.
create table configuration_revisions (
  revision bigint primary key,
  -- Canonical: comments gone, keys in order.
  text text not null,
  -- SHA-256 of it, which does not change with a release of Slipway as the hash of a snapshot may.
  text_hash text not null,
  -- The hash of the snapshot that it made where it was published; inferences name it.
  snapshot_hash text not null,
  published_at timestamptz not null,
  -- The name of a key, or the host whose file it was.
  published_by text not null,
  origin text not null check (origin in ('file', 'api', 'rollback')),
  -- The revision that a rollback has put in force again.
  restores bigint references configuration_revisions
);

create index configuration_revisions_text_hash on configuration_revisions (text_hash);

-- Each server that follows them, and what it has made of the last one.
create table configuration_replicas (
  id uuid primary key,
  -- Host and process, for people.
  name text not null,
  revision bigint,
  refused_revision bigint,
  -- What was wrong with that one here, a line each.
  problems text,
  seen_at timestamptz not null
);
