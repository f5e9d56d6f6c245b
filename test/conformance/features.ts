import type { Ask, Client, Said } from './client.ts'

/** One row of the matrix: throws where the client did not get what it must. */
export interface Feature {
  readonly name: string
  check(client: Client, model: string, hosted: boolean): Promise<void>
}

const tools = [
  { name: 'get_weather', schema: { type: 'object', properties: { city: { type: 'string' } } } },
  { name: 'get_time', schema: { type: 'object', properties: { zone: { type: 'string' } } } },
]
const schema = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
}

/** What our own engine's model says is drawn by lot, and may be as long as it is allowed to be. */
function isEnd(end: string | undefined, hosted: boolean): boolean {
  return end === 'stop' || (!hosted && end === 'length')
}

/** The hosted fakes say back what they were told; our own engine says what its small model says. */
export const features: readonly Feature[] = [
  feature('answer', { text: 'Hello there' }, (said, hosted) => {
    require(hosted ? said.text.includes('Hello there') : said.text !== '', `it said "${said.text}"`)
    require(isEnd(said.end, hosted), `it ended with ${said.end}`)
  }),
  {
    name: 'stream',
    async check(client, model, hosted) {
      const ask: Ask = { text: 'Hello there', maxTokens: 60 }
      const whole = await client.ask(model, ask)
      const streamed = await client.ask(model, { ...ask, isStream: true })
      require(streamed.text !== '', 'the stream said nothing')
      const isSame = hosted ? streamed.end === whole.end : isEnd(streamed.end, hosted)
      require(isSame, `the stream ended with ${streamed.end}`)
    },
  },
  feature('usage', { text: 'Hello there', isStream: true }, said => {
    require(said.inputTokens > 0 && said.outputTokens > 0, `${said.inputTokens} in, ${said.outputTokens} out`)
  }),
  feature('system prompt', { text: 'Hello there', system: 'Be brief.' }, said => {
    require(said.text !== '', 'it said nothing')
  }),
  feature('token limit', { text: 'one two three four five six seven eight', maxTokens: 16 }, said => {
    require(said.end === 'stop' || said.end === 'length', `it ended with ${said.end}`)
    require(said.outputTokens <= 16, `${said.outputTokens} tokens came`)
  }),
  feature('parallel tools', { text: 'Weather?', tools }, expectCalls),
  feature('tools, streamed', { text: 'Weather?', tools, isStream: true }, expectCalls),
  feature(
    'tool results',
    { text: 'Weather?', tools, results: { get_weather: 'sunny', get_time: 'noon' } },
    said => {
      require(said.calls.length === 0 && said.text !== '', 'there was no answer to the results')
    },
  ),
  feature('JSON schema', { text: 'Where?', schema }, said => {
    const keys = Object.keys(JSON.parse(said.text) as object)
    require(keys.join() === 'city', `the answer has ${keys.join()}`)
  }),
  feature('image', { text: 'What is it?', image: 'iVBORw0KGgo=' }, said => {
    require(said.text !== '', 'it said nothing')
  }),
  feature('effort', { text: 'Think.', effort: 'low' }, said => {
    require(said.text !== '', 'it said nothing')
  }),
]

function feature(name: string, ask: Ask, judge: (said: Said, hosted: boolean) => void): Feature {
  return {
    name,
    check: async (client, model, hosted) => judge(await client.ask(model, ask), hosted),
  }
}

function expectCalls(said: Said): void {
  const calls = JSON.stringify(said.calls)
  const expected =
    '[{"name":"get_weather","input":{"city":"Paris"}},{"name":"get_time","input":{"zone":"Paris"}}]'
  require(calls === expected, `it called ${calls}`)
  require(said.end === 'tools', `it ended with ${said.end}`)
}

function require(isTrue: boolean, otherwise: string): void {
  if (!isTrue) throw new Error(otherwise)
}
