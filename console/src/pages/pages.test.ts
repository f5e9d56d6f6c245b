import { describe, expect, it } from 'bun:test'
import type { Inference } from '../api/types.ts'
import { curlSnippet, pythonSnippet, toPython } from '../parts/call-snippets.ts'
import { sparklinePath } from '../parts/sparkline.tsx'
import { readConversation } from './inferences/conversation.ts'
import { mergeRows } from './inferences/merge-rows.ts'
import { formatStretch, toneOf } from './inferences/trace-facts.ts'
import { keyState } from './keys/key-state.ts'
import { hasLonePoints } from './overview/lone-points.ts'
import { toMessages, type Turn } from './playground/conversation-store.ts'
import { parseSettings } from './playground/stored-settings.ts'
import { safeNext } from './sign-in/safe-next.ts'
import { describeFacts } from './system/describe-facts.ts'

describe('formatStretch', () => {
  it('says microseconds where there are only those', () => {
    expect([0, 0.0004, 0.012, 0.25, 4, 1_240].map(formatStretch)).toEqual([
      '0 ms',
      '1 µs',
      '12 µs',
      '0.25 ms',
      '4 ms',
      '1.24 s',
    ])
  })
})

describe('toneOf', () => {
  it('colours what failed before whose it is, and that before what it is', () => {
    const tone = (kind: 'stream' | 'queue', outcome: 'ok' | 'error', origin: string) =>
      toneOf({ kind, outcome, origin })
    expect(tone('stream', 'error', 'shop')).toBe('failed')
    expect(tone('stream', 'ok', 'shop')).toBe('foreign')
    expect(tone('stream', 'ok', 'slipway')).toBe('works')
    expect(tone('queue', 'ok', 'slipway')).toBe('waits')
  })
})

describe('mergeRows', () => {
  it('shows each inference once, the latest start first', () => {
    const rows = (...ids: string[]) => ids.map(id => ({ id })) as Inference[]
    expect(mergeRows(rows('c', 'e', 'b'), rows('d', 'c', 'a')).map(row => row.id)).toEqual([
      'e',
      'd',
      'c',
      'b',
      'a',
    ])
  })
})

describe('readConversation', () => {
  it('reads messages and the answer, whole or within its choices', () => {
    const request = {
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }, { type: 'image_url' }] }],
    }
    const answer = { role: 'assistant', content: 'Hello' }
    const turns = [
      { role: 'user', text: 'Hi\n[image_url]' },
      { role: 'assistant', text: 'Hello' },
    ]
    expect(readConversation({ request, response: answer })).toEqual(turns)
    expect(readConversation({ request, response: { choices: [{ message: answer }] } })).toEqual(turns)
  })

  it('leaves what is no conversation to be shown as it is', () => {
    expect(readConversation({ request: { input: 'x' }, response: {} })).toBeUndefined()
  })
})

describe('keyState', () => {
  it('is revoked before it is expired', () => {
    const past = '2020-01-01T00:00:00Z'
    expect(keyState({ revoked_at: past, expires_at: past }, Date.now())).toBe('revoked')
    expect(keyState({ revoked_at: null, expires_at: past }, Date.now())).toBe('expired')
    expect(keyState({ revoked_at: null, expires_at: null }, Date.now())).toBe('active')
  })
})

describe('toMessages', () => {
  it('sends what was said, and not what failed', () => {
    const turn = (role: Turn['role'], text: string, state: Turn['state'] = 'done'): Turn => ({
      id: 0,
      role,
      text,
      state,
    })
    const turns = [
      turn('user', 'a'),
      turn('assistant', '', 'failed'),
      turn('user', 'b'),
      turn('assistant', 'c', 'stopped'),
    ]
    expect(toMessages(' Be kind. ', turns)).toEqual([
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'a' },
      { role: 'user', content: 'b' },
      { role: 'assistant', content: 'c' },
    ])
  })
})

describe('parseSettings', () => {
  it('survives anything that a browser may have kept', () => {
    for (const text of [null, '{', '[]', '{"parameters":3}']) {
      expect(parseSettings(text)).toEqual({ systemPrompt: '', parameters: {} })
    }
    const stored = { systemPrompt: 'x', parameters: { temperature: 0.5, seed: 'no', stop: ['a', 1] } }
    expect(parseSettings(JSON.stringify(stored))).toEqual({
      systemPrompt: 'x',
      parameters: { temperature: 0.5, stop: ['a'] },
    })
  })
})

describe('safeNext', () => {
  it('leads back into the console and nowhere else', () => {
    expect(safeNext('/inferences?outcome=error')).toBe('/inferences?outcome=error')
    const elsewhere = [
      null,
      '//evil.example',
      '/\\evil.example',
      'https://evil.example',
      'javascript:x',
      '/sign-in?next=/',
    ]
    for (const next of elsewhere) expect(safeNext(next)).toBe('/')
  })
})

describe('snippets', () => {
  it('survive quotes in a message', () => {
    const curl = curlSnippet('http://localhost:4000', { model: "it's" })
    expect(curl).toContain(`'{\n  "model": "it'\\''s"\n}'`)
  })

  it('are Python where they say so', () => {
    expect(toPython({ a: [true, null], b: 'x' })).toBe(
      `{"a": [\n        True,\n        None,\n    ], "b": "x"}`,
    )
    expect(pythonSnippet('http://localhost:4000', { model: 'm' })).toContain('    stream=True,')
  })
})

describe('sparklinePath', () => {
  it('fills its box and skips what is unknown', () => {
    expect(sparklinePath([0, null, 10], 100, 20)).toBe('M0.0 19.0L100.0 1.0')
    expect(sparklinePath([null, 3], 100, 20)).toBe('')
  })
})

describe('describeFacts', () => {
  it('reads units from the names', () => {
    expect(
      describeFacts({ size_bytes: 2_048, is_embedded: true, uptime_seconds: 90, version: '18' }),
    ).toEqual([
      { name: 'Size', value: '2 KiB' },
      { name: 'Is embedded', value: 'yes' },
      { name: 'Uptime', value: '1 min' },
      { name: 'Version', value: '18' },
    ])
  })
})

describe('hasLonePoints', () => {
  it('finds a value between two gaps, at the edges too', () => {
    expect(
      [
        [null, 1, null],
        [1, null],
        [null, 1],
      ].map(hasLonePoints),
    ).toEqual([true, true, true])
    expect([[1, 2, null], [], [null], [0, 0]].map(hasLonePoints)).toEqual([false, false, false, false])
  })
})
