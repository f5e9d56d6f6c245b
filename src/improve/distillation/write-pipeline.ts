import { stringify } from 'yaml'
import type { Recipe } from './recipe-schema.ts'

export const pipelineName = ({ distil }: Pick<Recipe, 'distil'>): string => `distil-${distil}`

/** The suite that holds the student against the teacher; `undefined` where nothing is compared. */
export function suiteOf({ teacher, student, data, compare, distil }: Recipe): object | undefined {
  if (!compare || student.release === undefined) return undefined
  return {
    suite: pipelineName({ distil }),
    description: `Holds the student of the recipe ${distil} against its teacher.`,
    ...compare,
    request: data.request,
    releases: teacher === student.release ? [teacher] : [teacher, student.release],
    baseline: teacher,
  }
}

/** A recipe as a pipeline: the teacher’s answers, the training, the deployment, the comparison, the report. */
export function writePipeline(recipe: Recipe): {
  readonly pipeline: string
  readonly suite: string | undefined
} {
  const { teacher, data, filters, answers, student, distil, description } = recipe
  const suite = suiteOf(recipe)
  const slipway = (student.train['slipway'] ?? {}) as Readonly<Record<string, unknown>>
  const model = typeof slipway['output_model'] === 'string' ? slipway['output_model'] : distil
  const served = student.alias === undefined ? {} : deployStage(student.alias, student.waitSeconds)
  const stages = {
    answers: {
      use: 'teacher-answers',
      with: escaped({
        recipe: distil,
        teacher,
        ...data,
        filters,
        output: answers.dataset ?? `${distil}-answers`,
        window: answers.window,
        least: answers.least,
        mostUnanswered: answers.mostUnanswered,
      }),
      timeout: timeout,
    },
    train: {
      use: 'training',
      inputs: { data: 'answers.dataset' },
      with: escaped({ ...student.train, slipway: { ...slipway, output_model: model } }),
      timeout: timeout,
    },
    ...served,
    ...(suite !== undefined && {
      compare: {
        use: 'evaluation',
        needs: [student.alias === undefined ? 'train' : 'serve'],
        with: { suite: pipelineName(recipe), gate: 'none' },
        timeout: timeout,
      },
    }),
    report: {
      use: 'distillation-report',
      inputs: {
        answers: 'answers.report',
        model: 'train.model',
        training: 'train.report',
        ...(suite !== undefined && { evaluation: 'compare.report' }),
      },
      with: { recipe: distil, teacher, ...(student.release !== undefined && { student: student.release }) },
    },
  }
  return {
    pipeline: stringify({
      pipeline: pipelineName(recipe),
      description: description ?? `Distils ${teacher} into ${model}, by the recipe ${distil}.`,
      concurrency: { policy: 'queue' },
      stages,
    }),
    suite: suite && stringify(suite),
  }
}

/** What waits for batches and training waits long. */
const timeout = '7d'

function deployStage(alias: string, waitSeconds: number) {
  return { serve: { use: 'deploy', inputs: { model: 'train.model' }, with: { alias, waitSeconds } } }
}

/** Prompts may hold what is an expression in a pipeline. */
function escaped(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('${', '$${')
  if (Array.isArray(value)) return value.map(escaped)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, escaped(one)]))
  return value
}
