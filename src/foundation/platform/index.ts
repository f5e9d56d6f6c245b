/** The platform: what every domain stands on. It knows no word of the product. */
export type { Database, Queryable } from './database.ts'
export { Failure } from './failure.ts'
export type { FailureCode, FailureDetails, FailureKind } from './failure.ts'
export { createId, timeOfId } from './identifiers.ts'
export { defineRoute } from './http/route.ts'
export type { AnyRoute, RequestContext, Route } from './http/route.ts'
