-- What the lines of a batch have cost that are in its files; a crash between asking and writing is in the ledger alone.

ALTER TABLE batches ADD COLUMN cost_nano_usd bigint NOT NULL DEFAULT 0;
