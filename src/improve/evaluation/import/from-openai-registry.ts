import { Failure } from '../../../foundation/platform/index.ts'
import {
  asList,
  asNumber,
  asObject,
  asText,
  type Draft,
  emptyDraft,
  type ImportedSuite,
  type ImportTarget,
  readObject,
  writeSuite,
} from './imported-suite.ts'

export interface RegistrySources {
  /** Which eval of the file; the one there is, where this is left out. */
  readonly eval: string | undefined
  /** The YAML of `registry/modelgraded` that the eval names, where it names one. */
  readonly modelgraded: string | undefined
}

export interface ImportedRegistryEval extends ImportedSuite {
  /** The file of examples, below `registry/data`; they are a dataset (`slipway dataset import`). */
  readonly samples: string | undefined
  /** The specification of `registry/modelgraded` that it needs and was not given. */
  readonly needs: string | undefined
}

type Members = Readonly<Record<string, unknown>>
const mostAliases = 10

/**
 * A suite of an eval of the registry of OpenAI’s Evals (`registry/evals/*.yaml`): `Match`, `Includes`, `FuzzyMatch`, `JsonMatch` and
 * `ModelBasedClassify`. All that is not taken over is told in the notes.
 */
export function fromOpenAiRegistry(
  text: string,
  target: ImportTarget,
  sources: RegistrySources,
): ImportedRegistryEval {
  const file = readObject(text)
  const found = findEval(file, sources.eval)
  const draft = emptyDraft()
  draft.messages = 'input'
  draft.expected = 'ideal'
  if (found.description !== undefined) draft.description = found.description
  const kind = asText(found.members['class'])?.split(':').at(-1) ?? 'none'
  const args = asObject(found.members['args']) ?? {}
  const needs = takeClass(kind, args, target, sources, draft)
  const samples = asText(args['samples_jsonl'])
  if (samples === undefined) draft.notes.push('It names no file of examples (`samples_jsonl`).')
  const fewShot = asNumber(args['num_few_shot']) ?? 0
  if (fewShot > 0)
    draft.notes.push(
      `The ${fewShot} examples that are shown before each question (\`few_shot_jsonl\`) are not taken over: put them into \`system\`, or into the column \`input\`.`,
    )
  const tokens = asNumber(args['max_tokens'])
  if (tokens !== undefined) draft.parameters['max_tokens'] = tokens
  const known = new Set([
    'samples_jsonl',
    'num_few_shot',
    'few_shot_jsonl',
    'max_tokens',
    'ignore_case',
    'eval_type',
    'modelgraded_spec',
    'modelgraded_spec_file',
    'modelgraded_spec_args',
  ])
  for (const key of Object.keys(args))
    if (!known.has(key)) draft.notes.push(`\`args.${key}\` is not taken over.`)
  return { ...writeSuite(draft, target), samples, needs }
}

/** The entry with a class, from a name or the one there is, and along `id`. */
function findEval(
  file: Members,
  asked: string | undefined,
): { readonly members: Members; readonly description: string | undefined } {
  const names = Object.keys(file).filter(name => asObject(file[name])?.['id'] !== undefined)
  const [only, ...others] = names.length > 0 ? names : Object.keys(file)
  if (asked === undefined && (only === undefined || others.length > 0))
    throw new Failure(
      'invalid_request',
      `The file has ${names.length} evals; name one: ${names.slice(0, 12).join(', ')}${names.length > 12 ? ' …' : ''}.`,
      { details: { parameter: 'eval' } },
    )
  let name = asked ?? only ?? ''
  let description: string | undefined
  for (let step = 0; step < mostAliases; step += 1) {
    const members = Object.hasOwn(file, name) ? asObject(file[name]) : undefined
    if (!members)
      throw new Failure('invalid_request', `The file has no eval \`${name.slice(0, 100)}\`.`, {
        details: { parameter: 'eval' },
      })
    description ??= asText(members['description'])
    if (members['class'] !== undefined) return { members, description }
    name = asText(members['id']) ?? ''
  }
  throw new Failure('invalid_request', 'The eval names another one, and that one another, without end.', {
    details: { parameter: 'eval' },
  })
}

function takeClass(
  kind: string,
  args: Members,
  target: ImportTarget,
  { modelgraded }: RegistrySources,
  draft: Draft,
): string | undefined {
  switch (kind) {
    case 'Match':
      draft.parameters['temperature'] = 0
      draft.evaluators.push({ use: 'starts-with' })
      return undefined
    case 'Includes':
      draft.parameters['temperature'] = 0
      draft.evaluators.push({
        use: 'contains',
        with: { match: 'any', compare: args['ignore_case'] === true ? 'ignore-case' : 'exact' },
      })
      return undefined
    case 'FuzzyMatch':
      draft.parameters['temperature'] = 0
      draft.evaluators.push({ use: 'fuzzy-match' }, { use: 'token-f1' })
      return undefined
    case 'JsonMatch':
      draft.evaluators.push({ use: 'json-field' })
      draft.notes.push(
        '`JsonMatch` asks for the same JSON; `json-field` counts the fields that are as expected and does not mind others.',
      )
      return undefined
    case 'ModelBasedClassify': {
      const name = asText(args['modelgraded_spec']) ?? asText(args['modelgraded_spec_file'])
      if (modelgraded === undefined) {
        draft.notes.push(`The specification \`${name ?? '?'}\` of the judge was not read.`)
        return name
      }
      const spec = readObject(modelgraded)
      // the file of a newer registry names what is in it
      const inner = name !== undefined && Object.hasOwn(spec, name) ? asObject(spec[name]) : undefined
      takeJudge(inner ?? spec, asObject(args['modelgraded_spec_args']) ?? {}, target, draft)
      return undefined
    }
    default:
      draft.notes.push(
        `The class \`${kind.slice(0, 80)}\` is code of its own and is not taken over; \`function\` runs a command of yours.`,
      )
      return undefined
  }
}

const places: Readonly<Record<string, string>> = {
  input: 'the question',
  completion: 'the answer',
  ideal: 'what is expected',
}

function takeJudge(spec: Members, given: Members, { judge }: ImportTarget, draft: Draft): void {
  if (judge === undefined) {
    draft.notes.push('It is graded by a model: name a service that judges.')
    return
  }
  const prompt = asText(spec['prompt'])
  const labels = labelsOf(spec)
  if (prompt === undefined || labels === undefined) {
    draft.notes.push(
      'The specification has no text, or its choices have no scores (`choice_scores`) from 0 to 1: write the judge yourself.',
    )
    return
  }
  draft.notes.push(
    'The judge is shown question, answer and what is expected by itself, and is told how to answer: look through its rubric.',
  )
  // each set of arguments is asked by itself
  const sets = Object.entries(asObject(spec['args']) ?? {})
  const [criterion, values] = sets[0] ?? []
  const variants = Object.entries(asObject(values) ?? {}).flatMap(([name, value]) =>
    typeof value === 'string' ? [{ name, words: { [criterion ?? '']: value } }] : [],
  )
  const usual = Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  )
  const isGiven = criterion !== undefined && Object.hasOwn(usual, criterion)
  const asked = variants.length > 0 && !isGiven ? variants : [{ name: undefined, words: {} }]
  for (const { name, words } of asked) {
    const unknown: string[] = []
    const rubric = prompt.replaceAll(/\{(\w+)\}/g, (place, key: string) => {
      const said = { ...places, ...usual, ...words }
      const word = Object.hasOwn(said, key) ? said[key as keyof typeof said] : undefined
      if (word === undefined) unknown.push(key)
      return word === undefined ? place : places[key] === word ? `(${word})` : word
    })
    if (unknown.length > 0)
      draft.notes.push(`The rubric names ${unknown.join(', ')}, which the judge is not shown.`)
    const slug = name?.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
    draft.evaluators.push({
      use: 'llm-judge',
      ...(slug !== undefined && /^[a-z][a-z0-9-]*[a-z0-9]$/.test(slug) && { name: slug }),
      with: { service: judge, rubric, labels },
    })
  }
}

/** What each choice is worth; `undefined` where that is not said, or not from 0 to 1. */
function labelsOf(spec: Members): Record<string, number> | undefined {
  const { choice_scores: scores, choice_strings: choices } = spec
  const names = typeof choices === 'string' ? Array.from(choices) : asList(choices).map(String)
  const entries =
    scores === 'from_strings'
      ? names.map(name => [name, Number(name)] as const)
      : Object.entries(asObject(scores) ?? {}).map(([name, value]) => [name, Number(value)] as const)
  const highest = Math.max(1, ...entries.map(([, value]) => value))
  if (entries.length < 2 || entries.some(([, value]) => !(value >= 0))) return undefined
  const rest = names.filter(name => !entries.some(([known]) => known === name))
  return Object.fromEntries([
    ...entries.map(([name, value]) => [name, value / highest] as const),
    ...rest.map(name => [name, 0] as const),
  ])
}
