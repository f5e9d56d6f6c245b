import { addUsage, type Usage } from '../../../foundation/config/index.ts'
import { Failure } from '../../../foundation/platform/index.ts'
import { emptyObservation } from '../dialect.ts'
import { asList, asObject, type JsonObject } from '../loose-json.ts'
import type { Upstream, UpstreamAnswer, UpstreamCall } from '../upstream.ts'

const atOnce = 8
/** As many as OpenAI takes. */
const mostTexts = 2048

/** Titan embeds one text a call: a list of texts becomes as many calls, and one answer again. */
export function embeddingEach(upstream: Upstream): Upstream {
  return {
    operations: upstream.operations,
    send: (call, signal) => {
      const texts = call.operation === 'embedding' ? asList(call.body['input']) : undefined
      const isOneByOne = texts !== undefined && texts.length > 1 && call.model.includes('titan-embed')
      return isOneByOne ? embedEach(upstream, call, texts, signal) : upstream.send(call, signal)
    },
  }
}

async function embedEach(
  upstream: Upstream,
  call: UpstreamCall,
  texts: readonly unknown[],
  signal: AbortSignal,
): Promise<UpstreamAnswer> {
  if (texts.length > mostTexts) {
    const message = `\`input\` has ${texts.length} texts; at most ${mostTexts} are embedded in one request.`
    throw new Failure('invalid_request', message, { details: { parameter: 'input' } })
  }
  // the first failure ends all: half of the vectors are no answer
  const ending = new AbortController()
  const together = AbortSignal.any([signal, ending.signal])
  const answers: Extract<UpstreamAnswer, { kind: 'reply' }>[] = []
  let next = 0
  async function work(): Promise<void> {
    for (let index = next++; index < texts.length; index = next++) {
      const one = { ...call, body: { ...call.body, input: texts[index] } }
      const answer = await upstream.send(one, together)
      if (answer.kind === 'reply') answers[index] = answer
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.min(atOnce, texts.length) }, work))
  } catch (error) {
    ending.abort(error)
    throw error
  }
  return merged(answers, call)
}

function merged(
  answers: readonly Extract<UpstreamAnswer, { kind: 'reply' }>[],
  call: UpstreamCall,
): UpstreamAnswer {
  const data = answers.map(({ body }, index) => ({ ...vectorIn(body), index }))
  const observation = emptyObservation()
  observation.usage = answers.reduce<Usage | undefined>(
    (sum, { observation: { usage } }) => (sum && usage ? addUsage(sum, usage) : (sum ?? usage)),
    undefined,
  )
  observation.upstreamId = answers[0]?.observation.upstreamId
  const tokens = observation.usage?.inputTokens
  const usage = tokens === undefined ? {} : { usage: { prompt_tokens: tokens, total_tokens: tokens } }
  return {
    kind: 'reply',
    body: JSON.stringify({ object: 'list', data, model: call.model, ...usage }),
    observation,
  }
}

/** The one vector of an answer that our own translation wrote. */
function vectorIn(body: Uint8Array | string): JsonObject | undefined {
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
  return asObject(asList(asObject(JSON.parse(text))?.['data'])?.[0])
}
