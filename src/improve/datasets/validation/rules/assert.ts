import { z } from 'zod'
import type { RuleKind } from '../rule.ts'

const parameters = z
  .union([
    z.string().min(1).max(4_000),
    z.strictObject({ that: z.string().min(1).max(4_000), show: z.string().min(1).max(4_000).optional() }),
  ])
  .transform(value => (typeof value === 'string' ? { that: value, show: undefined } : value))

export const assertRule: RuleKind<z.output<typeof parameters>> = {
  name: 'assert',
  description:
    'A condition on the columns of a row in DuckDB’s SQL: `price >= 0 OR isnan(price)`. As for CHECK in SQL, a row for which it is NULL passes. `show` is what reports show of a row.',
  parameters,
  columns: () => [],
  plan: ({ parameters: { that, show } }) => ({
    by: 'condition',
    fault: `NOT (${that})`,
    excerpt: show === undefined ? undefined : `CAST((${show}) AS VARCHAR)`,
    says: `do not fulfil \`${that.length > 100 ? `${that.slice(0, 97)}…` : that}\``,
  }),
}
