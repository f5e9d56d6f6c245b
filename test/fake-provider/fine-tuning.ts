import type { ServerResponse } from 'node:http'
import { z } from 'zod'
import { sendJson } from './respond.ts'
import { Refusal, parsed } from './understood.ts'

/** What OpenAI's fine-tuning API takes; other members are refused, as it does. */
const auto = z.literal('auto')
const hyperparameters = z.strictObject({
  n_epochs: z.union([auto, z.int().min(1).max(50)]).optional(),
  batch_size: z.union([auto, z.int().min(1).max(256)]).optional(),
  learning_rate_multiplier: z.union([auto, z.number().positive()]).optional(),
  beta: z.union([auto, z.number().positive().max(2)]).optional(),
})
const jobSchema = z.strictObject({
  model: z.string(),
  training_file: z.string(),
  validation_file: z.string().nullish(),
  seed: z.int().optional(),
  suffix: z.string().min(1).max(64).nullish(),
  metadata: z.record(z.string().max(64), z.string().max(512)).nullish(),
  method: z
    .union([
      z.strictObject({
        type: z.literal('supervised'),
        supervised: z.strictObject({ hyperparameters }).optional(),
      }),
      z.strictObject({ type: z.literal('dpo'), dpo: z.strictObject({ hyperparameters }).optional() }),
    ])
    .optional(),
})
const chatLine = z.strictObject({
  messages: z.array(z.looseObject({ role: z.string() })).min(1),
  tools: z.unknown().optional(),
  parallel_tool_calls: z.boolean().optional(),
})

interface FakeFile {
  readonly id: string
  readonly filename: string
  readonly purpose: string
  readonly text: string
}

export interface FakeJob {
  readonly id: string
  readonly wanted: z.output<typeof jobSchema>
  status: 'validating_files' | 'queued' | 'running' | 'paused' | 'succeeded' | 'failed' | 'cancelled'
  step: number
  readonly events: {
    id: string
    level: string
    message: string
    data: Record<string, unknown>
    type: string
  }[]
  error: { code: string; message: string; param: string | null } | null
  resultFile: string | undefined
}

export interface FakeFineTuning {
  readonly files: Map<string, FakeFile>
  /** What was uploaded, also of what is deleted by now. */
  readonly uploads: FakeFile[]
  readonly jobs: FakeJob[]
  /** A job does one step each time it is looked at, and holds before this one; it never does by default. */
  holdAtStep: number | undefined
  /** A job is made, and the answer that says so never comes. */
  keepsSilentAboutJobs: boolean
  /** Whether it was for this API. */
  answer(request: FineTuningRequest, response: ServerResponse): Promise<boolean>
}

interface FineTuningRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly body: unknown
}

const steps = 6
const baseModels = ['gpt-4.1-mini-2025-04-14', 'gpt-4.1-nano-2025-04-14']

/** OpenAI's files and fine-tuning jobs, in memory: checks what it is given, as OpenAI does, and trains nothing. */
export function createFakeFineTuning(): FakeFineTuning {
  const files = new Map<string, FakeFile>()
  const uploads: FakeFile[] = []
  const jobs: FakeJob[] = []
  let count = 0
  const id = (prefix: string): string => `${prefix}${String((count += 1)).padStart(8, '0')}`

  function tell(job: FakeJob, message: string, data: Record<string, unknown> = {}): void {
    const type = 'step' in data ? 'metrics' : 'message'
    job.events.push({ id: id('ftevent-fake'), level: 'info', message, data, type })
  }

  function advance(job: FakeJob): void {
    if (job.status === 'validating_files') {
      const fault = faultIn(files.get(job.wanted.training_file)?.text ?? '')
      if (fault !== undefined) {
        job.status = 'failed'
        job.error = { code: 'invalid_training_file', message: fault, param: 'training_file' }
        return
      }
      job.status = 'queued'
      return tell(job, 'Files validated, moving job to queued state')
    }
    if (job.status === 'queued') {
      job.status = 'running'
      return tell(job, 'Fine-tuning job started')
    }
    if (job.status !== 'running' || state.holdAtStep === job.step + 1) return
    job.step += 1
    const loss = 2 / job.step
    tell(job, `Step ${job.step}/${steps}: training loss=${loss.toFixed(2)}`, {
      step: job.step,
      total_steps: steps,
      train_loss: loss,
      train_mean_token_accuracy: 1 - loss / 4,
      ...(job.wanted.validation_file && job.step % 3 === 0 && { full_valid_loss: loss * 1.5 }),
    })
    if (job.step < steps) return
    job.status = 'succeeded'
    job.resultFile = id('file-result')
    const rows = Array.from({ length: steps }, (_, index) => `${index + 1},${2 / (index + 1)},,,`)
    const text = `step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy\n${rows.join('\n')}\n`
    files.set(job.resultFile, {
      id: job.resultFile,
      filename: 'step_metrics.csv',
      purpose: 'fine-tune-results',
      text,
    })
    tell(job, `New fine-tuned model created: ${modelOf(job)}`)
    tell(job, 'The job has successfully completed')
  }

  const modelOf = (job: FakeJob): string =>
    `ft:${job.wanted.model}:fake-org:${job.wanted.suffix ?? ''}:${job.id}`
  const checkpointsOf = (job: FakeJob) =>
    [3, 6]
      .filter(step => step <= job.step)
      .toReversed()
      .map(step => ({
        object: 'fine_tuning.job.checkpoint',
        id: `ftckpt-${job.id}-${step}`,
        created_at: 1_764_000_000,
        fine_tuned_model_checkpoint: `${modelOf(job)}:ckpt-step-${step}`,
        fine_tuning_job_id: job.id,
        metrics: { step, train_loss: 2 / step },
        step_number: step,
      }))

  const toWireJob = (job: FakeJob) => ({
    object: 'fine_tuning.job',
    id: job.id,
    model: job.wanted.model,
    created_at: 1_764_000_000,
    finished_at: ['succeeded', 'failed', 'cancelled'].includes(job.status) ? 1_764_000_600 : null,
    fine_tuned_model: job.status === 'succeeded' ? modelOf(job) : null,
    organization_id: 'fake-org',
    result_files: job.resultFile === undefined ? [] : [job.resultFile],
    status: job.status,
    training_file: job.wanted.training_file,
    validation_file: job.wanted.validation_file ?? null,
    hyperparameters: { n_epochs: 'auto', batch_size: 'auto', learning_rate_multiplier: 'auto' },
    trained_tokens: job.status === 'succeeded' ? 4_321 : null,
    error: job.error ?? {},
    user_provided_suffix: job.wanted.suffix ?? null,
    seed: job.wanted.seed ?? 1,
    metadata: job.wanted.metadata ?? null,
    integrations: [],
    method: job.wanted.method ?? { type: 'supervised' },
  })
  const toWireFile = ({ id: fileId, filename, purpose, text }: FakeFile) => ({
    id: fileId,
    object: 'file',
    bytes: Buffer.byteLength(text),
    created_at: 1_764_000_000,
    filename,
    purpose,
    status: 'processed',
  })

  async function upload(form: unknown): Promise<object> {
    const { file, purpose } = (form ?? {}) as { file?: unknown; purpose?: unknown }
    if (!(file instanceof File) || typeof purpose !== 'string')
      throw new Refusal('file', 'Send `file` and `purpose`.')
    const kept: FakeFile = { id: id('file-fake'), filename: file.name, purpose, text: await file.text() }
    files.set(kept.id, kept)
    uploads.push(kept)
    return toWireFile(kept)
  }

  function make(body: unknown): FakeJob {
    const wanted = parsed(jobSchema, body)
    if (!baseModels.includes(wanted.model) && !jobs.some(job => wanted.model.startsWith(modelOf(job))))
      throw new Refusal('model', `The model \`${wanted.model}\` does not support fine-tuning.`)
    for (const name of ['training_file', 'validation_file'] as const) {
      const file = wanted[name]
      if (typeof file === 'string' && files.get(file)?.purpose !== 'fine-tune')
        throw new Refusal(name, `invalid ${name}: ${file}`)
    }
    const job: FakeJob = {
      id: id('ftjob-fake'),
      wanted,
      status: 'validating_files',
      step: 0,
      events: [],
      error: null,
      resultFile: undefined,
    }
    tell(job, `Created fine-tuning job: ${job.id}`)
    jobs.push(job)
    return job
  }

  const state: FakeFineTuning = {
    files,
    uploads,
    jobs,
    holdAtStep: undefined,
    keepsSilentAboutJobs: false,
    async answer({ method, path, query, body }, response) {
      const [, kind, sub, name, part] =
        /\/v1\/(files|fine_tuning)(?:\/(jobs))?(?:\/([^/]+))?(?:\/([a-z]+))?$/.exec(path) ?? [
          undefined,
          undefined,
          undefined,
          undefined,
          undefined,
        ]
      const send = (status: number, value: unknown): true => {
        sendJson(response, status, value)
        return true
      }
      const missing = (what: string): true =>
        send(404, {
          error: { message: `No such ${what}`, type: 'invalid_request_error', param: null, code: null },
        })
      const page = <Item extends { id: string }>(items: Item[]): true => {
        const asked = new URLSearchParams(query)
        const from = items.findIndex(item => item.id === asked.get('after')) + 1
        const limit = Number(asked.get('limit') ?? 20)
        const data = items.slice(from, from + limit)
        return send(200, { object: 'list', data, has_more: items.length > from + limit })
      }
      if (kind === 'files' && sub === undefined) {
        if (method === 'POST' && name === undefined) return send(200, await upload(body))
        if (name === undefined) {
          const purpose = new URLSearchParams(query).get('purpose')
          return page(
            [...files.values()].filter(file => purpose === null || file.purpose === purpose).map(toWireFile),
          )
        }
        const file = files.get(name)
        if (!file) return missing(`File object: ${name}`)
        if (method === 'DELETE') {
          files.delete(name)
          return send(200, { id: name, object: 'file', deleted: true })
        }
        if (part === undefined) return send(200, toWireFile(file))
        response.writeHead(200, { 'content-type': 'application/octet-stream' })
        response.end(file.text)
        return true
      }
      if (kind !== 'fine_tuning' || sub === undefined) return false
      if (name === undefined) {
        if (method === 'GET') {
          const asked = new URLSearchParams(query)
          const filters = [...asked].flatMap(([key, value]) => {
            const [, metadata] = /^metadata\[(.+)\]$/.exec(key) ?? []
            return metadata === undefined ? [] : [[metadata, value] as const]
          })
          return page(
            jobs
              .toReversed()
              .filter(job => filters.every(([key, value]) => job.wanted.metadata?.[key] === value))
              .map(toWireJob),
          )
        }
        const job = make(body)
        return state.keepsSilentAboutJobs ? true : send(200, toWireJob(job))
      }
      const job = jobs.find(one => one.id === name)
      if (!job) return missing(`fine-tune job: ${name}`)
      if (part === 'events') return page(job.events.toReversed())
      if (part === 'checkpoints') return page(checkpointsOf(job))
      if (method === 'POST' && part !== undefined) {
        const from = {
          cancel: ['validating_files', 'queued', 'running', 'paused'],
          pause: ['running'],
          resume: ['paused'],
        }
        const to = { cancel: 'cancelled', pause: 'paused', resume: 'running' } as const
        if (part !== 'cancel' && part !== 'pause' && part !== 'resume') return false
        if (!from[part].includes(job.status))
          return send(400, {
            error: {
              message: `Job has already completed: ${job.id}`,
              type: 'invalid_request_error',
              param: null,
              code: null,
            },
          })
        job.status = to[part]
        tell(job, `The job is ${job.status}`)
        return send(200, toWireJob(job))
      }
      advance(job)
      return send(200, toWireJob(job))
    },
  }
  return state
}

function faultIn(text: string): string | undefined {
  const lines = text.trim().split('\n')
  if (lines.length < 10)
    return `The job failed due to an invalid training file. Training file has ${lines.length} example(s), but must have at least 10 examples`
  const wrong = lines.findIndex(line => !chatLine.safeParse(JSON.parse(line)).success)
  return wrong < 0
    ? undefined
    : `The job failed due to an invalid training file. Invalid file format. Line ${wrong + 1}`
}
