/**
 * Lets sequences decode in step. The native package keeps its lock for as long as any sequence asks for its next
 * token in time, so that a new request could wait for minutes to have its sequence cleared; and sequences that come a
 * little late miss the batch. So nobody asks until all have their token: then the lock falls free, whoever waits for
 * it has its turn, and the next batch holds all of them.
 */
export interface StepGate {
  /** Waits for the next step, then runs `work`, one evaluation of one sequence. */
  step<Result>(work: () => Promise<Result>): Promise<Result>
}

export function createStepGate(): StepGate {
  let inStep = 0
  let isOpening = false
  let waiting: (() => void)[] = []
  const openSoon = (): void => {
    if (inStep > 0 || isOpening || waiting.length === 0) return
    isOpening = true
    setImmediate(() => {
      isOpening = false
      const entering = waiting
      waiting = []
      inStep = entering.length
      for (const enter of entering) enter()
    })
  }
  return {
    async step(work) {
      await new Promise<void>(resolve => {
        waiting.push(resolve)
        openSoon()
      })
      try {
        return await work()
      } finally {
        inStep--
        openSoon()
      }
    },
  }
}
