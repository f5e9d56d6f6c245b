import { type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import { Failure } from '../../platform/index.ts'
import type { KubernetesConnection } from './connection.ts'

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** With its query. */
  readonly path: string
  readonly body?: unknown
  readonly signal?: AbortSignal | undefined
  /** Until the head of the answer is there. */
  readonly timeoutMs: number
}

/** One request; the body of the answer is still to be read. Throws `upstream_unreachable` or `upstream_timeout`. */
export async function sendRequest(
  connection: KubernetesConnection,
  { method, path, body, signal, timeoutMs }: ApiRequest,
): Promise<IncomingMessage> {
  signal?.throwIfAborted()
  const token = await connection.token()
  const text = body === undefined ? undefined : JSON.stringify(body)
  const url = new URL(connection.server + path)
  const isSecure = url.protocol === 'https:'
  return await new Promise((resolve, reject) => {
    const sent = (isSecure ? requestSecure : requestPlain)(url, {
      method,
      headers: {
        accept: 'application/json',
        'user-agent': 'slipway',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(text !== undefined && {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        }),
      },
      ...(isSecure && {
        ...(connection.ca !== undefined && { ca: connection.ca }),
        ...(connection.certificate !== undefined && { cert: connection.certificate }),
        ...(connection.key !== undefined && { key: connection.key }),
      }),
      // a connection of its own: a watch that was cut takes no other request with it
      agent: false,
    })
    const timer = setTimeout(() => {
      end(
        new Failure(
          'upstream_timeout',
          `The API server of Kubernetes at ${url.host} did not answer in time.`,
        ),
      )
    }, timeoutMs)
    const abort = (): void => end(signal?.reason)
    function end(reason: unknown): void {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      reject(reason)
      sent.destroy()
    }
    signal?.addEventListener('abort', abort, { once: true })
    sent.on('error', cause =>
      end(
        new Failure(
          'upstream_unreachable',
          `The API server of Kubernetes at ${url.host} cannot be reached.`,
          {
            cause,
          },
        ),
      ),
    )
    sent.on('response', answer => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      resolve(answer)
    })
    sent.end(text)
  })
}

export async function readWhole(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** Lines as they come, until the answer ends or is cut. Aborting ends it without a throw. */
export async function* readLines(answer: IncomingMessage, signal: AbortSignal): AsyncGenerator<string> {
  const cut = (): void => void answer.destroy()
  signal.addEventListener('abort', cut, { once: true })
  let rest = Buffer.alloc(0)
  try {
    if (signal.aborted) return
    for await (const chunk of answer) {
      rest = Buffer.concat([rest, chunk as Buffer])
      for (let at = rest.indexOf(0x0a); at >= 0; at = rest.indexOf(0x0a)) {
        yield rest.subarray(0, at).toString('utf8')
        rest = rest.subarray(at + 1)
      }
    }
    if (rest.length > 0) yield rest.toString('utf8')
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    signal.removeEventListener('abort', cut)
    answer.destroy()
  }
}
