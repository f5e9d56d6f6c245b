import { describe, expect, it } from 'bun:test'
import { createTextAssembler } from './text-assembler.ts'

/** A vocabulary of bytes. */
const assembler = () => createTextAssembler(tokens => Buffer.from(tokens).toString('utf8'), [])

function assemble(bytes: Iterable<number>): string[] {
  const target = assembler()
  const pieces = [...bytes].map(byte => target.push(byte))
  return [...pieces, target.end()].filter(piece => piece !== '')
}

describe('createTextAssembler', () => {
  it('gives characters of many bytes whole', () => {
    expect(assemble(Buffer.from('aß€😀b'))).toEqual(['a', 'ß', '€', '😀', 'b'])
  })

  it('gives a broken character as U+FFFD and goes on', () => {
    expect(assemble([0xf0, 0x9f, 0x41]).join('')).toBe('\ufffdA')
    expect(assemble([0x41, 0xe2, 0x82]).join('')).toBe('A\ufffd')
  })

  it('never holds back more than a character', () => {
    const target = assembler()
    const pieces = [0xff, 0xff, 0xff, 0xff, 0xff].map(byte => target.push(byte))
    expect(pieces.slice(0, 4).join('')).not.toBe('')
  })
})
