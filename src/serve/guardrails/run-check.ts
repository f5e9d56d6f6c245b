import { Failure } from '../../foundation/platform/index.ts'
import type { Check, Finding, Scan } from './check.ts'
import type { Guard } from './policy.ts'

/** What a check said of one text, or that it could not tell. */
export type Scanned =
  | { readonly kind: 'told'; readonly findings: readonly Finding[]; readonly tookMs: number }
  | {
      readonly kind: 'failed'
      readonly outcome: 'error' | 'timeout'
      /** Holds nothing of the text. */
      readonly why: string
      readonly tookMs: number
    }

/** For checks that nobody can stop. */
const never = new AbortController().signal

/**
 * Runs a check over one text, within its time where it waits for something. Whatever it does — throw, hang, answer nonsense — comes back as an outcome;
 * findings below the threshold are left out.
 */
export function runCheck(guard: Guard, scan: Scan): Scanned | Promise<Scanned> {
  const startedAt = performance.now()
  if (guard.cost !== 'deterministic') return runInTime(guard, scan, startedAt)
  try {
    const given = guard.check.scan(scan, never)
    if (given instanceof Promise) return inTime(guard, scan, given, startedAt, undefined)
    return judge(guard, scan, given, performance.now() - startedAt)
  } catch (error) {
    return failed('error', nameOf(error), startedAt)
  }
}

async function runInTime(guard: Guard, scan: Scan, startedAt: number): Promise<Scanned> {
  const controller = new AbortController()
  try {
    const given = guard.check.scan(scan, controller.signal)
    return given instanceof Promise
      ? await inTime(guard, scan, given, startedAt, controller)
      : judge(guard, scan, given, performance.now() - startedAt)
  } catch (error) {
    return failed('error', nameOf(error), startedAt)
  }
}

async function inTime(
  guard: Guard,
  scan: Scan,
  given: Promise<readonly Finding[]>,
  startedAt: number,
  controller: AbortController | undefined,
): Promise<Scanned> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<'late'>(resolve => {
    timer = setTimeout(resolve, guard.timeoutMs, 'late')
  })
  try {
    const first = await Promise.race([given, late])
    if (first !== 'late') return judge(guard, scan, first, performance.now() - startedAt)
    given.catch(() => undefined)
    controller?.abort(new DOMException('', 'TimeoutError'))
    return failed('timeout', `it took longer than ${guard.timeoutMs} ms`, startedAt)
  } catch (error) {
    return failed('error', nameOf(error), startedAt)
  } finally {
    clearTimeout(timer)
  }
}

function failed(outcome: 'error' | 'timeout', why: string, startedAt: number): Scanned {
  return { kind: 'failed', outcome, why, tookMs: performance.now() - startedAt }
}

/**
 * What has answered has answered, however late: a check that runs in this process cannot be stopped, and a machine that is
 * busy elsewhere must not turn its answer into a failure.
 */
function judge(guard: Guard, { text }: Scan, findings: readonly Finding[], tookMs: number): Scanned {
  if (findings.length === 0) return { kind: 'told', findings, tookMs }
  const nonsense = faultOf(findings, text.length, guard.maxSpan)
  if (nonsense !== undefined) return { kind: 'failed', outcome: 'error', why: nonsense, tookMs }
  return { kind: 'told', findings: findings.filter(({ score }) => score >= guard.threshold), tookMs }
}

function faultOf(
  findings: readonly Finding[],
  length: number,
  maxSpan: Guard['maxSpan'],
): string | undefined {
  let from = 0
  for (const { start, end, score, type } of findings) {
    const isPlace = Number.isInteger(start) && Number.isInteger(end) && start >= 0 && end > start
    if (!isPlace || end > length) return 'it found something outside of the text'
    if (start < from) return 'its findings overlap or are not in their order'
    if (typeof maxSpan === 'number' && end - start > maxSpan) return 'it found something longer than it can'
    if (!(score >= 0 && score <= 1) || typeof type !== 'string') return 'a finding has no score or no type'
    from = end
  }
  return undefined
}

/** Where text to come may complete what has begun; throws where a check says what cannot be. */
export function openFrom(check: Check, text: string): number | undefined {
  const from = check.openFrom?.(text)
  if (from === undefined) return undefined
  if (!Number.isInteger(from) || from < 0 || from > text.length) {
    throw new RangeError('The check named a place outside of the text.')
  }
  return from
}

/** What is told of an error: messages may hold what was looked at. */
export function nameOf(error: unknown): string {
  if (error instanceof Failure) return `it failed with ${error.code}`
  return error instanceof Error ? `it failed with ${error.name}` : 'it failed'
}
