import { z } from 'zod'
import type { CheckKind, Finding, Scan } from '../check.ts'
import type { ModelPorts, ServiceCall } from '../models/ask-service.ts'
import { answerText, notAsAsked } from '../models/ask-for-json.ts'
import { hazards, renderGuardPrompt, withoutMarks } from './llama-guard-prompt.ts'
import { modelService } from './model-parameters.ts'
import { remembered } from './remembered.ts'

const code = z.string().regex(/^S\d{1,2}$/, 'A hazard is written S1, S2, …')

const parameters = z.strictObject({
  service: modelService('with a Llama Guard model'),
  version: z
    .union([z.literal(3), z.literal(4)])
    .default(4)
    .describe('Which Llama Guard it is.'),
  prompt: z
    .enum(['chat', 'completion'])
    .default('chat')
    .describe(
      "Who writes the prompt: `chat` leaves it to the server, whose template has the model's own hazards; `completion` writes it here and asks /v1/completions, which `policy` needs.",
    ),
  hazards: z.array(code).min(1).optional().describe('The hazards that count; all where left out.'),
  policy: z
    .record(code, z.string().min(1).max(2_000))
    .optional()
    .describe('Hazards of your own, by their code, in place of the usual ones.'),
})

type Parameters = z.output<typeof parameters>

export const llamaGuard: CheckKind<Parameters, ModelPorts> = {
  manifest: {
    name: 'llama-guard',
    description: "Hazards of MLCommons' taxonomy, as Llama Guard 3 or 4 sees them.",
    stages: ['input', 'context', 'reasoning', 'output'],
    parameters: parameters.refine(
      ({ policy, prompt }) => policy === undefined || prompt === 'completion',
      'A `policy` of your own needs `prompt: completion`: the template of a chat server has its own.',
    ),
    maxSpan: 'whole',
    cost: 'model',
  },
  create: (options, { ask }) =>
    remembered(
      {
        async scan(scan, signal) {
          if (scan.text.trim() === '') return []
          const { service } = options
          const call = { tenant: scan.tenant, check: 'llama-guard', service, signal }
          const { body } = await ask({ ...call, ...request(scan, options) })
          const violated = parseVerdict(answerText(body, call))
          if (!violated) throw notAsAsked(call, 'neither `safe` nor `unsafe` with its hazards')
          return toFindings(scan.text, violated, options)
        },
        // an answer is judged with its question
      },
      { isByTextAlone: ({ stage }) => stage === 'input' || stage === 'context' },
    ),
}

function request(scan: Scan, options: Parameters): Pick<ServiceCall, 'path' | 'body'> {
  const isAnswer = scan.stage === 'output' || scan.stage === 'reasoning'
  const turns = isAnswer
    ? [
        { role: 'user', content: withoutMarks(scan.question ?? '(not given)') },
        { role: 'assistant', content: withoutMarks(scan.text) },
      ]
    : [{ role: 'user', content: withoutMarks(scan.text) }]
  const common = { temperature: 0, max_tokens: 64 }
  if (options.prompt === 'chat') return { path: '/v1/chat/completions', body: { messages: turns, ...common } }
  const prompt = renderGuardPrompt(turns, options)
  return { path: '/v1/completions', body: { prompt, ...common } }
}

/** The codes that were violated, none where it is safe; `undefined` where the answer is neither. */
export function parseVerdict(answer: string): string[] | undefined {
  const [first = '', second = ''] = answer
    .trim()
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
  if (/^safe$/i.test(first)) return second === '' ? [] : undefined
  if (!/^unsafe$/i.test(first)) return undefined
  const codes = second.split(',').map(part => part.trim().toUpperCase())
  return codes.every(part => /^S\d{1,2}$/.test(part)) ? codes : undefined
}

function toFindings(text: string, violated: readonly string[], { hazards: wanted }: Parameters): Finding[] {
  const counted = violated.filter(one => wanted?.includes(one) !== false)
  const [first] = counted
  if (first === undefined) return []
  // the model says yes or no; it has no score
  return [
    {
      start: 0,
      end: text.length,
      type: hazards[first]?.type ?? `HAZARD_${first}`,
      score: 1,
      reason: counted.join(', '),
    },
  ]
}
