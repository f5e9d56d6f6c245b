/** Responses: answers that are kept, so that clients can read them again, go on from them and delete them. */
export { createResponseArchive } from './response-archive.ts'
export { createResponseMemory } from './response-memory.ts'
export { dropOldResponses } from './responses-jobs.ts'
export { createStoredResponses } from './serve-stored-responses.ts'
