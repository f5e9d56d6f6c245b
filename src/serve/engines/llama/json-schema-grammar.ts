import { unsupported } from './request-error.ts'

/**
 * Translates JSON Schema into llama.cpp's GBNF, so that every finished answer is JSON of that shape. Properties come
 * in the order of the schema. What cannot be promised is refused by name rather than ignored.
 * GBNF: https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md
 */
export function jsonSchemaGrammar(schema: unknown, parameter: string): string {
  return new GrammarBuilder(schema, parameter).build()
}

/** Any JSON object. */
export function anyObjectGrammar(): string {
  return jsonSchemaGrammar({ type: 'object', additionalProperties: true }, 'response_format')
}

type Schema = Readonly<Record<string, unknown>>

const annotations = [
  'title',
  'description',
  'default',
  'examples',
  '$schema',
  '$id',
  '$comment',
  'deprecated',
  'readOnly',
  'writeOnly',
  'strict',
  '$defs',
  'definitions',
  'nullable',
]
const keywords: Readonly<Record<string, readonly string[]>> = {
  object: ['properties', 'required', 'additionalProperties'],
  array: ['items', 'prefixItems', 'minItems', 'maxItems'],
  string: ['minLength', 'maxLength', 'format'],
}
/** More repetitions than this make a grammar too large to be worth it. */
const longestRepetition = 2000

const primitives: Readonly<Record<string, string>> = {
  space: '| " " | "\\n" [ \\t]{0,20}',
  character: '[^"\\\\\\x7F\\x00-\\x1F] | "\\\\" (["\\\\/bfnrt] | "u" [0-9a-fA-F]{4})',
  string: '"\\"" character* "\\""',
  integer: '"-"? ("0" | [1-9] [0-9]{0,15})',
  number: 'integer ("." [0-9]{1,16})? ([eE] [-+]? [0-9]{1,3})?',
  boolean: '"true" | "false"',
  null: '"null"',
  value: 'object | array | string | number | boolean | null',
  object: '"{" space (string ":" space value space ("," space string ":" space value space)*)? "}"',
  array: '"[" space (value space ("," space value space)*)? "]"',
}
const primitiveNeeds: Readonly<Record<string, readonly string[]>> = {
  string: ['character'],
  number: ['integer'],
  value: ['object', 'array', 'string', 'number', 'boolean', 'null'],
  object: ['space', 'string', 'value'],
  array: ['space', 'value'],
}
const formats: Readonly<Record<string, string>> = {
  date: '"\\"" date "\\""',
  time: '"\\"" time "\\""',
  'date-time': '"\\"" date "T" time "\\""',
  uuid: '"\\"" [0-9a-f]{8} "-" [0-9a-f]{4} "-" [0-9a-f]{4} "-" [0-9a-f]{4} "-" [0-9a-f]{12} "\\""',
}
const formatRules: Readonly<Record<string, string>> = {
  date: '[0-9]{4} "-" ("0" [1-9] | "1" [0-2]) "-" ("0" [1-9] | [12] [0-9] | "3" [01])',
  time: '([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9] ":" [0-5] [0-9] ("." [0-9]{1,6})? ("Z" | [+-] [0-9]{2} ":" [0-9]{2})',
}

class GrammarBuilder {
  readonly #root: unknown
  readonly #parameter: string
  readonly #rules = new Map<string, string>()
  readonly #references = new Map<string, string>()

  constructor(root: unknown, parameter: string) {
    this.#root = root
    this.#parameter = parameter
  }

  build(): string {
    const root = this.#expression(this.#root, '')
    const lines = [`root ::= ${root}`]
    for (const [name, rule] of this.#rules) lines.push(`${name} ::= ${rule}`)
    return lines.join('\n')
  }

  #expression(schema: unknown, path: string): string {
    if (
      schema === true ||
      (isRecord(schema) && Object.keys(schema).every(key => annotations.includes(key)))
    ) {
      return this.#primitive('value')
    }
    if (!isRecord(schema)) throw this.#refuse(path, 'is not a schema')
    if (typeof schema['$ref'] === 'string') return this.#reference(schema['$ref'], path)
    if ('const' in schema) return literal(schema['const'])
    if (Array.isArray(schema['enum'])) return choice(schema['enum'].map(literal))
    for (const key of ['anyOf', 'oneOf']) {
      const branches = schema[key]
      if (Array.isArray(branches)) {
        this.#onlyKnown(schema, path, [key, 'type'])
        return choice(branches.map((branch, index) => this.#expression(branch, `${path}/${key}/${index}`)))
      }
    }
    const types = this.#types(schema)
    this.#onlyKnown(schema, path, ['type', ...types.flatMap(type => keywords[type] ?? [])])
    return choice(types.map(type => this.#typed(type, schema, path)))
  }

  #types(schema: Schema): string[] {
    const type = schema['type']
    const types = Array.isArray(type) ? type.map(String) : typeof type === 'string' ? [type] : []
    if (types.length === 0)
      types.push('properties' in schema ? 'object' : 'items' in schema ? 'array' : 'value')
    if (schema['nullable'] === true && !types.includes('null')) types.push('null')
    return types
  }

  #typed(type: string, schema: Schema, path: string): string {
    switch (type) {
      case 'object':
        return this.#object(schema, path)
      case 'array':
        return this.#array(schema, path)
      case 'string':
        return this.#string(schema, path)
      case 'integer':
      case 'number':
      case 'boolean':
      case 'null':
      case 'value':
        return this.#primitive(type)
      default:
        throw this.#refuse(path, `has the unknown type ${type}`)
    }
  }

  #object(schema: Schema, path: string): string {
    const properties = isRecord(schema['properties']) ? Object.entries(schema['properties']) : []
    const additional = schema['additionalProperties'] ?? properties.length === 0
    if (properties.length === 0 && additional === true) return this.#primitive('object')
    const required = new Set(Array.isArray(schema['required']) ? schema['required'].map(String) : [])
    this.#primitive('space')
    const fields = properties.map(([name, child]) => ({
      isRequired: required.has(name),
      text: `${quoted(JSON.stringify(name))} ":" space ${this.#rule('field', this.#expression(child, `${path}/${name}`))} space`,
    }))
    if (additional !== false && additional !== true) {
      if (properties.length > 0)
        throw this.#refuse(path, 'has both properties and a schema for additional ones')
      const text = `${this.#primitive('string')} ":" space ${this.#rule('field', this.#expression(additional, `${path}/additionalProperties`))} space`
      return this.#rule('object', `"{" space (${text} ("," space ${text})*)? "}"`)
    }
    return this.#rule('object', `"{" space ${this.#fields(fields)} "}"`)
  }

  /** Optional fields make a chain: each tail starts with or without a comma, by whether a field came before. */
  #fields(fields: readonly { readonly isRequired: boolean; readonly text: string }[]): string {
    let afterSome = ''
    let afterNone = ''
    for (const field of fields.toReversed()) {
      const tail = afterSome === '' ? '' : ` ${afterSome}`
      const withComma = `"," space ${field.text}${tail}`
      const first = `${field.text}${tail}`
      const skipped = afterNone === '' || field.isRequired ? '""' : this.#rule('fields', afterNone)
      afterNone = field.isRequired ? first : `${first} | ${skipped}`
      afterSome = field.isRequired
        ? this.#rule('fields', withComma)
        : this.#rule('fields', `${withComma} | ${afterSome === '' ? '""' : afterSome}`)
    }
    return afterNone === '' ? '' : this.#rule('fields', afterNone)
  }

  #array(schema: Schema, path: string): string {
    const prefix = Array.isArray(schema['prefixItems']) ? schema['prefixItems'] : []
    if (prefix.length > 0) throw this.#refuse(path, 'uses prefixItems')
    const [least, most] = this.#range(schema, 'minItems', 'maxItems', path)
    this.#primitive('space')
    if (most === 0) return '"[" space "]"'
    const item = `${this.#rule('item', this.#expression(schema['items'] ?? true, `${path}/items`))} space`
    const more = `("," space ${item}){${Math.max(0, least - 1)},${most === undefined ? '' : most - 1}}`
    const items = most === 1 ? item : `${item} ${more}`
    return this.#rule('array', `"[" space ${least === 0 ? `(${items})?` : items} "]"`)
  }

  #string(schema: Schema, path: string): string {
    const format = schema['format']
    if (typeof format === 'string') {
      const rule = formats[format]
      if (rule === undefined) throw this.#refuse(path, `uses the format ${format}`)
      for (const name of ['date', 'time'])
        if (rule.includes(` ${name} `)) this.#rules.set(name, formatRules[name] ?? '')
      return this.#rule('string', rule)
    }
    const [least, most] = this.#range(schema, 'minLength', 'maxLength', path)
    if (least === 0 && most === undefined) return this.#primitive('string')
    this.#primitive('character')
    return `"\\"" character{${least},${most ?? ''}} "\\""`
  }

  #range(schema: Schema, low: string, high: string, path: string): [least: number, most: number | undefined] {
    const least = schema[low] ?? 0
    const most = schema[high]
    if (typeof least !== 'number' || least < 0) throw this.#refuse(path, `has a wrong ${low}`)
    if (most !== undefined && (typeof most !== 'number' || most < least))
      throw this.#refuse(path, `has a wrong ${high}`)
    if (least > longestRepetition || (most ?? 0) > longestRepetition) {
      throw this.#refuse(path, `asks for more than ${longestRepetition} repetitions`)
    }
    return [least, most]
  }

  #reference(reference: string, path: string): string {
    const known = this.#references.get(reference)
    if (known !== undefined) return known
    if (!reference.startsWith('#'))
      throw this.#refuse(path, `refers to ${reference}, which is not in the schema`)
    let target = this.#root
    for (const part of reference.split('/').slice(1)) {
      const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
      target = isRecord(target) || Array.isArray(target) ? Reflect.get(target, key) : undefined
    }
    if (target === undefined) throw this.#refuse(path, `refers to ${reference}, which is not in the schema`)
    const name = `reference-${this.#references.size}`
    this.#references.set(reference, name)
    this.#rules.set(name, this.#expression(target, reference))
    return name
  }

  #primitive(name: string): string {
    if (!this.#rules.has(name)) {
      this.#rules.set(name, primitives[name] ?? '')
      for (const need of primitiveNeeds[name] ?? []) this.#primitive(need)
    }
    return name
  }

  #rule(kind: string, text: string): string {
    if (/^[a-z0-9-]+$/.test(text)) return text
    for (const [name, known] of this.#rules) if (known === text) return name
    const name = `${kind}-${this.#rules.size}`
    this.#rules.set(name, text)
    return name
  }

  #onlyKnown(schema: Schema, path: string, known: readonly string[]): void {
    const unknown = Object.keys(schema).find(key => !known.includes(key) && !annotations.includes(key))
    if (unknown !== undefined) throw this.#refuse(path, `uses ${unknown}`)
  }

  #refuse(path: string, problem: string): Error {
    return unsupported(
      this.#parameter,
      `The schema at ${path === '' ? 'its root' : path} ${problem}, which this engine cannot enforce.`,
    )
  }
}

function choice(options: readonly string[]): string {
  return options.length === 1 ? (options[0] ?? '') : `(${options.join(' | ')})`
}

function literal(value: unknown): string {
  return quoted(JSON.stringify(value))
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
}

function isRecord(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
