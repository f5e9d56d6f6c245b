import { type Database, Failure } from '../../../foundation/platform/index.ts'
import type { ReviewPriority } from '../../../foundation/config/index.ts'
import type { ExampleReviews, NewExampleReview, ShownPart } from '../../../observe/reviews/index.ts'
import { hashText } from '../../../foundation/statistics/index.ts'
import type { WireExampleDetail } from '../api/example-wire.ts'
import { readRunExamples, type ReadExampleOptions } from '../examples/read-example.ts'
import { placeIn } from '../examples/list-examples.ts'
import type { MakeReport } from '../report/make-report.ts'
import type { PlannedEvaluator, Run } from '../runs/run.ts'
import { replaceReport } from '../runs/run-store.ts'
import { listScores, type StoredScore } from '../runs/score-store.ts'
import { chooseAnswers } from './choose-answers.ts'
import { labelNameOf } from './label-name.ts'
import { listLabelFigures, putDraws, putLabel } from './label-store.ts'

export interface LabelsOptions extends ReadExampleOptions {
  readonly database: Database
  readonly reviews: ExampleReviews
  readonly makeReport: MakeReport
}

export interface LabelRequest {
  readonly evaluator: string
  /** How many answers shall have a label in the end. */
  readonly wanted: number
  /** How many people have to answer each. */
  readonly people: number
  readonly priority: ReviewPriority
  readonly askedBy: string
}

/** What people say of answers, which corrects what judges say. */
export interface Labels {
  /** Puts answers of a run into the review queue until as many as wanted have a label or are asked about. */
  request(run: Run, wanted: LabelRequest): Promise<{ readonly asked: number; readonly known: number }>
  /** Takes over what people have decided since, and makes the report anew. */
  collect(run: Run): Promise<{ readonly collected: number; readonly labels: number }>
  /** Takes labels that were made elsewhere. */
  put(run: Run, author: string, given: readonly GivenLabel[]): Promise<void>
}

export interface GivenLabel {
  readonly ordinal: number
  readonly release: string
  readonly repeat: number
  readonly evaluator: string
  readonly value: number
}

const purpose = 'evaluation-labels'
const dueMinutes = 7 * 24 * 60

/** On the scale of every evaluator: from the worst to the best. */
const grades: Readonly<Record<string, number>> = {
  '0 – bad': 0,
  '1 – poor': 0.25,
  '2 – fair': 0.5,
  '3 – good': 0.75,
  '4 – as good as it gets': 1,
}
const sides: Readonly<Record<string, number>> = {
  'A is better': 0,
  'neither is better': 0.5,
  'B is better': 1,
}

export function createLabels(options: LabelsOptions): Labels {
  const { database, reviews, makeReport } = options

  async function evaluatorsOf(run: Run) {
    return run.plan.evaluators.map(({ name }) => labelNameOf(run.suite, name))
  }

  async function remake(run: Run): Promise<void> {
    if (run.state !== 'completed') return
    const { verdict, report } = await makeReport(run.id)
    await replaceReport(database, run.id, verdict, report)
  }

  return {
    async request(run, wanted) {
      const index = placeIn(run.plan.evaluators, wanted.evaluator, 'evaluator') ?? 0
      const evaluator = run.plan.evaluators[index]
      if (!evaluator?.isJudge)
        throw new Failure(
          'invalid_request',
          `\`${wanted.evaluator}\` is no judge: its scores are what they are, and labels change nothing about them.`,
          { details: { parameter: 'evaluator' } },
        )
      const [scores, labels] = await Promise.all([
        listScores(database, run.id),
        listLabelFigures(database, run.id, await evaluatorsOf(run)),
      ])
      const known = new Set(labels.map(one => placeKey(one)))
      const judged = scores.flatMap(score =>
        score.evaluator === index && score.value !== undefined ? [{ ...score, value: score.value }] : [],
      )
      if (judged.length === 0)
        throw new Failure('conflict', 'The judge has not scored any answer of this run yet.')
      const name = labelNameOf(run.suite, evaluator.name)
      const drawn = chooseAnswers(judged, wanted.wanted, name)
      await putDraws(
        database,
        run.tenant,
        name,
        drawn.map(({ answer, probability }) => ({ answerKey: answer.answerKey, probability })),
      )
      const chosen = drawn.flatMap(({ answer }) => (known.has(placeKey(answer)) ? [] : [answer]))
      const ordinals = [...new Set(chosen.map(({ ordinal }) => ordinal))]
      const examples = await readRunExamples(run, ordinals, options)
      const byOrdinal = new Map(examples.map(example => [example.ordinal, example]))
      const questions = chosen.flatMap(answer => {
        const example = byOrdinal.get(answer.ordinal)
        return example ? [toQuestion(run, evaluator, answer, example)] : []
      })
      const asked = await reviews.ask(
        {
          tenant: run.tenant,
          purpose,
          title: `${run.suite} v${run.suiteVersion}: ${evaluator.name}`,
          people: wanted.people,
          priority: wanted.priority,
          dueMinutes,
          askedBy: wanted.askedBy,
        },
        questions,
      )
      return {
        asked: asked.asked,
        known: asked.known + drawn.length - chosen.length,
      }
    },

    async collect(run) {
      let collected = 0
      const scores = await listScores(database, run.id)
      for (const [index, evaluator] of run.plan.evaluators.entries()) {
        if (!evaluator.isJudge) continue
        const subject = subjectOf(run, evaluator)
        const decisions = await reviews.decisions({ tenant: run.tenant, purpose, subject })
        for (const { item, answers, decidedAt } of decisions) {
          const score = scores.find(one => one.evaluator === index && placeKey(one) === `${item} ${index}`)
          const values = answers.flatMap(answer => valueOf(run, evaluator, item, answer) ?? [])
          if (!score || values.length === 0) continue
          await putLabel(database, {
            tenant: run.tenant,
            answerKey: score.answerKey,
            evaluator: labelNameOf(run.suite, evaluator.name),
            author: 'reviews',
            value: values.reduce((sum, value) => sum + value, 0) / values.length,
            createdAt: decidedAt,
          })
          collected += 1
        }
      }
      await remake(run)
      const labels = await listLabelFigures(database, run.id, await evaluatorsOf(run))
      return { collected, labels: labels.length }
    },

    async put(run, author, given) {
      const scores = await listScores(database, run.id)
      const found = given.map(label => {
        const release = placeIn(run.plan.releases, label.release, 'release')
        const evaluator = placeIn(run.plan.evaluators, label.evaluator, 'evaluator')
        const score = scores.find(
          one =>
            one.ordinal === label.ordinal &&
            one.release === release &&
            one.repeat === label.repeat &&
            one.evaluator === evaluator,
        )
        if (score) return { label, score }
        throw new Failure(
          'invalid_request',
          `The run has no score of ${label.evaluator} for example ${label.ordinal} of ${label.release}.`,
        )
      })
      await database.transaction(async transaction => {
        for (const { label, score } of found)
          await putLabel(transaction, {
            tenant: run.tenant,
            answerKey: score.answerKey,
            evaluator: labelNameOf(run.suite, label.evaluator),
            author,
            value: label.value,
            createdAt: new Date(),
          })
      })
      await remake(run)
    },
  }
}

type Place = Pick<StoredScore, 'ordinal' | 'release' | 'repeat' | 'evaluator'>

const itemOf = ({ ordinal, release, repeat }: Omit<Place, 'evaluator'>): string =>
  `${ordinal} ${release} ${repeat}`
const placeKey = (place: Place): string => `${itemOf(place)} ${place.evaluator}`
const subjectOf = (run: Run, evaluator: PlannedEvaluator): string =>
  `${run.id}/${evaluator.name}`.slice(0, 200)

/** Which of two answers stands first, so that nobody learns that the second is the newer. */
const isSwapped = (run: Run, item: string): boolean => hashText(`${run.id} ${item}`) % 2 === 1

function valueOf(
  run: Run,
  { kind }: PlannedEvaluator,
  item: string,
  answer: string | undefined,
): number | undefined {
  if (answer === undefined) return undefined
  if (kind === 'single') return grades[answer]
  const value = sides[answer]
  return value === undefined ? undefined : isSwapped(run, item) ? 1 - value : value
}

function toQuestion(
  run: Run,
  evaluator: PlannedEvaluator,
  place: Omit<Place, 'evaluator'>,
  example: WireExampleDetail,
): NewExampleReview {
  const said = (release: number): string => {
    const name = run.plan.releases[release]?.name
    return example.items.find(one => one.release === name && one.repeat === place.repeat)?.answer ?? ''
  }
  const item = itemOf(place)
  const asked: ShownPart[] = (example.messages ?? []).map(({ role, content }) => ({
    name: String(role),
    text: typeof content === 'string' ? content : JSON.stringify(content),
  }))
  const more: ShownPart[] = [
    ...(example.context === null || example.context === undefined
      ? []
      : [{ name: 'context', text: wordsOf(example.context) }]),
    ...(example.expected === null || example.expected === undefined
      ? []
      : [{ name: 'expected', text: wordsOf(example.expected) }]),
  ]
  const base = { subject: subjectOf(run, evaluator), item }
  if (evaluator.kind === 'single')
    return {
      ...base,
      shown: [...asked, ...more, { name: 'answer', text: said(place.release) }],
      question: `How good is the answer, as “${evaluator.name}” asks?`,
      answer: { kind: 'choice', choices: Object.keys(grades) },
    }
  const two = [said(run.plan.baseline), said(place.release)]
  const [first = '', second = ''] = isSwapped(run, item) ? two.toReversed() : two
  return {
    ...base,
    shown: [...asked, ...more, { name: 'A', text: first }, { name: 'B', text: second }],
    question: `Which answer is better, as “${evaluator.name}” asks?`,
    answer: { kind: 'choice', choices: Object.keys(sides) },
  }
}

function wordsOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
