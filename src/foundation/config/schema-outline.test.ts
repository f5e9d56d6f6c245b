import { describe, expect, it } from 'bun:test'
import Ajv2020 from 'ajv/dist/2020'
import addFormats from 'ajv-formats'
import { parse } from 'yaml'

import { configJsonSchema } from './schema-outline.ts'

describe('configJsonSchema', () => {
  it('is what docs/reference/slipway.schema.json holds (else run scripts/generate-schema.ts)', async () => {
    const published = await Bun.file(
      new URL('../../../docs/reference/slipway.schema.json', import.meta.url),
    ).json()
    expect(published).toEqual(configJsonSchema())
  })

  it('lets editors accept what we accept and refuse what we refuse', async () => {
    const ajv = new Ajv2020({ strict: false })
    addFormats(ajv)
    const validate = ajv.compile(configJsonSchema())
    for (const name of ['slipway.yaml', 'examples/hosted-models.yaml', 'examples/own-servers.yaml']) {
      const text = await Bun.file(new URL(`../../../${name}`, import.meta.url)).text()
      expect([name, validate(parse(text)), validate.errors]).toEqual([name, true, null])
    }
    expect(validate({ engnes: {} })).toBe(false)
    expect(validate({ providers: { a: { kind: 'opnai' } } })).toBe(false)
    expect(validate({ providers: { a: { kind: 'openai', apiKey: 'sk-1' } } })).toBe(false)
    expect(validate({ engines: { 'Big Name': { model: 'x' } } })).toBe(false)
  })

  it('describes every key', () => {
    const undescribed: string[] = []
    walk(configJsonSchema(), '')
    expect(undescribed).toEqual([])

    function walk(node: unknown, path: string): void {
      if (typeof node !== 'object' || node === null) return
      for (const [key, value] of Object.entries(node)) {
        if (key === 'properties')
          for (const [name, property] of Object.entries(value as Record<string, { description?: string }>))
            if (property.description === undefined) undescribed.push(`${path}.${name}`)
        walk(value, `${path}.${key}`)
      }
    }
  })
})
