import { describe, expect, it } from 'bun:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createStepGate } from './step-gate.ts'

describe('createStepGate', () => {
  it('holds everyone back until the slowest of a step is done', async () => {
    const gate = createStepGate()
    const log: string[] = []
    const sequence = async (name: string, delayMs: number): Promise<void> => {
      for (let step = 1; step <= 3; step++) {
        await gate.step(async () => {
          await sleep(delayMs)
          log.push(`${name}${step}`)
        })
      }
    }
    await Promise.all([sequence('a', 1), sequence('b', 20)])
    expect(log).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'b3'])
  })

  it('goes on when an evaluation fails', async () => {
    const gate = createStepGate()
    const failing = gate.step(() => Promise.reject(new Error('decode failed')))
    expect(failing).rejects.toThrow('decode failed')
    await failing.catch(() => undefined)
    expect(await gate.step(async () => 'next')).toBe('next')
  })
})
