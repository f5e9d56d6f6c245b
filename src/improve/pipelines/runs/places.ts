import { Failure } from '../../../foundation/platform/index.ts'

/** Places for commands: those who find none wait in line. */
export interface Places {
  /** `onWait` is told where there is none at once; what it resolves with gives the place back. */
  readonly take: (signal: AbortSignal, onWait: () => void) => Promise<() => void>
}

export function createPlaces(count: () => number): Places {
  let taken = 0
  const waiting: (() => void)[] = []

  function leave(): void {
    taken -= 1
    while (taken < count()) {
      const next = waiting.shift()
      if (!next) return
      next()
    }
  }

  return {
    async take(signal, onWait) {
      signal.throwIfAborted()
      if (taken >= count() || waiting.length > 0) {
        const { promise, resolve, reject } = Promise.withResolvers<void>()
        const enter = (): void => {
          taken += 1
          resolve()
        }
        const giveUp = (): void => {
          const at = waiting.indexOf(enter)
          if (at < 0) return
          waiting.splice(at, 1)
          reject(new Failure('client_closed', 'It was told to end before it had a place.'))
        }
        waiting.push(enter)
        onWait()
        signal.addEventListener('abort', giveUp, { once: true })
        await promise
        signal.removeEventListener('abort', giveUp)
      } else taken += 1
      let isLeft = false
      return () => {
        if (isLeft) return
        isLeft = true
        leave()
      }
    },
  }
}
