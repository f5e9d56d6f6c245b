import { canonicalJson } from '../../../foundation/platform/index.ts'
import { templateNames } from '../requests/template.ts'
import {
  asList,
  asNumber,
  asObject,
  asText,
  type Draft,
  type DraftEvaluator,
  emptyDraft,
  escapePattern,
  type ImportedSuite,
  type ImportTarget,
  noteOthers,
  readObject,
  writeSuite,
} from './imported-suite.ts'

/**
 * A suite of promptfoo’s configuration: its first prompt, the assertions of `defaultTest` and those that all tests share, `repeat`.
 * The tests themselves are a dataset (`slipway dataset import`). All else is told in the notes.
 */
export function fromPromptfoo(text: string, target: ImportTarget): ImportedSuite {
  const config = readObject(text)
  const draft = emptyDraft()
  const description = asText(config['description'])
  if (description !== undefined) draft.description = description
  takePrompts(asList(config['prompts']), draft)
  takeProviders(asList(config['providers'] ?? config['targets']), draft)
  takeTests(config, target, draft)
  const repeat = asNumber(asObject(config['evaluateOptions'])?.['repeat'])
  if (repeat !== undefined && repeat > 1) draft.repeats = Math.min(50, Math.round(repeat))
  const known = [
    'description',
    'prompts',
    'providers',
    'targets',
    'tests',
    'defaultTest',
    'evaluateOptions',
    'tags',
    '$schema',
  ]
  noteOthers(config, known, draft)
  return writeSuite(draft, target)
}

function takePrompts(prompts: readonly unknown[], draft: Draft): void {
  const [first, ...others] = prompts
  if (others.length > 0)
    draft.notes.push(
      `The file has ${prompts.length} prompts and a suite has one: the first is taken. Make a release of each prompt to compare them.`,
    )
  const raw = asText(first) ?? asText(asObject(first)?.['raw'])
  if (raw === undefined || /^(?:file|exec):\/\//.test(raw)) {
    draft.notes.push('The prompt stands in another file, which was not read.')
    return
  }
  const messages = chatOf(raw)
  if (messages) {
    const last = messages.at(-1)
    const [system] = messages
    const isSimple =
      messages.length <= 2 && last?.role === 'user' && (messages.length === 1 || system?.role === 'system')
    if (!isSimple || !last) {
      draft.notes.push(
        'The prompt is a conversation of several turns: put it into a column and write `messages: column`.',
      )
      return
    }
    draft.prompt = checked(last.content, draft)
    if (messages.length === 2 && system) draft.system = checked(system.content, draft)
    return
  }
  draft.prompt = checked(raw, draft)
}

function checked(template: string, draft: Draft): string | undefined {
  const names = templateNames(template)
  if (!('problem' in names)) return template
  draft.notes.push(`The prompt uses more of its template language than names: ${names.problem}`)
  return undefined
}

function chatOf(raw: string): readonly { readonly role: string; readonly content: string }[] | undefined {
  if (!raw.trimStart().startsWith('[')) return undefined
  try {
    const list = JSON.parse(raw) as unknown[]
    const messages = list.flatMap(one => {
      const [role, content] = [asText(asObject(one)?.['role']), asText(asObject(one)?.['content'])]
      return role === undefined || content === undefined ? [] : [{ role, content }]
    })
    return messages.length === list.length ? messages : undefined
  } catch {
    return undefined
  }
}

function takeProviders(providers: readonly unknown[], draft: Draft): void {
  const names = providers.map(one => asText(one) ?? asText(asObject(one)?.['id']) ?? 'one without a name')
  if (names.length === 0) return
  draft.notes.push(
    `Providers are not taken over (${names.slice(0, 8).join(', ')}): the suite asks the releases that were named; each model is a release of a service.`,
  )
}

function takeTests(config: Readonly<Record<string, unknown>>, target: ImportTarget, draft: Draft): void {
  const byDefault = asObject(config['defaultTest'])
  const tests = asList(config['tests'])
  const listed = tests.flatMap(test => asObject(test) ?? [])
  if (listed.length < tests.length)
    draft.notes.push('Tests in other files were not read: import those files as a dataset.')
  const common = asList(byDefault?.['assert'])
  const own = listed.map(test => asList(asObject(test)?.['assert']))
  const [first = [], ...rest] = own
  // what a test says is equalled is its own, also where all say the same
  const shared = first.filter(
    one => asObject(one)?.['type'] !== 'equals' && rest.every(list => list.some(other => isSame(one, other))),
  )
  for (const assertion of [...common, ...shared]) takeAssertion(asObject(assertion) ?? {}, target, draft)
  const differing = own.flatMap(list => list.filter(one => !shared.some(other => isSame(one, other))))
  const types = new Set(differing.map(one => asText(asObject(one)?.['type']) ?? 'unknown'))
  if (types.delete('equals')) {
    draft.evaluators.push({ use: 'exact' })
    draft.expected = 'expected'
  }
  for (const type of types)
    draft.notes.push(
      `Assertions \`${type}\` differ from test to test and are not taken over; the dataset keeps them in its column \`assert\`.`,
    )
  if (asObject(byDefault?.['vars']))
    draft.notes.push('`defaultTest.vars` is not taken over: put those values into the prompt or the dataset.')
}

const isSame = (left: unknown, right: unknown): boolean => canonicalJson(left) === canonicalJson(right)

function takeAssertion(
  assertion: Readonly<Record<string, unknown>>,
  target: ImportTarget,
  draft: Draft,
): void {
  const type = asText(assertion['type']) ?? 'unknown'
  const made = evaluatorOf(type, assertion, target)
  if (typeof made === 'string') draft.notes.push(`The assertion \`${type}\` is not taken over: ${made}`)
  else draft.evaluators.push(made)
  for (const key of ['weight', 'metric', 'transform', 'provider', 'rubricPrompt'])
    if (assertion[key] !== undefined)
      draft.notes.push(`\`${key}\` of the assertion \`${type}\` is not taken over.`)
}

/** The evaluator that does the same, or why there is none. */
function evaluatorOf(
  type: string,
  { value, threshold: given }: Readonly<Record<string, unknown>>,
  { judge, embedder }: ImportTarget,
): DraftEvaluator | string {
  const isNot = type.startsWith('not-')
  const base = isNot ? type.slice(4) : type
  const threshold = asNumber(given)
  const atLeast = threshold === undefined ? {} : { threshold }
  const texts = asList(value).flatMap(one => (typeof one === 'string' && one !== '' ? [one] : []))
  const hasTemplate = texts.some(text => text.includes('{{'))
  if (
    isNot &&
    ![
      'contains',
      'icontains',
      'contains-any',
      'icontains-any',
      'contains-all',
      'icontains-all',
      'regex',
      'is-refusal',
    ].includes(base)
  )
    return 'it is turned around, which its evaluator cannot be.'
  switch (base) {
    case 'equals':
      return 'a text that all answers equal is asked of no dataset; put it into a column and use `exact`.'
    case 'contains':
    case 'icontains':
    case 'contains-all':
    case 'icontains-all':
    case 'contains-any':
    case 'icontains-any':
      if (hasTemplate || texts.length === 0) return 'its value differs from test to test.'
      return {
        use: 'contains',
        with: {
          texts,
          match: base.endsWith('-any') ? 'any' : 'all',
          ...(base.startsWith('i') && { compare: 'ignore-case' }),
          ...(isNot && { not: true }),
        },
      }
    case 'starts-with':
    case 'regex': {
      const [pattern] = texts
      if (pattern === undefined || hasTemplate) return 'its value differs from test to test.'
      const escaped = escapePattern(pattern)
      return {
        use: 'regex',
        with: { pattern: base === 'regex' ? pattern : `^${escaped}`, ...(isNot && { not: true }) },
      }
    }
    case 'is-json':
      return { use: 'json-schema', with: { schema: asObject(value) ?? {} } }
    case 'levenshtein':
      return 'promptfoo counts characters and `edit-distance` gives a share: choose a threshold for it.'
    case 'bleu':
      return { use: 'bleu', ...atLeast }
    case 'rouge-n':
      return { use: 'rouge', with: { kind: 'rouge-1' }, ...atLeast }
    case 'similar':
      if (embedder === undefined) return 'it needs a service that embeds: name one.'
      return { use: 'embedding-similarity', with: { service: embedder }, ...atLeast }
    case 'llm-rubric':
    case 'model-graded-closedqa':
      if (judge === undefined) return 'it needs a service that judges: name one.'
      if (texts.length === 0 || hasTemplate) return 'its rubric differs from test to test.'
      return {
        use: 'llm-judge',
        with: { service: judge, rubric: texts.join('\n'), labels: { pass: 1, fail: 0 } },
        ...atLeast,
      }
    case 'is-refusal':
      return { use: 'refusal', with: { wanted: !isNot } }
    case 'latency':
      return threshold === undefined
        ? 'it has no threshold.'
        : { use: 'latency', with: { maxMs: threshold }, threshold: 1 }
    case 'cost':
      return threshold === undefined
        ? 'it has no threshold.'
        : { use: 'cost', with: { maxUsd: threshold }, threshold: 1 }
    default:
      return 'nothing here does the same; `function` runs a command of yours.'
  }
}
