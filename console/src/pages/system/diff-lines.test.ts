import { describe, expect, it } from 'bun:test'
import { diffLines, nearChanges } from './diff-lines.ts'

const shown = (before: string, after: string): string[] =>
  diffLines(before, after).map(({ kind, text }) => `${{ same: ' ', removed: '-', added: '+' }[kind]}${text}`)

describe('diffLines', () => {
  it('shows what went and what came, where it stands', () => {
    expect(shown('a\nb\nc\nd', 'a\nB\nc\nd\ne')).toEqual([' a', '-b', '+B', ' c', ' d', '+e'])
  })

  it('is empty of changes between equal texts', () => {
    expect(shown('a\nb', 'a\nb')).toEqual([' a', ' b'])
  })

  it('gives both texts back', () => {
    const lines = diffLines('x\ny\nz\n', 'y\nq\nz\nx\n')
    const textOf = (other: string) =>
      lines
        .filter(({ kind }) => kind !== other)
        .map(({ text }) => text)
        .join('\n')
    expect(textOf('added')).toBe('x\ny\nz\n')
    expect(textOf('removed')).toBe('y\nq\nz\nx\n')
  })
})

describe('nearChanges', () => {
  it('leaves out what is far from every change, once a gap', () => {
    const lines = diffLines('1\n2\n3\n4\n5\n6', '1\n2\n3\nx\n5\n6')
    expect(nearChanges(lines, 1).map(line => line?.text)).toEqual([undefined, '3', '4', 'x', '5', undefined])
  })
})
