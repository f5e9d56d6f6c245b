import { describe, expect, it } from 'bun:test'
import { ownEntry } from './own-entry.ts'

describe('ownEntry', () => {
  it('gives what the table has, and nothing that every object has', () => {
    const table: Record<string, string> = { stop: 'end' }
    expect(ownEntry(table, 'stop')).toBe('end')
    for (const name of ['constructor', 'toString', '__proto__', 'absent'])
      expect(ownEntry(table, name)).toBeUndefined()
  })
})
