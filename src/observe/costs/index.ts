/** Costs: what was charged by day, tenant, service, key and model, the prices behind it, and whether providers agree. */
export { createCostCounter } from './count-costs.ts'
export { costsRoutes } from './costs-routes.ts'
export { costReportSchema, priceReportSchema } from './cost-wire.ts'
export type { CostReport, PriceReport } from './cost-wire.ts'
export { costGroups } from './cost-store.ts'
