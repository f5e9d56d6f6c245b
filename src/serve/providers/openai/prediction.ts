import { Failure } from '../../../foundation/platform/index.ts'
import { emptyObservation, type DialectOptions, type TranslatedReply } from '../dialect.ts'
import { asList, asObject, parseLoosely } from '../loose-json.ts'
import type { UpstreamCall } from '../upstream.ts'

const decoder = new TextDecoder()

/** A classification for text-embeddings-inference: each text, or pair of texts, a sequence of its own. */
export function writePrediction(body: UpstreamCall['body']): string {
  const { input } = body
  const inputs = typeof input === 'string' ? [input] : (asList(input) ?? [])
  const sequences = inputs.map((one, index) => {
    const texts = typeof one === 'string' ? [one] : asList(one)
    if (texts && texts.length > 0 && texts.length <= 2 && texts.every(text => typeof text === 'string'))
      return texts
    throw new Failure('invalid_request', `\`input[${index}]\` must be a text or a pair of texts.`, {
      details: { parameter: 'input' },
    })
  })
  // longer than the model reads is cut by the server, as a chat would be refused
  return JSON.stringify({ inputs: sequences, truncate: true })
}

/**
 * Its answer, a list of `{ score, label }` per sequence, in vLLM's shape; `labels` names the class of each probability,
 * which vLLM's own answer cannot.
 */
export function readPrediction(
  bytes: Uint8Array<ArrayBuffer>,
  model: string,
  { failures }: DialectOptions,
): TranslatedReply {
  const answer = parseLoosely(decoder.decode(bytes))
  const data = asList(answer)?.map((entry, index) => {
    const classes = asList(entry)?.map(asObject)
    const labels = classes?.map(one => one?.['label'])
    const probs = classes?.map(one => one?.['score'])
    return { index, label: labels?.[0], labels, probs, num_classes: probs?.length }
  })
  const isWhole = data?.every(
    ({ labels, probs }) =>
      labels?.every(label => typeof label === 'string') && probs?.every(score => typeof score === 'number'),
  )
  if (!data || !isWhole) throw failures.unreadable('an answer that is no classification')
  return { body: JSON.stringify({ object: 'list', model, data }), observation: emptyObservation() }
}
