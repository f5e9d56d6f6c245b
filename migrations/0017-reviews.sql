-- What waits for a person, and what was decided. Content is sealed; what people read of it by default is masked.

CREATE TABLE reviews (
  id uuid PRIMARY KEY,
  tenant text NOT NULL,
  service text NOT NULL,
  inference_id uuid NOT NULL,
  request_id text NOT NULL,
  -- who asked, and so may not approve
  key_id text NOT NULL,
  -- the path that was asked, whose dialect the answer is written in
  path text NOT NULL,
  is_stream boolean NOT NULL,
  -- input: the request waits, and the model is asked when it is approved. output: the answer waits
  side text NOT NULL,
  -- set in an item whose right answer is known; only the one reviewer it was made for sees it
  known_answer_id uuid,
  assigned_to text,
  state text NOT NULL,
  -- 0 is the most urgent
  rank smallint NOT NULL,
  policy text NOT NULL,
  policy_hash text NOT NULL,
  -- what fired, without what it fired at
  fired jsonb NOT NULL,
  -- masked: the conversation, and the beginning of what is to be decided
  context jsonb NOT NULL,
  preview text NOT NULL,
  four_eyes boolean NOT NULL,
  on_expire text NOT NULL,
  fallback_message text NOT NULL,
  reject_message text NOT NULL,
  -- the version that would be released, and the SHA-256 of exactly that
  version int NOT NULL,
  content_hash text NOT NULL,
  -- the request with what the answer is written from, and the conversation as it was; gone after the retention
  sealed bytea,
  claimed_by text,
  claimed_at timestamptz,
  claim_until timestamptz,
  created_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  decided_at timestamptz,
  decided_by text,
  -- of an approved request: the one process that asks the model, and what came of it
  run_owner text,
  run_until timestamptz,
  sealed_result bytea,
  result_hash text,
  -- where the model's answer to an approved request has to wait again
  next_review_id uuid,
  first_released_at timestamptz
);

CREATE INDEX reviews_pending ON reviews (rank, due_at, id) WHERE state = 'pending';
CREATE INDEX reviews_pending_tenant ON reviews (tenant, rank, due_at, id) WHERE state = 'pending';
CREATE INDEX reviews_expiring ON reviews (expires_at) WHERE state = 'pending';
CREATE INDEX reviews_decided ON reviews (decided_at DESC, id DESC) WHERE state <> 'pending';
CREATE INDEX reviews_to_run ON reviews (decided_at) WHERE side = 'input' AND state IN ('approved', 'edited', 'expired') AND sealed_result IS NULL AND next_review_id IS NULL;
CREATE INDEX reviews_inference ON reviews (inference_id);
CREATE INDEX reviews_request ON reviews (key_id, request_id);
CREATE INDEX reviews_next ON reviews (next_review_id) WHERE next_review_id IS NOT NULL;

-- What would be released: as it came (0), and each edit.
CREATE TABLE review_versions (
  review_id uuid NOT NULL REFERENCES reviews ON DELETE CASCADE,
  version int NOT NULL,
  content_hash text NOT NULL,
  -- the exact text that the hash is of
  sealed bytea NOT NULL,
  -- the same, masked, for people to read
  view jsonb NOT NULL,
  editor text,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (review_id, version)
);

CREATE TABLE review_votes (
  review_id uuid NOT NULL REFERENCES reviews ON DELETE CASCADE,
  reviewer text NOT NULL,
  version int NOT NULL,
  content_hash text NOT NULL,
  verdict text NOT NULL,
  rationale text NOT NULL,
  seconds double precision NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (review_id, reviewer, version)
);

CREATE INDEX review_votes_created_at ON review_votes (created_at);

CREATE TABLE review_events (
  id uuid PRIMARY KEY,
  review_id uuid NOT NULL REFERENCES reviews ON DELETE CASCADE,
  at timestamptz NOT NULL,
  -- a key, or 'system'
  actor text NOT NULL,
  kind text NOT NULL,
  state text NOT NULL,
  note text
);

CREATE INDEX review_events_review ON review_events (review_id, id);

-- Who may decide: what they learned, and until when that holds.
CREATE TABLE reviewers (
  key_id text PRIMARY KEY,
  name text NOT NULL,
  tenant text,
  training text NOT NULL,
  trained_until date NOT NULL,
  note text,
  updated_at timestamptz NOT NULL,
  updated_by text NOT NULL
);

CREATE TABLE review_known_answers (
  id uuid PRIMARY KEY,
  tenant text NOT NULL,
  service text NOT NULL,
  context jsonb NOT NULL,
  answer text NOT NULL,
  expected text NOT NULL,
  reason text NOT NULL,
  is_active boolean NOT NULL,
  created_at timestamptz NOT NULL,
  created_by text NOT NULL
);

CREATE INDEX reviews_known_answer ON reviews (known_answer_id) WHERE known_answer_id IS NOT NULL;

CREATE TABLE review_deliveries (
  id uuid PRIMARY KEY,
  review_id uuid NOT NULL REFERENCES reviews ON DELETE CASCADE,
  url text NOT NULL,
  state text NOT NULL,
  attempts int NOT NULL DEFAULT 0,
  status int,
  problem text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);

CREATE INDEX review_deliveries_review ON review_deliveries (review_id, id);
