import { describe, expect, it } from 'bun:test'
import { contentHash } from './content-hash.ts'

describe('contentHash', () => {
  it('is the SHA-256 of the canonical JSON', () => {
    // printf '{"a":1}' | sha256sum
    expect(contentHash({ a: 1 })).toBe('015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862')
  })

  it('does not depend on secrets, however they are spelled and however deep they lie', () => {
    const bare = contentHash({ name: 'a', inner: [{ role: 'owner' }] })
    expect(contentHash({ name: 'a', secret: 's', inner: [{ role: 'owner', api_key: 'k' }] })).toBe(bare)
    expect(contentHash({ name: 'a', inner: [{ role: 'owner', Authorization: 'x', 'api-key': 'k' }] })).toBe(
      bare,
    )
  })

  it('depends on everything else, token counts too', () => {
    expect(contentHash({ inputTokens: 1 })).not.toBe(contentHash({ inputTokens: 2 }))
  })
})
