import { CommandError } from '../command-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { followLive } from '../follow-live.ts'
import { withInterrupt } from '../interrupt.ts'
import { progressBar } from '../progress-bar.ts'
import type { openSession } from '../session.ts'
import { printReport } from './print-report.ts'
import { quantizationShape, type WireQuantization } from './quantization-wire.ts'

const ends: readonly string[] = ['succeeded', 'failed', 'cancelled']
const exitCodeOf: Readonly<Record<string, (typeof exitCodes)['gateFailed' | 'notEnough']>> = {
  gate_failed: exitCodes.gateFailed,
  not_enough: exitCodes.notEnough,
}

/**
 * Follows a quantization until it ends, over breaks of the stream and restarts of the server; Ctrl-C leaves it running. With `--json` a
 * line for each change. Fails where it has, with the exit codes of gates.
 */
export async function followQuantization(
  { api, terminal }: ReturnType<typeof openSession>,
  id: string,
): Promise<void> {
  const isMoving = process.stderr.isTTY && !terminal.isJson
  let said = ''
  function show(row: WireQuantization): void {
    if (terminal.isJson) return terminal.printJson(row)
    const line = `${progressBar(row.progress)} ${row.step === '' ? row.state : row.step}`
    if (isMoving) return void process.stderr.write(`\r\u001B[K${line}`)
    const tenth = `${row.state} ${Math.floor(10 * row.progress)}`
    if (tenth !== said) terminal.note(line)
    said = tenth
  }
  const path = `/api/quantizations/${encodeURIComponent(id)}/live`
  const row = await withInterrupt(signal =>
    followLive(api, path, signal, ({ event, data }) => {
      if (event !== 'quantization') return undefined
      const now = quantizationShape.parse(JSON.parse(data))
      show(now)
      return ends.includes(now.state) ? now : undefined
    }),
  ).finally(() => {
    if (isMoving) process.stderr.write('\r\u001B[K')
  })
  if (!row) return terminal.note(`It goes on. Follow it with \`slipway model quantizations watch ${id}\`.`)
  if (row.report && !terminal.isJson)
    printReport(terminal, row.report, ['version', row.result ?? 'none was left'])
  if (row.state === 'succeeded') return
  const code = row.error?.code ?? `quantization_${row.state}`
  throw new CommandError(code, row.error?.message ?? `The quantization ${id} is ${row.state}.`, {
    exitCode: exitCodeOf[code] ?? exitCodes.failed,
    ...(code in exitCodeOf && {
      mend: 'No version was left; choose a larger type, calibrate, compare on more examples, or --keep it.',
    }),
  })
}
