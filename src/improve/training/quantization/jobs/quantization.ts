import { z } from 'zod'
import type { DataSource } from '../../jobs/job.ts'
import { fileTypes, type QuantizationType } from '../quantization-types.ts'
import type { QuantizationReport } from '../quantize-model.ts'

export const quantizationStates = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const
export type QuantizationState = (typeof quantizationStates)[number]
export const quantizationEnds: readonly QuantizationState[] = ['succeeded', 'failed', 'cancelled']

const data = z.string().min(1).max(400)

/** What is asked for, by API, command line and pipelines alike. */
export const quantizationRequest = z.strictObject({
  model: z
    .string()
    .min(1)
    .max(300)
    .describe('A version of the registry in floats: `NAME@ALIAS`, `NAME@NUMBER` or `NAME`, its newest.'),
  to: z
    .enum(Object.keys(fileTypes) as [QuantizationType, ...QuantizationType[]])
    .describe('What weights become.'),
  name: z.string().min(1).max(200).optional().describe('The model that gets a version; the same by default.'),
  check: data.describe(
    'What both are compared on: a file with the purpose `fine-tune`, or `dataset:NAME@REVISION:SPLIT`.',
  ),
  calibrate: data.optional().describe('What says which weights matter; not that of `check`.'),
  max_rise_percent: z.number().min(0).max(100).default(2).describe('What the perplexity may rise.'),
  max_drop_percent: z
    .number()
    .min(0)
    .max(100)
    .default(5)
    .describe('What the share of right answers may fall.'),
  examples: z.int().min(2).max(1_000_000).default(500).describe('Examples of `check` that are looked at.'),
  answers: z
    .int()
    .min(0)
    .max(100_000)
    .default(100)
    .describe('Of how many of them answers are written and compared.'),
  cache: z
    .enum(['f16', 'q8_0', 'q4_0'])
    .default('f16')
    .describe('How the result keeps keys and values while it is compared.'),
  context_size: z.int().min(16).max(1_048_576).optional(),
  keep: z.boolean().default(false).describe('Leave a version also where a limit does not hold.'),
})
export type QuantizationRequest = z.output<typeof quantizationRequest>

/** A request with what it names fixed. */
export interface QuantizationOptions extends Omit<
  QuantizationRequest,
  'model' | 'to' | 'name' | 'check' | 'calibrate'
> {
  readonly check: DataSource
  readonly calibrate: DataSource | null
}

export interface Quantization {
  readonly id: string
  readonly tenant: string
  /** `support@3`. */
  readonly base: string
  readonly outputModel: string
  readonly type: QuantizationType
  readonly options: QuantizationOptions
  readonly state: QuantizationState
  /** 0 to 1. */
  readonly progress: number
  readonly step: string
  readonly report: QuantizationReport | undefined
  /** `support@4`. */
  readonly result: string | undefined
  readonly error: { readonly code: string; readonly message: string } | undefined
  readonly tries: number
  readonly deaths: number
  readonly author: string
  readonly keyId: string
  readonly createdAt: Date
  readonly startedAt: Date | undefined
  readonly finishedAt: Date | undefined
}
