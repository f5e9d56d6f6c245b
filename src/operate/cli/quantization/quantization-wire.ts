import { z } from 'zod'
import type { QuantizationReport } from '../../../improve/training/index.ts'

/** What the commands read of quantizations on the server; more may come, and is kept for `--json`. */
export const quantizationShape = z.looseObject({
  id: z.string(),
  base: z.string(),
  type: z.string(),
  output_model: z.string(),
  state: z.string(),
  progress: z.number(),
  step: z.string(),
  result: z.string().nullable(),
  // the server writes it as this command does of files
  report: z.custom<QuantizationReport>(given => typeof given === 'object' && given !== null).nullable(),
  error: z.looseObject({ code: z.string(), message: z.string() }).nullable(),
  author: z.string(),
  created_at: z.string(),
})
export type WireQuantization = z.output<typeof quantizationShape>
