import { openAsBlob } from 'node:fs'
import { z } from 'zod'

/** Where a provider's API is, up to and with `/v1`, and what is sent with every call. */
export interface ProviderAddress {
  readonly name: string
  readonly baseUrl: string
  readonly headers: Readonly<Record<string, string>>
}

/** What a provider refused, or why it could not be asked. Its message is the provider's, shortened. */
export class ProviderFault extends Error {
  readonly status: number | undefined
  readonly code: string | undefined
  readonly param: string | undefined

  constructor(
    message: string,
    options: { status?: number; code?: string | undefined; param?: string | undefined; cause?: unknown },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.status = options.status
    this.code = options.code
    this.param = options.param
  }

  /** Whether asking again may help: it was not reached, is busy or broken. */
  get isPassing(): boolean {
    const { status } = this
    return status === undefined || status === 408 || status === 409 || status === 429 || status >= 500
  }
}

const id = z.string().min(1).max(500)
const text = z.string().max(100_000)

const fileSchema = z.object({ id, filename: z.string().nullish() })

const jobSchema = z.object({
  id,
  status: z.string(),
  fine_tuned_model: id.nullish(),
  trained_tokens: z.number().nullish(),
  result_files: z.array(id).nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  error: z
    .object({ code: z.string().nullish(), message: text.nullish(), param: z.string().nullish() })
    .nullish(),
})
export type RemoteJob = z.output<typeof jobSchema>

const eventSchema = z.object({
  id,
  level: z.string().nullish(),
  message: text,
  data: z.record(z.string(), z.unknown()).nullish(),
})
export type RemoteEvent = z.output<typeof eventSchema>

const checkpointSchema = z.object({
  id,
  step_number: z.int().nonnegative(),
  fine_tuned_model_checkpoint: id,
  metrics: z.record(z.string(), z.unknown()).nullish(),
})
export type RemoteCheckpoint = z.output<typeof checkpointSchema>

const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ data: z.array(item), has_more: z.boolean().nullish() })

const callMs = 60_000
const transferMs = 3_600_000
const pageSize = 100
const mostPages = 50
const mostResultBytes = 64 * 1_048_576

/** OpenAI's fine-tuning API, and the part of its files that this needs. Every call throws `ProviderFault`. */
export function createFineTuningApi(address: ProviderAddress) {
  async function call(
    method: string,
    path: string,
    signal: AbortSignal,
    options: { json?: unknown; form?: FormData; key?: string; limitMs?: number } = {},
  ): Promise<Response> {
    const { json, form, key, limitMs = callMs } = options
    let response: Response
    try {
      response = await fetch(`${address.baseUrl.replace(/\/+$/, '')}${path}`, {
        method,
        headers: {
          ...address.headers,
          ...(json !== undefined && { 'content-type': 'application/json' }),
          ...(key !== undefined && { 'idempotency-key': key }),
        },
        ...(json !== undefined && { body: JSON.stringify(json) }),
        ...(form && { body: form }),
        // keys stay where they belong
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(limitMs)]),
      })
    } catch (cause) {
      signal.throwIfAborted()
      throw new ProviderFault(`The provider \`${address.name}\` could not be reached.`, { cause })
    }
    if (response.ok) return response
    throw await faultOf(address, response)
  }

  async function read<Schema extends z.ZodType>(
    schema: Schema,
    response: Response,
  ): Promise<z.output<Schema>> {
    const parsed = schema.safeParse(await response.json().catch(() => undefined))
    if (parsed.success) return parsed.data
    const message = `The provider \`${address.name}\` answered what its API does not say: ${parsed.error.issues[0]?.path.join('.') ?? ''} ${parsed.error.issues[0]?.message ?? ''}`
    throw new ProviderFault(message, { status: 502, cause: parsed.error })
  }

  /** All items of a list, page after page. */
  async function* list<Item extends z.ZodType<{ id: string }>>(
    path: string,
    item: Item,
    signal: AbortSignal,
  ): AsyncGenerator<z.output<Item>> {
    let after: string | undefined
    for (let page = 0; page < mostPages; page += 1) {
      const query = `limit=${pageSize}${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`
      const at = `${path}${path.includes('?') ? '&' : '?'}${query}`
      const { data, has_more: hasMore } = await read(pageOf(item), await call('GET', at, signal))
      yield* data as z.output<Item>[]
      const last = data.at(-1)
      if (hasMore !== true || last === undefined) return
      after = last.id
    }
  }

  const jobPath = (jobId: string): string => `/fine_tuning/jobs/${encodeURIComponent(jobId)}`

  return {
    /** The id of the file. */
    async upload(path: string, filename: string, signal: AbortSignal): Promise<string> {
      const form = new FormData()
      form.set('purpose', 'fine-tune')
      form.set('file', await openAsBlob(path, { type: 'application/jsonl' }), filename)
      return (await read(fileSchema, await call('POST', '/files', signal, { form, limitMs: transferMs }))).id
    },
    /** Those whose name begins so. */
    async findFiles(prefix: string, signal: AbortSignal): Promise<{ readonly id: string }[]> {
      const found: { readonly id: string }[] = []
      for await (const file of list('/files?purpose=fine-tune', fileSchema, signal))
        if (file.filename?.startsWith(prefix) === true) found.push(file)
      return found
    },
    async deleteFile(fileId: string, signal: AbortSignal): Promise<void> {
      await call('DELETE', `/files/${encodeURIComponent(fileId)}`, signal)
    },
    async createJob(body: object, key: string, signal: AbortSignal): Promise<RemoteJob> {
      return await read(jobSchema, await call('POST', '/fine_tuning/jobs', signal, { json: body, key }))
    },
    /** By what it was made with; some servers ignore the filter. */
    async findJob(
      [name, value]: readonly [string, string],
      signal: AbortSignal,
    ): Promise<RemoteJob | undefined> {
      const filter = `${encodeURIComponent(`metadata[${name}]`)}=${encodeURIComponent(value)}`
      for await (const job of list(`/fine_tuning/jobs?${filter}`, jobSchema, signal))
        if (job.metadata?.[name] === value) return job
      return undefined
    },
    job: async (jobId: string, signal: AbortSignal): Promise<RemoteJob> =>
      await read(jobSchema, await call('GET', jobPath(jobId), signal)),
    async move(jobId: string, to: 'cancel' | 'pause' | 'resume', signal: AbortSignal): Promise<void> {
      await call('POST', `${jobPath(jobId)}/${to}`, signal)
    },
    /** Newest first. */
    events: (jobId: string, signal: AbortSignal): AsyncGenerator<RemoteEvent> =>
      list(`${jobPath(jobId)}/events`, eventSchema, signal),
    checkpoints: (jobId: string, signal: AbortSignal): AsyncGenerator<RemoteCheckpoint> =>
      list(`${jobPath(jobId)}/checkpoints`, checkpointSchema, signal),
    async content(fileId: string, signal: AbortSignal): Promise<string> {
      const path = `/files/${encodeURIComponent(fileId)}/content`
      const response = await call('GET', path, signal, { limitMs: transferMs })
      const chunks: Uint8Array[] = []
      let bytes = 0
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        bytes += chunk.byteLength
        if (bytes > mostResultBytes) break
        chunks.push(chunk)
      }
      return Buffer.concat(chunks).toString('utf8')
    },
  }
}

export type FineTuningApi = ReturnType<typeof createFineTuningApi>

const errorSchema = z.object({
  error: z.object({ message: text, code: z.string().nullish(), param: z.string().nullish() }),
})

async function faultOf({ name, headers }: ProviderAddress, response: Response): Promise<ProviderFault> {
  const body = errorSchema.safeParse(await response.json().catch(() => undefined))
  const { status } = response
  if (!body.success) return new ProviderFault(`The provider \`${name}\` answered ${status}.`, { status })
  const { code, param } = body.data.error
  // some quote the key that they refuse
  const secrets = Object.values(headers).map(value => value.replace(/^Bearer /, ''))
  const message = secrets
    .filter(secret => secret.length >= 8)
    .reduce((words, secret) => words.replaceAll(secret, '…'), body.data.error.message)
  return new ProviderFault(`The provider \`${name}\` says: ${message.slice(0, 1_000)}`, {
    status,
    code: code?.slice(0, 100),
    param: param?.slice(0, 200),
  })
}
