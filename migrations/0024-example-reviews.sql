-- Questions to people about rows of data: which label is right, what an example should say.

CREATE TABLE review_examples (
  id uuid PRIMARY KEY,
  tenant text NOT NULL,
  -- who asked, and reads what was decided
  purpose text NOT NULL,
  -- what of theirs it is about, and which row
  subject text NOT NULL,
  item text NOT NULL,
  title text NOT NULL,
  question text NOT NULL,
  -- masked
  shown jsonb NOT NULL,
  -- null where the answer is a text
  choices jsonb,
  -- how many have to answer
  people smallint NOT NULL,
  state text NOT NULL,
  -- 0 is the most urgent
  rank smallint NOT NULL,
  -- of the choices; null where people did not agree, or could not tell
  answer text,
  asked_by text NOT NULL,
  claimed_by text,
  claimed_at timestamptz,
  claim_until timestamptz,
  created_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  decided_at timestamptz,
  UNIQUE (tenant, purpose, subject, item)
);

CREATE INDEX review_examples_pending ON review_examples (rank, due_at, id) WHERE state = 'pending';
CREATE INDEX review_examples_decided ON review_examples (decided_at) WHERE state <> 'pending';

CREATE TABLE review_example_answers (
  review_id uuid NOT NULL REFERENCES review_examples ON DELETE CASCADE,
  reviewer text NOT NULL,
  -- of the choices; null where it cannot be told, or the answer is a text
  answer text,
  -- a text that somebody wrote
  sealed bytea,
  note text,
  seconds double precision NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (review_id, reviewer)
);
