-- What was changed and who looked: entries are only ever added.

CREATE TABLE audit_entries (
  -- UUIDv7, so the order of ids is the order of time
  id uuid PRIMARY KEY,
  at timestamptz NOT NULL,
  -- the id of the key, or 'system'
  actor text NOT NULL,
  actor_name text NOT NULL,
  action text NOT NULL,
  subject text NOT NULL,
  -- null where it concerns the whole installation
  tenant text,
  -- SHA-256 in hex of the canonical JSON of the subject without its secrets
  before_hash text,
  after_hash text,
  request_id text
);

CREATE INDEX audit_entries_tenant ON audit_entries (tenant, id);
CREATE INDEX audit_entries_actor ON audit_entries (actor, id);
CREATE INDEX audit_entries_action ON audit_entries (action, id);
CREATE INDEX audit_entries_subject ON audit_entries (subject, id);

CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit entries are append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER audit_entries_are_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
