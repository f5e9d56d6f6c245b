import { describe, expect, it } from 'bun:test'
import { createStopScanner } from './stop-scanner.ts'

function scan(pieces: string[], stops: string[]): { text: string; stop: string | undefined } {
  const scanner = createStopScanner(stops)
  let text = ''
  for (const piece of pieces) {
    const result = scanner.push(piece)
    text += result.text
    if (result.stop !== undefined) return { text, stop: result.stop }
  }
  return { text: text + scanner.end(), stop: undefined }
}

describe('createStopScanner', () => {
  it('cuts at a stop sequence that is spread over pieces', () => {
    expect(scan(['one EN', 'D', ' two'], ['END'])).toEqual({ text: 'one ', stop: 'END' })
  })

  it('lets go of what only looked like the beginning of one', () => {
    expect(scan(['a E', 'N', 'F'], ['END'])).toEqual({ text: 'a ENF', stop: undefined })
    expect(scan(['a EN'], ['END'])).toEqual({ text: 'a EN', stop: undefined })
  })

  it('takes the first in the text, not the first in the list', () => {
    expect(scan(['ab--cd##'], ['##', '--'])).toEqual({ text: 'ab', stop: '--' })
  })

  it('finds one that begins anew inside a failed beginning', () => {
    expect(scan(['a', 'a', 'a', 'b'], ['aab'])).toEqual({ text: 'a', stop: 'aab' })
  })

  it('holds nothing back where there is none', () => {
    expect(createStopScanner([]).push('x')).toEqual({ text: 'x', stop: undefined })
  })
})
