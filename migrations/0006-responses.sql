-- Responses that clients may read again, go on from and delete.

CREATE TABLE responses (
  -- the inference that made it; the client's id is this one without dashes, after 'resp_'
  id uuid PRIMARY KEY,
  tenant text NOT NULL,
  service text NOT NULL,
  -- the target that answered: 'provider:openai gpt-4.1', 'engine:support'
  target text NOT NULL,
  -- the id that the target gave its answer
  upstream_id text,
  -- JSON as it was, which the json types would not all take: the whole conversation that was answered, and the answer
  input text NOT NULL,
  response text NOT NULL,
  created_at timestamptz NOT NULL
);

CREATE INDEX responses_created_at ON responses (created_at);
