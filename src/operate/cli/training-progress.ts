import type { SupportTrainingEvent } from '../../improve/training/index.ts'
import { formatDuration } from './figures.ts'
import { progressBar } from './progress-bar.ts'
import type { Terminal } from './terminal.ts'

export interface TrainingProgress {
  show(event: SupportTrainingEvent): void
  end(): void
}

/**
 * A bar that moves in a terminal; elsewhere a line for every evaluation. With `--json` every event goes to standard
 * output, a line each.
 */
export function createTrainingProgress(terminal: Terminal): TrainingProgress {
  const { style } = terminal
  const isMoving = process.stderr.isTTY && !terminal.isJson
  const speed = createSpeed()
  let isBarThere = false

  function clear(): void {
    if (isBarThere) process.stderr.write('\r\u001B[K')
    isBarThere = false
  }

  function draw(text: string): void {
    if (!isMoving) return
    process.stderr.write(`\r\u001B[K${text.slice(0, terminal.columns + 20)}`)
    isBarThere = true
  }

  function say(text: string): void {
    clear()
    terminal.note(text)
  }

  function show(event: SupportTrainingEvent): void {
    if (terminal.isJson) return terminal.printJson(event)
    if (event.kind === 'step') {
      const { step, steps, loss } = event
      const rate = speed(event.step, event.tokensSeen)
      const left =
        rate === undefined
          ? ''
          : ` · ${formatDuration((steps - step) / rate.steps)} left · ${Math.round(rate.tokens)} tokens/s`
      draw(`${progressBar(step / steps)} ${step}/${steps} · loss ${loss.toFixed(3)}${left}`)
    } else if (event.kind === 'evaluation') {
      const exact = (100 * event.heldOutExactMatch).toFixed(0)
      say(
        style.dim(
          `step ${event.step}/${event.steps}: held-out loss ${event.heldOutLoss.toFixed(3)}, ${exact} % of ${event.examples} unseen answers exact`,
        ),
      )
    } else if (event.kind === 'restarted') {
      say(
        style.yellow(
          `The trainer died (${event.reason.split('\n')[0] ?? ''}) and goes on from step ${event.step}.`,
        ),
      )
    } else if (event.kind === 'answering') {
      if (event.answered === 1)
        say(style.dim(`Trained; llama.cpp answers ${event.total} messages that it has never seen.`))
      draw(`${progressBar(event.answered / event.total)} ${event.answered}/${event.total} answered`)
    }
  }

  return { show, end: clear }
}

/** Steps and tokens a second, since the first step that was seen (a run that goes on does not begin at 0). */
function createSpeed() {
  let first: { readonly at: number; readonly step: number; readonly tokens: number } | undefined
  return (step: number, tokens: number): { steps: number; tokens: number } | undefined => {
    first ??= { at: performance.now(), step, tokens }
    const seconds = (performance.now() - first.at) / 1_000
    if (step === first.step || seconds <= 0) return undefined
    return { steps: (step - first.step) / seconds, tokens: (tokens - first.tokens) / seconds }
  }
}
