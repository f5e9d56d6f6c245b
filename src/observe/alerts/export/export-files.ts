import type { ConfigSnapshot } from '../../../foundation/config/index.ts'
import { liveDashboard, sloDashboard } from './grafana-dashboards.ts'
import { prometheusRules } from './prometheus-rules.ts'

export interface ExportedFile {
  readonly path: string
  readonly content: string
}

/** Everything that Prometheus and Grafana need to say the same as the console. */
export function exportFiles(snapshot: ConfigSnapshot, consoleUrl: string): ExportedFile[] {
  const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`
  return [
    { path: 'prometheus/slipway-rules.yaml', content: prometheusRules(snapshot, consoleUrl) },
    { path: 'grafana/slipway-live.json', content: json(liveDashboard()) },
    { path: 'grafana/slipway-objectives.json', content: json(sloDashboard(snapshot)) },
  ]
}
