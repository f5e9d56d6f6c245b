import type { AskService, ServiceCall } from './ask-service.ts'
import { notAsAsked } from './ask-for-json.ts'

/** What a classifier said of one text: a probability for some of its classes. */
export interface Classification {
  /** In lower case. */
  readonly label: string
  /** How likely it is that the class is one of these (in lower case), as far as the answer tells; see `classify`. */
  probabilityOf(labels: ReadonlySet<string>): number
}

/**
 * Asks a classifier of ours about texts, or pairs of texts, in one call. Where the upstream names every class
 * (text-embeddings-inference) a probability is the sum of those asked for. vLLM names only the likeliest: its
 * probability is then exact for that class and for the other of two; of more classes it is a bound from above.
 */
export async function classify(
  ask: AskService,
  call: Pick<ServiceCall, 'tenant' | 'check' | 'service' | 'signal' | 'priority'> & {
    readonly input: readonly (string | readonly [string, string])[]
  },
): Promise<Classification[]> {
  const { input, ...rest } = call
  const { body } = await ask({ ...rest, path: '/v1/classify', body: { input } })
  const data = body['data']
  const read = Array.isArray(data) ? data.map(readOne) : []
  const found = read.filter(one => one !== undefined)
  if (found.length !== input.length) throw notAsAsked(call, 'something else than a class for each text')
  return found
}

function readOne(entry: unknown): Classification | undefined {
  const { label, labels, probs } = (entry ?? {}) as { label?: unknown; labels?: unknown; probs?: unknown }
  if (typeof label !== 'string' || !isProbabilities(probs)) return undefined
  const top = label.toLowerCase()
  if (Array.isArray(labels) && labels.length === probs.length) {
    const names = labels.map(name => String(name).toLowerCase())
    return {
      label: top,
      probabilityOf: wanted => sum(probs.filter((_, index) => wanted.has(names[index] ?? ''))),
    }
  }
  const most = Math.max(...probs)
  // one class is a regression or a sigmoid: the number is that class's own
  return { label: top, probabilityOf: wanted => (wanted.has(top) ? most : 1 - most) }
}

function isProbabilities(value: unknown): value is number[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every(one => typeof one === 'number' && one >= 0 && one <= 1.000_001)
  )
}

function sum(values: readonly number[]): number {
  return Math.min(
    1,
    values.reduce((total, value) => total + value, 0),
  )
}
