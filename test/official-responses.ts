import { expect } from 'bun:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import description from './fixtures/openai-responses-api.json' with { type: 'json' }
import type { Body } from '../src/serve/dialects/index.ts'

const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: false })
ajv.addSchema(description, 'responses')

/** Fails with what OpenAI's own description of its API finds wrong. */
export function expectOfficial(
  name: keyof (typeof description)['components']['schemas'],
  value: unknown,
): void {
  const validate = ajv.getSchema(`responses#/components/schemas/${name}`)
  if (!validate) throw new Error(`there is no schema ${name}`)
  void validate(value)
  expect({ name, errors: validate.errors, value: validate.errors && value }).toEqual({
    name,
    errors: null,
    value: null,
  })
}

/** One event by its own schema: that of all events lists hundreds of near misses for one wrong field. */
export function expectOfficialEvent(event: Body): void {
  expectOfficial('ResponseStreamEvent', event)
}

export function eventsOf(bytes: readonly (Uint8Array | undefined)[]): Body[] {
  const text = Buffer.concat(bytes.filter(piece => piece !== undefined)).toString()
  return text
    .split('\n\n')
    .filter(block => block !== '')
    .map(block => {
      const [name = '', data = ''] = block.split('\n')
      const event = JSON.parse(data.slice('data: '.length)) as Body
      expect(name).toBe(`event: ${String(event['type'])}`)
      return event
    })
}

export function chunksOf(deltas: readonly object[], finishReason: string | null, usage?: object): string {
  const chunk = (fields: object): string =>
    `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm', ...fields })}\n\n`
  const choice = (delta: object, finish: string | null): string =>
    chunk({ choices: [{ index: 0, delta, finish_reason: finish }] })
  return [
    choice({ role: 'assistant', content: '' }, null),
    ...deltas.map(delta => choice(delta, null)),
    choice({}, finishReason),
    ...(usage ? [chunk({ choices: [], usage })] : []),
    'data: [DONE]\n\n',
  ].join('')
}
