/** Limits, budgets and the ledger: what may be asked for and spent, shared out exactly among all processes. */
export { createAdmission } from './admission.ts'
export type { Admission, AdmissionDemand, AdmissionOptions } from './admission.ts'
export { createBudgetAlerts } from './budget-alerts.ts'
export { Journal } from './journal.ts'
export { sumLedger } from './ledger-sum-store.ts'
export type { LedgerFilter, LedgerSum } from './ledger-sum-store.ts'
export { limitRoutes } from './limits-routes.ts'
export { RuleBook } from './rule-book.ts'
