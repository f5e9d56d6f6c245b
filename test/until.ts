import { createServer, type AddressInfo } from 'node:net'

/** Looks again and again until it is so, and says after how many milliseconds; fails after `limitMs`. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  { limitMs = 5_000, everyMs = 20 }: { readonly limitMs?: number; readonly everyMs?: number } = {},
): Promise<number> {
  const since = performance.now()
  while (performance.now() - since < limitMs) {
    if (await isSo()) return performance.now() - since
    await Bun.sleep(everyMs)
  }
  throw new Error(`It was still not so after ${limitMs} ms.`)
}

/** A port that was free a moment ago: where a test has to know it before anything listens. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}
