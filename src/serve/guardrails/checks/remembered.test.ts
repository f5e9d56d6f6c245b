import { describe, expect, it } from 'bun:test'
import type { Scan } from '../check.ts'
import { remembered } from './remembered.ts'

const scan = (text: string, given: Partial<Scan> = {}): Scan => ({
  text,
  stage: 'input',
  service: 's',
  tenant: 't',
  ...given,
})
const never = new AbortController().signal

describe('remembered', () => {
  let asked: string[] = []
  const check = {
    scan: async ({ text, tenant }: Scan) => {
      asked.push(`${tenant} ${text}`)
      if (text === 'broken' && asked.length === 1) throw new Error('no answer')
      return text === 'bad' ? [{ start: 0, end: 3, type: 'BAD', score: 1 }] : []
    },
  }

  it('asks of a text once, for each tenant, until its time is over', async () => {
    asked = []
    let nowMs = 0
    const once = remembered(check, { forMs: 1_000, now: () => nowMs })
    for (const text of ['bad', 'good', 'bad', 'good']) {
      expect(await once.scan(scan(text), never)).toHaveLength(text === 'bad' ? 1 : 0)
    }
    await once.scan(scan('bad', { tenant: 'u' }), never)
    expect(asked).toEqual(['t bad', 't good', 'u bad'])
    nowMs = 1_001
    await once.scan(scan('bad'), never)
    expect(asked).toHaveLength(4)
  })

  it('asks again after a failure, and of what does not go by the text alone', async () => {
    asked = []
    const once = remembered(check, { isByTextAlone: ({ stage }) => stage === 'input' })
    const first = (async () => await once.scan(scan('broken'), never))()
    expect(await first.catch((error: unknown) => String(error))).toBe('Error: no answer')
    expect(await once.scan(scan('broken'), never)).toEqual([])
    await once.scan(scan('x', { stage: 'output' }), never)
    await once.scan(scan('x', { stage: 'output' }), never)
    expect(asked).toEqual(['t broken', 't broken', 't x', 't x'])
  })

  it('forgets the oldest where there is no more room', async () => {
    asked = []
    const once = remembered(check, { most: 2 })
    for (const text of ['a', 'b', 'c', 'c', 'a']) await once.scan(scan(text), never)
    expect(asked).toEqual(['t a', 't b', 't c', 't a'])
  })
})
