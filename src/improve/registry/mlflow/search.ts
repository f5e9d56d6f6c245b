import { Failure } from '../../../foundation/platform/index.ts'

/** What can be asked for of one thing: `undefined` where it has no such. */
export type ReadField = (kind: string, key: string) => string | number | undefined

interface Condition {
  readonly kind: string
  readonly key: string
  readonly test: (value: string | number | undefined) => boolean
}

const kinds: Readonly<Record<string, string>> = {
  metric: 'metrics',
  metrics: 'metrics',
  param: 'params',
  params: 'params',
  parameter: 'params',
  parameters: 'params',
  tag: 'tags',
  tags: 'tags',
  attribute: 'attributes',
  attributes: 'attributes',
  attr: 'attributes',
  run: 'attributes',
  dataset: 'datasets',
  datasets: 'datasets',
}

const tokenForm =
  /\s*(?:('(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*")|(<=|>=|!=|<>|=|<|>|\(|\)|,)|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])|((?:[\w-]+|`[^`]*`)(?:\.(?:"[^"]*"|`[^`]*`|[\w./ -]*[\w./-]))?))/y

/**
 * Reads MLflow's filter (`metrics.loss < 0.1 and tags.team = 'a'`): conditions joined by AND. Throws `invalid_request` for what
 * is none.
 */
export function parseFilter(text: string): (read: ReadField) => boolean {
  const conditions = text.trim() === '' ? [] : readConditions(tokensOf(text))
  return read => conditions.every(({ kind, key, test }) => test(read(kind, key)))
}

interface Token {
  readonly kind: 'text' | 'sign' | 'number' | 'word'
  readonly text: string
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  // words of the language end a name that may hold spaces otherwise
  const form = new RegExp(tokenForm.source.replace('[\\w./ -]*[\\w./-]', '[\\w./-]+'), 'y')
  while (form.lastIndex < text.length) {
    if (text.slice(form.lastIndex).trim() === '') break
    const at = form.lastIndex
    const found = form.exec(text)
    if (!found) throw refuse(`It cannot be read from “${text.slice(at, at + 30)}” on.`)
    const [, quoted, sign, number, word] = found
    if (quoted !== undefined) tokens.push({ kind: 'text', text: unquote(quoted) })
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign })
    else if (number !== undefined) tokens.push({ kind: 'number', text: number })
    else tokens.push({ kind: 'word', text: word ?? '' })
  }
  return tokens
}

function unquote(quoted: string): string {
  return quoted.slice(1, -1).replaceAll(/\\(.)/g, '$1').replaceAll("''", "'")
}

function readConditions(tokens: readonly Token[]): Condition[] {
  const conditions: Condition[] = []
  let at = 0
  const next = (): Token => {
    const token = tokens[at]
    if (!token) throw refuse('It ends too early.')
    at += 1
    return token
  }
  const isWord = (word: string): boolean =>
    tokens[at]?.kind === 'word' && tokens[at]?.text.toUpperCase() === word
  for (;;) {
    const name = next()
    if (name.kind !== 'word' && name.kind !== 'text') throw refuse(`A name is missing before “${name.text}”.`)
    const { kind, key } = fieldOf(name.text)
    const operator = next().text.toUpperCase()
    if (operator === 'IS') {
      const isNot = isWord('NOT')
      if (isNot) at += 1
      if (next().text.toUpperCase() !== 'NULL') throw refuse('IS goes with NULL and NOT NULL.')
      conditions.push({ kind, key, test: value => (value === undefined) !== isNot })
    } else {
      const isNot = operator === 'NOT'
      const verb = isNot ? next().text.toUpperCase() : operator
      const given = verb === 'IN' ? readList(next) : [next()]
      conditions.push({ kind, key, test: testOf(verb, given, isNot) })
    }
    if (at >= tokens.length) return conditions
    if (next().text.toUpperCase() !== 'AND') throw refuse('Conditions are joined by AND.')
  }
}

function readList(next: () => Token): Token[] {
  if (next().text !== '(') throw refuse('IN goes with a list in brackets.')
  const values: Token[] = []
  for (;;) {
    values.push(next())
    const sign = next().text
    if (sign === ')') return values
    if (sign !== ',') throw refuse('Values of a list are divided by commas.')
  }
}

function fieldOf(name: string): { readonly kind: string; readonly key: string } {
  const dot = name.indexOf('.')
  if (dot < 0) return { kind: 'attributes', key: name.replaceAll('`', '') }
  const kind = kinds[name.slice(0, dot).toLowerCase()]
  if (kind === undefined) throw refuse(`${name.slice(0, dot)} is nothing that can be asked for.`)
  return { kind, key: name.slice(dot + 1).replaceAll(/^["`]|["`]$/g, '') }
}

function testOf(
  verb: string,
  given: readonly Token[],
  isNot: boolean,
): (value: string | number | undefined) => boolean {
  const [first] = given
  const text = first?.text ?? ''
  const turn =
    (test: (value: string | number) => boolean) =>
    (value: string | number | undefined): boolean =>
      value !== undefined && test(value) !== isNot
  const compare = (value: string | number): number =>
    typeof value === 'number' ? value - Number(text) : value < text ? -1 : value > text ? 1 : 0
  switch (verb) {
    case '=':
      return turn(value => compare(value) === 0)
    case '!=':
    case '<>':
      return turn(value => compare(value) !== 0)
    case '<':
      return turn(value => compare(value) < 0)
    case '<=':
      return turn(value => compare(value) <= 0)
    case '>':
      return turn(value => compare(value) > 0)
    case '>=':
      return turn(value => compare(value) >= 0)
    case 'LIKE':
    case 'ILIKE': {
      const form = likeForm(text, verb === 'ILIKE' ? 'is' : 's')
      return turn(value => form.test(String(value)))
    }
    case 'IN': {
      const values = new Set(given.map(token => token.text))
      return turn(value => values.has(String(value)))
    }
    default:
      throw refuse(`${verb.slice(0, 20)} is no comparison.`)
  }
}

function likeForm(text: string, flags: string): RegExp {
  const source = text
    .replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('%', '.*?')
    .replaceAll('_', '.')
  return new RegExp(`^${source}$`, flags)
}

/** An order after `metrics.loss DESC`, `attributes.start_time`; what has no value comes last. */
export function parseOrder(orders: readonly string[]): (left: ReadField, right: ReadField) => number {
  const parsed = orders.map(order => {
    const [, name = '', way = 'ASC'] = /^\s*(.+?)(?:\s+(ASC|DESC))?\s*$/i.exec(order) ?? []
    return { ...fieldOf(name), sign: way.toUpperCase() === 'DESC' ? -1 : 1 }
  })
  return (left, right) => {
    for (const { kind, key, sign } of parsed) {
      const one = left(kind, key)
      const other = right(kind, key)
      if (one === other) continue
      if (one === undefined || Number.isNaN(one)) return 1
      if (other === undefined || Number.isNaN(other)) return -1
      return one < other ? -sign : sign
    }
    return 0
  }
}

function refuse(why: string): Failure {
  return new Failure(
    'invalid_request',
    `The filter is not understood. ${why} Write e.g. metrics.loss < 0.1 and params.rate = '1e-3'.`,
  )
}
