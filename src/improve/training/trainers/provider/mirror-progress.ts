import type { MetricLine } from '../contract.ts'
import type { TrainerWatch } from '../trainer.ts'
import type { FineTuningApi, RemoteEvent, RemoteJob } from './fine-tuning-api.ts'

/** Brings what is new of a job elsewhere into ours: true where there was something. */
export function createMirror(api: FineTuningApi, provider: string, watch: TrainerWatch) {
  let newest: string | undefined
  const known = new Set<string>()

  return async function mirror(jobId: string): Promise<boolean> {
    const events: RemoteEvent[] = []
    for await (const event of api.events(jobId, watch.lost)) {
      if (event.id === newest) break
      events.unshift(event)
    }
    newest = events.at(-1)?.id ?? newest
    const lines = events.flatMap(({ data }) => linesOf(data ?? {}))
    if (lines.length > 0) await watch.metrics(lines)
    for (const event of events)
      if (linesOf(event.data ?? {}).length === 0)
        await watch.say(levelOf(event.level), `${provider}: ${event.message.slice(0, 1_900)}`, event.id)
    let isNew = events.length > 0
    for await (const checkpoint of api.checkpoints(jobId, watch.lost)) {
      if (known.has(checkpoint.id)) break
      known.add(checkpoint.id)
      isNew = true
      await watch.checkpoint({
        step: checkpoint.step_number,
        model: checkpoint.fine_tuned_model_checkpoint,
      })
    }
    return isNew
  }
}

/** The curve as the provider's result file has it: whole, where its events told only of some steps. */
export async function mirrorResults(
  api: FineTuningApi,
  job: RemoteJob,
  watch: Pick<TrainerWatch, 'metrics' | 'lost'>,
): Promise<void> {
  const [file] = job.result_files ?? []
  if (file === undefined) return
  const lines = readResults(await api.content(file, watch.lost))
  for (let from = 0; from < lines.length; from += 1_000) await watch.metrics(lines.slice(from, from + 1_000))
}

/** The lines of a result file: CSV with a head, or that in base64, as some servers give it. */
export function readResults(content: string): MetricLine[] {
  const text = content.startsWith('step') ? content : Buffer.from(content, 'base64').toString('utf8')
  const [head, ...rows] = text.trim().split(/\r?\n/)
  const names = head?.split(',') ?? []
  if (names[0] !== 'step') return []
  return rows.flatMap(row => {
    const cells = row.split(',')
    return linesOf(
      Object.fromEntries(
        names.map((name, index) => [name, (cells[index] ?? '') === '' ? undefined : Number(cells[index])]),
      ),
    )
  })
}

/** What OpenAI's API calls the measures of a step, in events and in result files. */
function linesOf(data: Readonly<Record<string, unknown>>): MetricLine[] {
  const step = finite(data['step'])
  if (step === undefined || !Number.isInteger(step) || step < 0) return []
  const steps = finite(data['total_steps'])
  const shared = { step, ...(steps !== undefined && Number.isInteger(steps) && { steps }) }
  const loss = finite(data['train_loss'])
  const accuracy = finite(data['train_mean_token_accuracy']) ?? finite(data['train_accuracy'])
  const validLoss = finite(data['full_valid_loss']) ?? finite(data['valid_loss'])
  const validAccuracy =
    finite(data['full_valid_mean_token_accuracy']) ?? finite(data['valid_mean_token_accuracy'])
  return [
    ...(loss === undefined
      ? []
      : [{ kind: 'step' as const, ...shared, loss, ...(accuracy !== undefined && { accuracy }) }]),
    ...(validLoss === undefined
      ? []
      : [
          {
            kind: 'evaluation' as const,
            ...shared,
            loss: validLoss,
            ...(validAccuracy !== undefined && { accuracy: validAccuracy }),
          },
        ]),
  ]
}

function finite(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

function levelOf(level: string | null | undefined): 'info' | 'warn' | 'error' {
  if (level === 'error') return 'error'
  return level === 'warn' || level === 'warning' ? 'warn' : 'info'
}
