import { z } from 'zod'
import type { CheckSummary } from '../dataset.ts'

const example = z.object({
  key: z.string().describe('The key of the row.'),
  row: z.int().describe('Its place in the version, counted from 1.'),
  says: z.string().optional(),
  excerpt: z.string().optional().describe('A piece of the value; personal data and secrets are masked.'),
  other: z.string().optional().describe('The key of the row that it is like, or that it collides with.'),
})

export const checkResult = z.object({
  check: z.string().describe('The name of the rule: what its author called it, or `kind(columns)`.'),
  kind: z.string(),
  severity: z.enum(['error', 'warn']),
  outcome: z.enum(['passed', 'failed', 'skipped']),
  rows: z
    .int()
    .optional()
    .describe('How many rows are at fault, exactly; absent where the fault is of the whole.'),
  checked: z.int().describe('How many rows were looked at.'),
  sampled: z
    .object({ rows: z.int(), of: z.int() })
    .optional()
    .describe('Where only some rows were looked at, as the rule declares.'),
  message: z.string(),
  measured: z.record(z.string(), z.unknown()).optional(),
  examples: z.array(example).describe('Rows at fault, the first twenty.'),
  path: z.string().describe('Where in the definition the rule is written.'),
})

export const checkReport = z.object({
  rows: z.int(),
  outcome: z
    .enum(['passed', 'warned', 'failed'])
    .describe('`failed` where a rule of severity `error` failed.'),
  durationMs: z.number(),
  checks: z.array(checkResult),
})

export type CheckResult = z.infer<typeof checkResult>
export type CheckReport = z.infer<typeof checkReport>

export function summarise(report: CheckReport): CheckSummary[] {
  return report.checks.map(({ check, severity, outcome, rows }) => ({ check, severity, outcome, rows }))
}
