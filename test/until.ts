import { createServer } from 'node:net'

/** Looks again and again until it is so, and says after how many milliseconds; fails after `limitMs`. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  { limitMs = 30_000, everyMs = 20 }: { readonly limitMs?: number; readonly everyMs?: number } = {},
): Promise<number> {
  const since = performance.now()
  while (performance.now() - since < limitMs) {
    if (await isSo()) return performance.now() - since
    await Bun.sleep(everyMs)
  }
  throw new Error(`It was still not so after ${limitMs} ms.`)
}

const hourMs = 3_600_000

/**
 * Waits for the next hour where less than `forMs` is left of this one: for tests of windows, days and months, which must
 * not end in the middle of them.
 */
export async function clearOfTheHour(forMs = 20_000): Promise<void> {
  const leftMs = hourMs - (Date.now() % hourMs)
  if (leftMs < forMs) await Bun.sleep(leftMs + 100)
}

/**
 * A port that was free a moment ago: where a test has to know it before anything listens. Below those that systems give to
 * who asks for any, so that no connection of another test gets it meanwhile.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 15_000)
    const server = createServer()
    const isFree = await new Promise<boolean>(resolve => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => resolve(true))
    })
    await new Promise(resolve => server.close(resolve))
    if (isFree) return port
  }
}
