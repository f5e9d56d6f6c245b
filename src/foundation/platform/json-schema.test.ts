import { describe, expect, it } from 'bun:test'
import { compileJsonSchema } from './json-schema.ts'

describe('compileJsonSchema', () => {
  it('takes draft 2020-12, and draft 7 where the schema says so', () => {
    const pair = compileJsonSchema(
      { type: 'array', prefixItems: [{ type: 'string', format: 'date' }, { type: 'integer' }], minItems: 2 },
      { isStrict: false },
    )
    expect([pair(['2026-11-26', 1]), pair(['yesterday', 1]), pair(['2026-11-26', 'x'])]).toEqual([
      true,
      false,
      false,
    ])
    const older = compileJsonSchema(
      {
        $schema: 'http://json-schema.org/draft-07/schema#',
        type: 'object',
        properties: { name: { type: 'string' } },
      },
      { isStrict: true },
    )
    expect([older({ name: 'x' }), older({ name: 1 })]).toEqual([true, false])
  })

  it('matches patterns in time linear in the text', () => {
    const fits = compileJsonSchema({ type: 'string', pattern: '^(a+)+$' }, { isStrict: true })
    const startedAt = performance.now()
    expect([fits('a'.repeat(30)), fits(`${'a'.repeat(40)}!`)]).toEqual([true, false])
    // an engine that backtracks takes 2^40 steps
    expect(performance.now() - startedAt).toBeLessThan(10_000)
  })

  it('refuses what is no schema, and what nobody knows where it is strict', () => {
    expect(() => compileJsonSchema({ type: 'colour' }, { isStrict: false })).toThrow('type')
    expect(() => compileJsonSchema({ type: 'string', colour: 'red' }, { isStrict: true })).toThrow('colour')
    expect(compileJsonSchema({ type: 'string', colour: 'red' }, { isStrict: false })('x')).toBe(true)
  })
})
