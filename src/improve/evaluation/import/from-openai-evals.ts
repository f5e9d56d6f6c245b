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
 * A suite of an eval of OpenAI’s API as it is exported: `name`, `testing_criteria`, and the input messages of its run
 * (`data_source.input_messages.template`). The items themselves are a dataset (`slipway dataset import`). All else is told in the notes.
 */
export function fromOpenAiEvals(text: string, target: ImportTarget): ImportedSuite {
  const config = readObject(text)
  const draft = emptyDraft()
  const name = asText(config['name'])
  if (name !== undefined) draft.description = name
  const source = asObject(config['data_source']) ?? asObject(asObject(config['run'])?.['data_source'])
  takeMessages(asList(asObject(source?.['input_messages'])?.['template']), draft)
  const sampling = asObject(source?.['sampling_params'])
  for (const [key, value] of Object.entries(sampling ?? {})) {
    if (key === 'seed') draft.notes.push('`seed` is not taken over: write `seed` in the suite.')
    else draft.parameters[key === 'max_completion_tokens' ? 'max_tokens' : key] = value
  }
  if (asText(source?.['model']) !== undefined)
    draft.notes.push(
      `The model \`${asText(source?.['model'])}\` is not taken over: the suite asks the releases that were named.`,
    )
  for (const criterion of asList(config['testing_criteria']))
    takeCriterion(asObject(criterion) ?? {}, target, draft)
  const known = [
    'name',
    'data_source',
    'run',
    'testing_criteria',
    'data_source_config',
    'object',
    'id',
    'created_at',
    'metadata',
    'share_with_openai',
  ]
  noteOthers(config, known, draft)
  return writeSuite(draft, target)
}

/** `{{item.question}}` → `{{question}}`, or nothing where something else is named. */
function templateOf(text: string): string | undefined {
  const found = text.replaceAll(/\{\{\s*item\.([\w.-]+)\s*\}\}/g, '{{$1}}')
  return /\{\{\s*(?:item|sample)\b/.test(found) ? undefined : found
}

function takeMessages(messages: readonly unknown[], draft: Draft): void {
  const read = messages.flatMap(one => {
    const message = asObject(one)
    const role = asText(message?.['role'])
    const content = asText(message?.['content']) ?? asText(asObject(message?.['content'])?.['text'])
    return role === undefined || content === undefined
      ? []
      : [{ role: role === 'developer' ? 'system' : role, content }]
  })
  const users = read.filter(({ role }) => role === 'user')
  const systems = read.filter(({ role }) => role === 'system')
  const [user] = users
  if (
    !user ||
    users.length > 1 ||
    read.length !== messages.length ||
    users.length + systems.length !== read.length
  ) {
    if (messages.length > 0)
      draft.notes.push(
        'The input is a conversation of several turns, or holds more than text: put it into a column and write `messages: column`.',
      )
    return
  }
  draft.prompt = templateOf(user.content)
  const system = templateOf(systems.map(({ content }) => content).join('\n'))
  if (system !== undefined && system !== '') draft.system = system
}

function takeCriterion(
  criterion: Readonly<Record<string, unknown>>,
  target: ImportTarget,
  draft: Draft,
): void {
  const type = asText(criterion['type']) ?? 'unknown'
  const made = evaluatorOf(type, criterion, target, draft)
  const name = asText(criterion['name'])
  const called = name === undefined ? `\`${type}\`` : `\`${name}\` (${type})`
  if (typeof made === 'string') {
    draft.notes.push(`The criterion ${called} is not taken over: ${made}`)
    return
  }
  const slug = name
    ?.toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  draft.evaluators.push({ ...made, ...(slug !== undefined && /^[a-z]/.test(slug) && { name: slug }) })
}

function evaluatorOf(
  type: string,
  criterion: Readonly<Record<string, unknown>>,
  { judge, embedder }: ImportTarget,
  draft: Draft,
): DraftEvaluator | string {
  const reference = asText(criterion['reference']) ?? ''
  const column = /^\{\{\s*item\.([\w-]+)\s*\}\}$/.exec(reference)?.[1]
  const expects = (): string | undefined => {
    if (column === undefined) return undefined
    if (draft.expected !== undefined && draft.expected !== column) return undefined
    draft.expected = column
    return column
  }
  const threshold = asNumber(criterion['pass_threshold'])
  const atLeast = threshold === undefined ? {} : { threshold }
  if (type === 'string_check' || type === 'text_similarity') {
    const input = asText(criterion['input']) ?? ''
    if (!/^\{\{\s*sample\.output_text\s*\}\}$/.test(input))
      return 'it looks at something else than the answer.'
  }
  if (type === 'string_check') {
    const operation = asText(criterion['operation'])
    if (column === undefined && reference.includes('{{')) return 'its reference is more than one column.'
    if (operation === 'ne') return '`exact` cannot be turned around.'
    if (column !== undefined && expects() === undefined)
      return `a suite has one column that is expected, and it is \`${draft.expected}\` already.`
    const compare = operation === 'ilike' ? { compare: 'ignore-case' } : {}
    if (operation === 'eq') {
      if (column !== undefined) return { use: 'exact' }
      const escaped = escapePattern(reference)
      return { use: 'regex', with: { pattern: `^${escaped}$` } }
    }
    if (operation === 'like' || operation === 'ilike')
      return { use: 'contains', with: { ...(column === undefined && { texts: [reference] }), ...compare } }
    return `its operation \`${operation}\` is not known.`
  }
  if (type === 'text_similarity') {
    if (expects() === undefined) return 'its reference is no column that is expected.'
    const metric = asText(criterion['evaluation_metric']) ?? ''
    if (metric === 'fuzzy_match') return { use: 'edit-distance', ...atLeast }
    if (metric === 'bleu') return { use: 'bleu', ...atLeast }
    if (metric === 'rouge_1' || metric === 'rouge_2')
      return { use: 'rouge', with: { kind: metric.replace('_', '-') }, ...atLeast }
    if (metric === 'rouge_l') return { use: 'rouge', with: { kind: 'rouge-l' }, ...atLeast }
    if (metric === 'cosine') {
      if (embedder === undefined) return 'it needs a service that embeds: name one.'
      return { use: 'embedding-similarity', with: { service: embedder }, ...atLeast }
    }
    return `nothing here counts \`${metric}\`.`
  }
  if (type === 'label_model') {
    if (judge === undefined) return 'it needs a service that judges: name one.'
    const labels = asList(criterion['labels']).flatMap(label => asText(label) ?? [])
    const passing = new Set(asList(criterion['passing_labels']).flatMap(label => asText(label) ?? []))
    const rubric = asList(criterion['input'])
      .flatMap(
        one =>
          asText(asObject(one)?.['content']) ?? asText(asObject(asObject(one)?.['content'])?.['text']) ?? [],
      )
      .join('\n')
    if (labels.length < 2 || rubric === '') return 'it has no labels or no text.'
    if (/\{\{/.test(rubric))
      draft.notes.push(
        'The text of a `label_model` names items and answers: the judge is shown them by itself; take the places out of the rubric.',
      )
    const worth = Object.fromEntries(labels.map(label => [label, passing.has(label) ? 1 : 0]))
    return { use: 'llm-judge', with: { service: judge, rubric, labels: worth }, threshold: 1 }
  }
  return type === 'python'
    ? 'its code is not run; `function` runs a command of yours.'
    : 'nothing here does the same.'
}
