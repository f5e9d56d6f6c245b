import type { ConfigFinding } from '../../../foundation/config/index.ts'

export const finding = (
  path: ConfigFinding['path'],
  message: string,
  mend: string,
  at: ConfigFinding['at'] = 'value',
): ConfigFinding => ({ path, at, message, mend })

export const expressionMend =
  'Expressions are CEL: `parameters.size == "large" && stages.check.outcome == "succeeded"`.'
