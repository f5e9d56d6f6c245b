import { Command, Option } from 'commander'

import type { ApiClient, ApiRequest } from '../api-client.ts'
import { CommandError } from '../command-error.ts'
import { readEvents } from '../event-stream.ts'
import { exitCodes } from '../exit-codes.ts'
import { formatMs, formatTime, formatUsd } from '../figures.ts'
import { outcomeOf, serviceOf, tokensOf } from '../inference-columns.ts'
import { withInterrupt } from '../interrupt.ts'
import { openSession } from '../session.ts'
import { printable } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { inferenceShape } from '../wire.ts'
import type { WireInference } from '../wire.ts'

interface Options {
  readonly tenant?: string
  readonly service?: string
  readonly outcome?: string
}

const longestPauseMs = 5_000

export function tailInferencesCommand(): Command {
  return new Command('tail')
    .description('Show inferences as they end, until Ctrl-C')
    .option('--tenant <id>', 'only those of a tenant')
    .option('--service <name>', 'only those of a service')
    .addOption(new Option('--outcome <outcome>', 'only these').choices(['ok', 'error', 'aborted']))
    .action(async (options: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      await withInterrupt(signal => follow(api, terminal, { query: { ...options }, signal }))
    })
}

/** Connects again when the stream breaks; gives up only where the first attempt fails or the key is refused. */
async function follow(
  api: ApiClient,
  terminal: Terminal,
  request: ApiRequest & { readonly signal: AbortSignal },
): Promise<void> {
  const { signal } = request
  let pauseMs = 0
  let wasConnected = false
  while (!signal.aborted) {
    try {
      const response = await api.send('/api/inferences/live', { ...request, accept: 'text/event-stream' })
      if (!wasConnected) terminal.note(terminal.style.dim('Waiting for inferences; Ctrl-C ends.'))
      wasConnected = true
      pauseMs = 0
      if (response.body !== null) await printEvents(response.body, terminal)
    } catch (error) {
      if (signal.aborted) return
      const isRefused = error instanceof CommandError && error.exitCode !== exitCodes.unreachable
      if (!wasConnected || isRefused) throw error
    }
    if (signal.aborted) return
    pauseMs = Math.min(longestPauseMs, pauseMs * 2 + 250)
    terminal.note(terminal.style.yellow('The stream broke off; trying again.'))
    await pause(pauseMs, signal)
  }
}

async function printEvents(body: ReadableStream<Uint8Array>, terminal: Terminal): Promise<void> {
  for await (const { event, data } of readEvents(body)) {
    if (event !== 'inference') continue
    const parsed = inferenceShape.safeParse(JSON.parse(data))
    if (!parsed.success) continue
    if (terminal.isJson) terminal.printJson(parsed.data)
    else terminal.print(renderLine(parsed.data, terminal))
  }
}

function renderLine(inference: WireInference, { style }: Terminal): string {
  const isOk = inference.outcome === 'ok'
  const parts = [
    style.dim(formatTime(inference.started_at).slice(11)),
    isOk ? style.green('ok') : style.red(outcomeOf(inference)),
    style.bold(printable(serviceOf(inference))),
    style.dim(printable(inference.tenant)),
    `${tokensOf(inference)} tokens`,
    `${formatMs(inference.ttft_ms)} / ${formatMs(inference.latency_ms)}`,
    formatUsd(inference.cost_nano_usd),
    style.dim(inference.id),
  ]
  return parts.join('  ')
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
}
