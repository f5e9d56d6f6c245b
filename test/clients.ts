/** The product as those see it who use it: through its HTTP APIs and the official SDK. */
import OpenAI from 'openai'
import type { Product } from './product.ts'

type Address = Pick<Product, 'url' | 'adminKey'>

/** A call of the control API with the admin key; fails with what the server said where it refuses. */
export async function callControl<Body>(
  { url, adminKey }: Address,
  method: string,
  path: string,
  body?: object,
): Promise<Body> {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return (response.status === 204 ? undefined : await response.json()) as Body
}

/** OpenAI's own client, without its retries: what is tested is the first answer. */
export function createOpenAi({ url }: Pick<Product, 'url'>, apiKey: string): OpenAI {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 })
}

/** The inference as it was recorded, which happens a moment after the answer. */
export async function readInference(
  { url, adminKey }: Address,
  id: string | null,
): Promise<Record<string, unknown>> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const response = await fetch(`${url}/api/inferences/${id}`, {
      headers: { authorization: `Bearer ${adminKey}` },
    })
    if (response.ok) return (await response.json()) as Record<string, unknown>
    await Bun.sleep(100)
  }
  throw new Error(`inference ${id} was not stored`)
}

export async function thrownBy(work: PromiseLike<unknown>): Promise<unknown> {
  try {
    await work
  } catch (error) {
    return error
  }
  throw new Error('Nothing was thrown.')
}

/** The error with which OpenAI's client refused. */
export async function apiErrorOf(work: PromiseLike<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> {
  const error = await thrownBy(work)
  if (!(error instanceof OpenAI.APIError)) throw new Error(`expected an APIError, got ${String(error)}`)
  return error
}
