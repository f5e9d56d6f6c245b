import type { Attempt, Committed } from './attempt.ts'

/**
 * Runs an attempt, and a second one beside it where the first has no answer after `afterMs`. Who commits first serves
 * and the other is abandoned; where both fail, the first one's failure is thrown.
 */
export async function raceHedge(
  first: Attempt,
  afterMs: number,
  startSecond: () => Promise<Attempt | undefined>,
): Promise<Committed> {
  const running = first.run()
  let timer: ReturnType<typeof setTimeout> | undefined
  const isSlow = new Promise<'slow'>(resolve => {
    timer = setTimeout(() => resolve('slow'), afterMs)
  })
  const outcome = await Promise.race([running.then(() => 'settled' as const), isSlow]).finally(() =>
    clearTimeout(timer),
  )
  const second = outcome === 'slow' ? await startSecond() : undefined
  if (!second) return await running
  const winner = await Promise.any([running, second.run()]).catch(() => undefined)
  if (!winner) return await running
  const loser = winner.attempt === first ? second : first
  loser.abandon('abandoned')
  return winner
}
