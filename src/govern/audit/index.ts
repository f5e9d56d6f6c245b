/** Audit: one append-only log of every change and every administrative read. */
export { createAudit, systemActor } from './audit.ts'
export type { Actor, Audit, AuditChange, AuditRead } from './audit.ts'
export type { AuditEntry, AuditFilter } from './audit-entry.ts'
export { auditRoutes } from './audit-routes.ts'
