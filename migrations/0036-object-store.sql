-- Which object store this database's rows are about: an object of that name lies in it, put there by the first server.
CREATE TABLE object_store (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  marker text NOT NULL
);
