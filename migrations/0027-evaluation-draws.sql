-- The label that an evaluator of classes was waiting for, so that a report can say what is taken for what.
ALTER TABLE evaluation_scores ADD COLUMN wanted text;

-- With which probability an answer was drawn for people to label: what makes an estimate from uneven samples right.
CREATE TABLE evaluation_draws (
  tenant text NOT NULL,
  answer_key text NOT NULL,
  evaluator text NOT NULL,
  probability double precision NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, answer_key, evaluator)
);
