import { describe, expect, it } from 'bun:test'
import { jsonSchemaGrammar } from './json-schema-grammar.ts'

const refusal = (schema: unknown): string => {
  try {
    jsonSchemaGrammar(schema, 'response_format')
  } catch (error) {
    return String(error)
  }
  return 'nothing was refused'
}

describe('jsonSchemaGrammar', () => {
  it('defines every rule that it uses, once', () => {
    const grammar = jsonSchemaGrammar(
      {
        type: 'object',
        properties: {
          kind: { enum: ['a', 'b "quoted"'] },
          when: { type: 'string', format: 'date-time' },
          tags: { type: 'array', items: { type: 'string', maxLength: 3 }, minItems: 1, maxItems: 2 },
          child: { anyOf: [{ $ref: '#' }, { type: 'null' }] },
          more: {},
        },
        required: ['kind'],
      },
      'response_format',
    )
    const names = grammar.split('\n').map(line => line.split(' ::= ')[0]!)
    const used = grammar
      .replaceAll(/"(\\.|[^"\\])*"|\[(\\.|[^\]\\])*\]|\{[^}]*\}/g, ' ')
      .match(/[a-z][a-z0-9-]*/g)!
    expect(new Set(names).size).toBe(names.length)
    expect([...new Set(used)].filter(name => !names.includes(name))).toEqual([])
  })

  it('refuses by name what it could not promise', () => {
    expect(refusal({ type: 'string', pattern: '^a' })).toContain('uses pattern')
    expect(refusal({ type: 'object', properties: { n: { type: 'integer', minimum: 3 } } })).toContain(
      'at /n uses minimum',
    )
    expect(refusal({ allOf: [{}] })).toContain('uses allOf')
    expect(refusal({ $ref: 'https://example.com/x' })).toContain('not in the schema')
    expect(refusal({ type: 'string', maxLength: 1_000_000 })).toContain('repetitions')
  })
})
