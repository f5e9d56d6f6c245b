import { z } from 'zod'
import type { JudgeConfig } from '../../../foundation/config/index.ts'
import { askForJson } from '../models/ask-for-json.ts'
import type { AskService } from '../models/ask-service.ts'
import { assessConsistency } from '../models/assess-consistency.ts'
import { assessGroundedness } from '../models/assess-groundedness.ts'
import { createFence } from '../models/fence.ts'
import type { JudgedAnswer } from './judged-answer.ts'

/** What a judge found. */
export interface Judgement {
  /** From 0 to 1; `undefined` where there was nothing to judge: an answer without claims. */
  readonly value: number | undefined
  readonly label: string | undefined
  readonly rationale: string | undefined
  readonly model: string | undefined
  /** Of all its calls; `undefined` where one of them has no price. */
  readonly costNanoUsd: number | undefined
}

export interface JudgeCase {
  readonly name: string
  readonly config: JudgeConfig
  readonly answer: JudgedAnswer
  /** The service that gave the answer. */
  readonly service: string
  readonly tenant: string
  readonly signal: AbortSignal
  /** Told of what each call cost, those of a judgement that fails too. */
  readonly spent?: (nanoUsd: number) => void
}

type Found = Pick<Judgement, 'value' | 'label' | 'rationale'>

/** Judges one answer. Throws where the judge does not answer, or not as it was asked. */
export async function judgeAnswer(ask: AskService, given: JudgeCase): Promise<Judgement> {
  let model: string | undefined
  let costNanoUsd: number | undefined = 0
  const counted: AskService = async call => {
    const answer = await ask(call)
    model = answer.model ?? model
    given.spent?.(answer.costNanoUsd ?? 0)
    costNanoUsd =
      costNanoUsd === undefined || answer.costNanoUsd === undefined
        ? undefined
        : costNanoUsd + answer.costNanoUsd
    return answer
  }
  const found = await judgeBy(counted, given)
  return { ...found, model, costNanoUsd }
}

function judgeBy(ask: AskService, given: JudgeCase): Promise<Found> {
  const { config } = given
  if (config.kind === 'rubric') return judgeByRubric(ask, given, config)
  return config.kind === 'groundedness'
    ? judgeGrounds(ask, given, config)
    : judgeConsistency(ask, given, config)
}

type ConfigOf<Kind extends JudgeConfig['kind']> = Extract<JudgeConfig, { kind: Kind }>

async function judgeByRubric(ask: AskService, given: JudgeCase, config: ConfigOf<'rubric'>): Promise<Found> {
  const { rubric, service, temperature, maxChars } = config
  const { question, documents, text } = given.answer
  const labels = Object.keys(rubric.labels)
  const fence = createFence()
  const [answerRoom, restRoom] = [Math.ceil(maxChars / 2), Math.floor(maxChars / 4)]
  const shown = documents.map(document => document.slice(0, Math.floor(restRoom / documents.length)))
  const { value } = await askForJson(ask, {
    ...callOf(given, service),
    system: [
      'You judge one answer of an assistant by the rubric below, and by nothing else. A longer answer is not a better one, and the tone of an answer says nothing of what it states.',
      `Rubric (version ${rubric.version}):\n${rubric.criterion}`,
      `First write the rationale, in three sentences at most and without quoting personal data; then one label of: ${labels.join(', ')}.`,
      fence.rule,
    ].join('\n\n'),
    user: [
      ...shown.map((document, index) => fence.around('document', document, index + 1)),
      fence.around('question', (question ?? '(not given)').slice(0, restRoom)),
      fence.around('answer', text.slice(0, answerRoom)),
    ].join('\n'),
    // the rationale comes first, so that the label follows from it
    schema: z.strictObject({ rationale: z.string(), label: z.enum(labels) }),
    maxTokens: 600,
    temperature: temperature ?? undefined,
  })
  return { value: rubric.labels[value.label], label: value.label, rationale: value.rationale }
}

async function judgeGrounds(
  ask: AskService,
  given: JudgeCase,
  config: ConfigOf<'groundedness'>,
): Promise<Found> {
  const { question, documents, text } = given.answer
  if (documents.length === 0) return nothingToJudge('there are no documents')
  const claims = await assessGroundedness(
    ask,
    { ...callOf(given, config.service), question, documents, answer: text },
    {
      method: config.method,
      entailment: new Set(config.entailment.map(label => label.toLowerCase())),
      maxContextChars: config.maxChars,
      temperature: config.temperature ?? undefined,
      sureFrom: undefined,
    },
  )
  if (claims.length === 0) return nothingToJudge('the answer states nothing')
  const supported = claims.filter(({ support }) => support >= 0.5).length
  const contradicted = claims.filter(({ verdict }) => verdict === 'contradicted').length
  return {
    value: supported / claims.length,
    label: supported === claims.length ? 'grounded' : contradicted > 0 ? 'contradicted' : 'ungrounded',
    rationale: `${supported} of ${claims.length} claims are borne out${contradicted > 0 ? `, ${contradicted} are contradicted` : ''}.`,
  }
}

async function judgeConsistency(
  ask: AskService,
  given: JudgeCase,
  config: ConfigOf<'self-consistency'>,
): Promise<Found> {
  const { question, text } = given.answer
  if (question === undefined) return nothingToJudge('there is no question')
  const { service: _, ...call } = callOf(given, config.service)
  const { score, reason } = await assessConsistency(
    ask,
    call,
    { answer: text, question },
    {
      sampled: config.sampled ?? given.service,
      samples: config.samples,
      maxOutputTokens: 512,
      temperature: 1,
      compare: config.compare,
      judge: config.service,
      entailment: config.entailment,
    },
  )
  return { value: 1 - score, label: score < 0.5 ? 'consistent' : 'inconsistent', rationale: `${reason}.` }
}

function nothingToJudge(why: string): Found {
  return { value: undefined, label: 'not applicable', rationale: `Nothing to judge: ${why}.` }
}

function callOf({ name, tenant, signal }: JudgeCase, service: string) {
  return { tenant, check: `judge:${name}`, service, signal, priority: 'batch' } as const
}
