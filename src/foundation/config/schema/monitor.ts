import { z } from 'zod'
import { severities } from './alerts.ts'
import { duration } from './duration.ts'
import { name } from './parts.ts'

const effect = z
  .number()
  .min(0.001)
  .max(0.5)
  .optional()
  .describe('The smallest change of this stream that is worth an alarm; that of the monitor where left out.')
const batch = z
  .int()
  .min(1)
  .max(10_000)
  .optional()
  .describe('How many values make one mean here; as many as the monitor says where left out.')
const common = { effect, batch }

/** Nothing but numbers of the inference is looked at. */
const plain = <Kind extends string>(kind: Kind, description: string) =>
  z.strictObject({ kind: z.literal(kind).describe(description), ...common })

const tenant = name.default('default').describe('Whose it is.')

const evaluation = z
  .strictObject({
    evaluation: name.describe('A suite: of its runs the newest that has asked the release that serves.'),
    evaluator: z.string().min(1).max(100).describe('Whose scores in it are the reference.'),
    tenant,
    falseAlarm: z
      .number()
      .min(1e-6)
      .max(0.2)
      .default(0.01)
      .describe('The chance that the stream ever alarms although scores are no worse than in the run.'),
  })
  .optional()
  .describe('What scores are held against in place of traffic: an evaluation of the release that serves.')

const dataset = z
  .strictObject({
    dataset: z
      .string()
      .min(1)
      .max(400)
      .describe('A version: `name@3`, `name@main:test`; it is fixed when the reference is taken.'),
    column: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe(
        'Its prompts: texts, or lists of messages. By default the column of the role `input`, else `messages`, `input` or `prompt`.',
      ),
    tenant,
  })
  .optional()
  .describe('What questions are held against in place of traffic: the prompts of a version of a dataset.')

export type EvaluationReferenceConfig = NonNullable<z.output<typeof evaluation>>
export type DatasetReferenceConfig = NonNullable<z.output<typeof dataset>>

/** Of questions; may be held against a version of a dataset. */
const ofQuestions = <Kind extends string>(kind: Kind, description: string) =>
  z.strictObject({ kind: z.literal(kind).describe(description), reference: dataset, ...common })

const quantile = z
  .number()
  .min(0.5)
  .max(0.999)
  .default(0.95)
  .describe('Of the reference; what is watched is the share of values above it.')

const stream = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('score').describe('What a judge finds of answers; watched for a fall.'),
      judge: name.describe('One of `judges`, which the service names.'),
      reference: evaluation,
      ...common,
    }),
    plain('feedback', 'The `score` of what people say of answers; watched for a fall.'),
    plain('errors', 'The share of inferences that failed through us or an upstream; watched for a rise.'),
    z.strictObject({
      kind: z
        .literal('blocks')
        .describe('The share of inferences that guardrails stopped or changed; watched for a rise.'),
      guards: z
        .array(z.string().min(1))
        .min(1)
        .optional()
        .describe('Only by these guards of the policy; by any where left out.'),
      ...common,
    }),
    plain(
      'refusals',
      'The share of answers that refuse, by what the provider says, and by their wording where it is kept; watched for a rise.',
    ),
    z.strictObject({
      kind: z.literal('latency').describe('How long answers take; watched for more slow ones.'),
      quantile,
      ...common,
    }),
    z.strictObject({
      kind: z.literal('first-token').describe('How long streams take to begin; watched for more slow ones.'),
      quantile,
      ...common,
    }),
    z.strictObject({
      kind: z.literal('cost').describe('What an inference costs; watched for more dear ones.'),
      quantile,
      ...common,
    }),
    ofQuestions(
      'input-length',
      'Tokens of requests, ranked among those of the reference; watched both ways. Held against a dataset, the characters of questions, which needs `storeContent`.',
    ),
    plain('output-length', 'Tokens of answers, ranked among those of the reference; watched both ways.'),
    ofQuestions(
      'input-embedding',
      'How far questions lie from their neighbours in the reference, ranked among those of the reference; watched both ways. Needs `storeContent`.',
    ),
    ofQuestions(
      'input-vocabulary',
      'The share of the words of questions that the reference does not know; watched for a rise. Needs `storeContent`.',
    ),
    ofQuestions(
      'input-language',
      'The language of questions; watched for more of any, or of others. Needs `storeContent`.',
    ),
    ofQuestions(
      'input-topic',
      'Which cluster of the reference a question lies in; watched for more of any. Needs `storeContent`.',
    ),
    plain(
      'output-format',
      'Whether answers are prose, lists, tables, code, JSON or empty; watched for more of any. Needs `storeContent`.',
    ),
  ])
  .describe('One thing that is watched.')

export type StreamConfig = z.output<typeof stream>

const reference = z
  .strictObject({
    window: duration(60, 90 * 86_400)
      .default('14d')
      .describe('How far back the reference reaches from the moment that it is taken.'),
    rows: z
      .int()
      .min(20)
      .max(100_000)
      .default(500)
      .describe('How many values a stream needs in it; until there are so many it only learns.'),
  })
  .describe('What now is held against. It is taken once, and stays until somebody sets another.')

/** Something that is watched in the traffic of a service. */
export const monitor = z
  .strictObject({
    service: name.describe('Whose traffic is watched.'),
    description: z.string().optional().describe('One line for people.'),
    streams: z
      .record(name, stream)
      .refine(streams => Object.keys(streams).length > 0, 'A monitor watches one stream at least.')
      .describe('What is watched, by names that alarms use.'),
    reference: reference.prefault({}),
    slices: z
      .array(z.enum(['tenant', 'release', 'arm', 'language', 'topic']))
      .default([])
      .describe(
        'Also watched apart: the parts of the traffic by these. `arm` is the side of a rollout, each held against the whole reference.',
      ),
    mostSlices: z
      .int()
      .min(1)
      .max(50)
      .default(5)
      .describe('At most so many values of each of `slices`, those with the most rows in the reference.'),
    strata: z
      .enum(['hour-of-week', 'hour-of-day', 'none'])
      .default('hour-of-week')
      .describe(
        'What is compared with the same time of the reference; coarser where that has too few rows to tell `effect`.',
      ),
    runLength: z
      .int()
      .min(100)
      .max(1e12)
      .default(1_000_000)
      .describe(
        'How many inferences pass, on average and at least, between two false alarms of the whole monitor.',
      ),
    effect: z
      .number()
      .min(0.001)
      .max(0.5)
      .default(0.05)
      .describe('The smallest change of a mean that is worth an alarm: of a share or a score, from 0 to 1.'),
    batch: z
      .int()
      .min(1)
      .max(10_000)
      .default(20)
      .describe(
        'So many values in a row make one mean, so that values that come in clusters raise no alarm.',
      ),
    form: z
      .enum(['shiryaev-roberts', 'cusum'])
      .default('shiryaev-roberts')
      .describe('`cusum` is several times as quiet as `runLength` says, and two to four times as slow.'),
    textPercent: z
      .number()
      .min(0.1)
      .max(100)
      .default(100)
      .describe(
        'Of the inferences whose content is kept, how many have it looked at; their ids decide which.',
      ),
    severity: z.enum(severities).default('ticket').describe('Of the alerts that it raises.'),
    runbook: z.url().optional().describe('Where it is written what to do.'),
  })
  .describe('Watches the traffic of a service for changes, with a bound on false alarms.')

export type MonitorConfig = z.output<typeof monitor>
