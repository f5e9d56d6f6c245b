-- What an inference belongs to: the turns of one exchange between a user and an application. As the client named it, or a
-- hash that begins with '~'; unique within its tenant. Null where nothing says.
alter table inferences add column conversation_id text;
create index inferences_by_conversation on inferences (tenant, conversation_id, id) where conversation_id is not null;

-- So that whoever goes on from a response stays in its conversation.
alter table responses add column conversation_id text;
