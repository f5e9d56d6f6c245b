import { describe, expect, it } from 'bun:test'
import { Failure } from '../failure.ts'
import { type Channel, createPeer } from './peer.ts'

/** Two ends of a wire that carries JSON, as IPC does. */
function wire(): { left: Channel; right: Channel; cut: () => void } {
  const ends = [0, 1].map(() => ({
    hear: (_message: unknown): void => undefined,
    close: (): void => undefined,
  }))
  const end = (own: number): Channel => ({
    send: message => {
      const text = JSON.stringify(message)
      queueMicrotask(() => ends[1 - own]!.hear(JSON.parse(text)))
    },
    onMessage: listener => (ends[own]!.hear = listener),
    onClose: listener => (ends[own]!.close = listener),
  })
  return { left: end(0), right: end(1), cut: () => ends.forEach(({ close }) => close()) }
}

describe('createPeer', () => {
  it('asks and answers both ways, each answer to its question', async () => {
    const { left, right } = wire()
    const one = createPeer(left, (question, value) => `${question} ${String(value)}`)
    const other = createPeer(right, async (_, value) => {
      await Bun.sleep(value === 1 ? 20 : 1)
      return { value }
    })
    expect(await Promise.all([one.ask('n', 1), one.ask('n', 2), other.ask('who', 'there')])).toEqual([
      { value: 1 },
      { value: 2 },
      'who there',
    ])
  })

  it('throws there what is thrown here, a failure with its code', async () => {
    const { left, right } = wire()
    const one = createPeer(left, () => undefined)
    createPeer(right, question => {
      throw question === 'known' ? new Failure('not_found', 'no such thing') : new Error('a bug')
    })
    expect(await refusalOf(one.ask('known'))).toMatchObject({ code: 'not_found', message: 'no such thing' })
    expect(await refusalOf(one.ask('unknown'))).toMatchObject({ message: 'a bug' })
  })

  it('gives who listens late the last of what was told', async () => {
    const { left, right } = wire()
    const one = createPeer(left, () => undefined)
    const other = createPeer(right, () => undefined)
    one.tell('news', 1)
    one.tell('news', 2)
    await Bun.sleep(1)
    const heard: unknown[] = []
    other.onTold('news', value => heard.push(value))
    one.tell('news', 3)
    await Bun.sleep(1)
    expect(heard).toEqual([2, 3])
  })

  it('waits for nobody who is gone or silent', async () => {
    const { left, right, cut } = wire()
    const one = createPeer(left, () => undefined)
    createPeer(right, () => new Promise(() => undefined))
    expect(await refusalOf(one.ask('silent', null, 20))).toMatchObject({ code: 'not_ready' })
    const asked = one.ask('silent')
    cut()
    expect(await refusalOf(asked)).toMatchObject({ code: 'not_ready' })
    await one.gone
    expect(await refusalOf(one.ask('silent'))).toMatchObject({ code: 'not_ready' })
  })
})

async function refusalOf(asked: Promise<unknown>): Promise<unknown> {
  return await asked.then(
    () => undefined,
    (error: unknown) => error,
  )
}
