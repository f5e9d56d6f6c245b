import { describe, expect, it } from 'bun:test'
import { generateSecret, hashSecret, visiblePrefix } from './key.ts'

describe('generateSecret', () => {
  it('is sk-slip- and 43 base62 digits, different each time and spread over the alphabet', () => {
    const secrets = Array.from({ length: 500 }, generateSecret)
    for (const secret of secrets) expect(secret).toMatch(/^sk-slip-[0-9A-Za-z]{43}$/)
    expect(new Set(secrets).size).toBe(500)
    // 7,000 digits of each third, behind the first, which holds the rest of 256 bits: one of 62 is missing once in 10^47 runs
    for (const from of [9, 23, 37])
      expect(new Set(secrets.flatMap(secret => secret.slice(from, from + 14).split(''))).size).toBe(62)
  })
})

describe('hashSecret', () => {
  it('is SHA-256 in hex', () => {
    // printf abc | sha256sum
    expect(hashSecret('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })
})

describe('visiblePrefix', () => {
  it('shows four characters of the secret part', () => {
    expect(visiblePrefix('sk-slip-abcdefgh')).toBe('sk-slip-abcd')
    expect(visiblePrefix('correct-horse-battery')).toBe('corr')
  })
})
