import { createId } from './identifiers.ts'
import type { Logger } from './logger.ts'

/** What the one who holds the lease of a row is told while it works. */
export interface Claim<State> {
  /** An owner of its own each time: what this process began before it lost a lease can write nothing. */
  readonly owner: string
  /** The state that the row had when the lease was last renewed. */
  readonly state: () => State
  /** Begin nothing more: the process stops. What is under way is still written. */
  readonly isStopping: () => boolean
  /** Called whenever the lease was renewed, and when the process begins to stop. */
  readonly onNews: (listener: () => void) => void
  /** Asks for the lease once more at once. */
  readonly renew: () => Promise<void>
  /** Aborts where the lease is lost or the process stops at once: nothing may be written any more. */
  readonly signal: AbortSignal
}

export interface ClaimLoop {
  start(): void
  /** Looks at once whether there is work. */
  wake(): void
  /** Begins nothing more, waits for what is under way as long as that, then gives it up: it is taken up again. */
  stop(limitMs: number): Promise<void>
}

export interface ClaimLoopOptions<Row, State> {
  readonly logger: Logger
  /** For the log, in the singular: `batch`. */
  readonly what: string
  readonly idOf: (row: Row) => string
  readonly stateOf: (row: Row) => State
  readonly atOnce: number | (() => number)
  readonly leaseSeconds: number
  /** Takes the oldest row that nobody works on; no two owners ever get the same. */
  readonly claim: (owner: string, leaseSeconds: number) => Promise<Row | undefined>
  /** Holds the lease longer; the state of the row, or `undefined` where another owner has it. */
  readonly renew: (
    row: Row,
    owner: string,
    leaseSeconds: number,
    workedMs: number,
  ) => Promise<State | undefined>
  readonly release: (row: Row, owner: string) => Promise<void>
  /** Moves the row on, until it has ended, waits for somebody, or the process stops. Safe to run again after any crash. */
  readonly work: (row: Row, claim: Claim<State>) => Promise<void>
  /** Gives the work up where the lease could not be renewed until its end: what it does elsewhere must not go on beside another's. */
  readonly givesUpInSilence?: boolean
  /** Done at every look for work. */
  readonly onLook?: () => Promise<void>
}

/** Thrown where a write found that another owner has the row now. */
export class LeaseLost extends Error {}

const heartbeatMs = 1_000
const lookMs = 1_000

/**
 * Works on rows that nobody works on. A row says what is to be done; whoever holds its lease does it, so that of all
 * replicas one works on it, and another goes on when that one is gone.
 */
export function createClaimLoop<Row, State>(options: ClaimLoopOptions<Row, State>): ClaimLoop {
  const { logger, what, leaseSeconds, atOnce } = options
  const most = typeof atOnce === 'number' ? () => atOnce : atOnce
  const running = new Set<Promise<void>>()
  const listeners = new Set<() => void>()
  const giveUp = new AbortController()
  let isStopping = false
  let isLooking = false
  let isWoken = false
  let timer: ReturnType<typeof setInterval> | undefined

  async function look(): Promise<void> {
    if (isLooking) {
      isWoken = true
      return
    }
    isLooking = true
    try {
      await options.onLook?.()
      while (!isStopping && running.size < most()) {
        isWoken = false
        const owner = createId()
        const row = await options.claim(owner, leaseSeconds)
        if (!row) {
          // who woke us meanwhile may have seen what this look did not
          if (isWoken) continue
          return
        }
        const work = hold(row, owner).finally(() => {
          running.delete(work)
          wake()
        })
        running.add(work)
      }
    } finally {
      isLooking = false
    }
  }

  async function hold(row: Row, owner: string): Promise<void> {
    const lost = new AbortController()
    let state = options.stateOf(row)
    let workedAt = performance.now()
    let heardAt = performance.now()
    const own = new Set<() => void>()
    const tell = (): void => {
      for (const listener of own) listener()
    }
    listeners.add(tell)
    const renew = async (): Promise<void> => {
      const now = performance.now()
      const workedMs = now - workedAt
      workedAt = now
      const next = await options.renew(row, owner, leaseSeconds, workedMs)
      if (next === undefined) return lost.abort()
      heardAt = now
      state = next
      tell()
    }
    const heart = setInterval(() => {
      if (options.givesUpInSilence === true && performance.now() - heardAt > leaseSeconds * 1_000)
        lost.abort()
      renew().catch((error: unknown) =>
        // the lease is asked for again with every write
        logger.warn({ err: error, [what]: options.idOf(row) }, `The lease of a ${what} was not renewed.`),
      )
    }, heartbeatMs)
    try {
      await options.work(row, {
        owner,
        state: () => state,
        isStopping: () => isStopping,
        onNews: listener => void own.add(listener),
        renew,
        signal: AbortSignal.any([lost.signal, giveUp.signal]),
      })
      await options.release(row, owner)
    } catch (error) {
      if (error instanceof LeaseLost || lost.signal.aborted || giveUp.signal.aborted) return
      // the lease runs out by itself, so that the row is tried again after a pause
      logger.error(
        { err: error, [what]: options.idOf(row) },
        `The work on a ${what} was interrupted; it is taken up again.`,
      )
    } finally {
      clearInterval(heart)
      listeners.delete(tell)
    }
  }

  function wake(): void {
    if (isStopping) return
    look().catch((error: unknown) => logger.warn({ err: error }, `No ${what} could be looked for.`))
  }

  return {
    start() {
      timer = setInterval(wake, lookMs)
      wake()
    },
    wake,
    async stop(limitMs) {
      isStopping = true
      clearInterval(timer)
      for (const tell of listeners) tell()
      const limit = setTimeout(() => giveUp.abort(), limitMs)
      await Promise.all(running)
      clearTimeout(limit)
    },
  }
}
