import type { MetricDescription } from '../platform/index.ts'
import catalogue from './metric-catalogue.json' with { type: 'json' }

/** Every metric that a server has, read from a running one by scripts/generate-api.ts: what rules and objectives may name. */
export const metricCatalogue = catalogue as readonly MetricDescription[]
