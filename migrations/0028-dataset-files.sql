-- Datasets of files: their contents lie as chunks in packs. What is in a pack says its index, an object too; both are objects of the
-- versions that need them (dataset_version_objects), and no part of what names a version: a pack may be written anew.
CREATE TABLE dataset_packs (
  tenant text NOT NULL,
  -- a Parquet file: which files are which chunks, and where in the pack those lie
  index_object text NOT NULL,
  -- the bytes of chunks; null where an index says of files alone
  pack_object text,
  created_at timestamptz NOT NULL,
  -- a version that needed it is gone, so less of it may be needed
  is_to_look_at boolean NOT NULL DEFAULT false,
  PRIMARY KEY (tenant, index_object),
  FOREIGN KEY (tenant, index_object) REFERENCES dataset_objects ON DELETE CASCADE,
  FOREIGN KEY (tenant, pack_object) REFERENCES dataset_objects ON DELETE CASCADE
);

CREATE INDEX dataset_packs_pack ON dataset_packs (tenant, pack_object);
CREATE INDEX dataset_packs_to_look_at ON dataset_packs (tenant) WHERE is_to_look_at;
