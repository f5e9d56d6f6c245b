import { z } from 'zod'
import { name } from './parts.ts'
import { reviewTerms } from './reviews.ts'

export const guardStages = ['input', 'context', 'tool_call', 'reasoning', 'output'] as const
export const guardModes = ['off', 'shadow', 'enforce'] as const
export const guardActions = [
  'block',
  'mask',
  'replace',
  'retry-with-instruction',
  'fall-back-to-release',
  'escalate',
  'annotate',
] as const
export const failureModes = ['closed', 'open', 'fallback'] as const

const failureMode = z.enum(failureModes).optional()

const guard = z
  .strictObject({
    check: z.string().min(1).describe('What looks at the text: one of the checks of docs/guardrails.md.'),
    name: name
      .optional()
      .describe('What verdicts call it, where one check stands in a policy twice; the check where left out.'),
    on: z
      .array(z.enum(guardStages))
      .min(1)
      .optional()
      .describe(
        'The texts that it looks at: `input` (what the client says), `context` (tool results, documents), `tool_call`, `reasoning`, `output`. All that the check knows where this is left out.',
      ),
    mode: z
      .enum(guardModes)
      .describe(
        '`shadow` records what it would have done, `enforce` does it, `off` keeps the lines without running them.',
      ),
    action: z
      .enum(guardActions)
      .describe(
        'What becomes of a text in which it finds something: `block`, `mask` what was found, `replace` the whole answer by `message`, `retry-with-instruction`, `fall-back-to-release`, `escalate` to a person, or only `annotate` the inference.',
      ),
    timeoutMs: z.int().min(1).max(120_000).describe('How long it may take for one text, in milliseconds.'),
    onError: failureMode.describe(
      'Where it fails: `closed` blocks, `open` lets the text through and says so, `fallback` answers with `message` or `release`. `closed` where this is left out, `open` where it only annotates.',
    ),
    onTimeout: failureMode.describe('Where it takes longer than `timeoutMs`: as `onError`.'),
    threshold: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe('Findings whose score is below it do not count.'),
    parameters: z
      .record(z.string(), z.unknown())
      .default({})
      .describe('What the check itself is told; each has its own.'),
    reidentify: z
      .boolean()
      .default(true)
      .describe(
        'Of what `mask` replaces: whether answers give what the client itself sent back to it, in its place. `false` leaves the placeholders.',
      ),
    message: z
      .string()
      .min(1)
      .optional()
      .describe(
        'What is said in place of the answer (`replace`, `fallback`); that of the policy where left out.',
      ),
    release: name
      .optional()
      .describe('The release of the same service that answers instead (`fall-back-to-release`, `fallback`).'),
    instruction: z
      .string()
      .min(1)
      .optional()
      .describe('What the model is told before it is asked again (`retry-with-instruction`).'),
    attempts: z
      .int()
      .min(1)
      .max(3)
      .default(1)
      .describe('How often it is asked again; an answer that is no better then is blocked.'),
    report: z
      .string()
      .regex(/^[0-9a-f]{16}$/, 'The hash of a report has 16 hexadecimal digits.')
      .optional()
      .describe(
        'The report of what it would have done, which `enforce` rests on: its hash, from `slipway guardrails report`.',
      ),
    waived: z
      .string()
      .min(10)
      .optional()
      .describe('Why it is enforced without such a report, in words that an auditor can read.'),
  })
  .describe('One check of a policy, and what follows from it.')

export const policy = z
  .strictObject({
    description: z.string().optional().describe('One line for people.'),
    message: z
      .string()
      .min(1)
      .default('This cannot be answered here.')
      .describe('What is said in place of an answer that is replaced.'),
    review: reviewTerms.optional(),
    checks: z.array(guard).min(1).describe('The checks, in the order in which their actions are taken.'),
  })
  .describe('What is looked for in what goes in and comes out, and what becomes of it.')

export type PolicyConfig = z.output<typeof policy>
export type GuardConfig = z.output<typeof guard>
export type GuardStage = (typeof guardStages)[number]
export type GuardMode = (typeof guardModes)[number]
export type GuardAction = (typeof guardActions)[number]
export type FailureMode = (typeof failureModes)[number]
