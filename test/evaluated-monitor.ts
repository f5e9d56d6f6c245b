import { startFakeProvider } from './fake-provider/index.ts'
import { startProduct, type Product } from './product.ts'
import { until } from './until.ts'

/** What the stream is held against, as the API says it. */
export interface Held {
  readonly in_words: string
  readonly newer_run: { readonly id: string; readonly examples: number } | null
  readonly unlike_judge: string | null
}

export interface EvaluatedMonitor extends AsyncDisposable {
  readonly product: Product
  call(address: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }>
  /** Runs the suite, with the rubric of the judge where none is given; the id of the run once it has completed. */
  evaluate(rubric?: string): Promise<string>
  held(): Promise<Held | null | undefined>
}

const config = (url: string): string => `
providers: { up: { kind: openai-compatible, baseUrl: '${url}/v1' } }
judges:
  tone:
    kind: rubric
    service: judge
    rubric: { version: "1", criterion: Is it polite?, labels: { yes: 1, no: 0 } }
monitors:
  asked:
    service: desk
    streams:
      tone: { kind: score, judge: tone, reference: { evaluation: triage, evaluator: polite } }
  sliced: { service: desk, slices: [topic], streams: { about: { kind: input-topic }, failing: { kind: errors } } }
services:
  desk: { storeContent: true, judges: [tone], releases: { v1: { target: { provider: up, model: m } } } }
  judge: { releases: { v1: { target: { provider: up, model: m } } } }
`

const suite = (rubric: string): string => `suite: triage
dataset: prompts
request: { prompt: '{{text}}' }
releases: [desk]
evaluators:
  - { name: polite, use: llm-judge, with: { service: judge, rubric: '${rubric}', labels: { yes: 1, no: 0 } } }
`

/** The product with the monitor `asked`, whose stream `tone` is held against a suite of 30 examples. */
export async function startEvaluatedMonitor(): Promise<EvaluatedMonitor> {
  const provider = await startFakeProvider({
    reply: body =>
      (body as { response_format?: unknown }).response_format
        ? '{"rationale":"Kind.","label":"yes"}'
        : 'It is on its way.',
  })
  const product = await startProduct({ config: config(provider.url) })
  async function call(address: string, body?: unknown) {
    const response = await fetch(`${product.url}${address}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  async function make(address: string, body: unknown) {
    const made = await call(address, body)
    if (made.status !== 201) throw new Error(`${address}: ${made.status} ${JSON.stringify(made.body)}`)
    return made.body
  }
  await make('/api/datasets', {
    name: 'prompts',
    definition: 'key: id\ncolumns: { id: { type: string } }\n',
  })
  const upserts = Array.from({ length: 30 }, (_, index) => ({ id: `p${index}`, text: `order ${index}` }))
  await make('/api/datasets/prompts/commits', { message: 'prompts', upserts })
  return {
    product,
    call,
    evaluate: async (rubric = 'Is it polite?') => {
      const id = String((await make('/api/evaluations', { text: suite(rubric) }))['id'])
      await until(async () => (await call(`/api/evaluations/${id}`)).body['state'] === 'completed')
      return id
    },
    held: async () => {
      const { streams } = (await call('/api/monitors/asked')).body as {
        streams: { reference: Held | null }[]
      }
      return streams[0]?.reference
    },
    [Symbol.asyncDispose]: async () => {
      await product.stop()
      await provider.stop()
    },
  }
}
