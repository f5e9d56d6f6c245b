import { describe, expect, it } from 'bun:test'
import { maskRationale } from './mask-rationale.ts'

describe('maskRationale', () => {
  it('leaves nothing personal or secret in the words of a judge', async () => {
    const said =
      'It repeats ada@example.com and the card 4111 1111 1111 1111, and the key AKIAZ7Q4PB2MXW5TNH3L. Otherwise it is fine.'
    const masked = await maskRationale(said)
    expect(masked).toContain('[EMAIL_ADDRESS]')
    for (const kept of ['ada@', '4111', 'AKIAZ7Q4PB2MXW5TNH3L']) expect(masked).not.toContain(kept)
    expect(masked).toEndWith('Otherwise it is fine.')
  })

  it('keeps what a database can, and no more than is read', async () => {
    expect(await maskRationale('a\0b\ud800c')).toBe('ab\ufffdc')
    expect((await maskRationale('Good. '.repeat(1_000))).length).toBe(2_000)
  })
})
