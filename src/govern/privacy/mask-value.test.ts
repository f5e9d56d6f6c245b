import { describe, expect, it } from 'bun:test'
import { createLogger, createMetricsRegistry } from '../../foundation/platform/index.ts'
import { createContentMasker } from './content-masker.ts'
import { DataKey } from './data-key.ts'
import { type FindSpans, maskValue } from './mask-value.ts'
import { ConversationValues, type Pseudonym, Pseudonyms } from './pseudonyms.ts'

const key = new DataKey(Buffer.alloc(32, 7), {
  id: 'k',
  tenant: 'a',
  purpose: 'pseudonyms',
  period: '2026-11',
})
const scope = { tenant: 'a', keyId: 'k1', conversation: 'c' }

function open(kept: Pseudonym[] = []): Pseudonyms {
  return new Pseudonyms(new ConversationValues(scope, key), {
    keep: (_, pseudonym) => void kept.push(pseudonym),
    onMasked: () => {},
    onReturned: () => {},
  })
}

/** Finds names, which are kept, and numbers, which are not. */
const find: FindSpans = text =>
  [...text.matchAll(/Ada|\d+/g)].map(({ 0: { length }, index }, at) =>
    text[index] === 'A'
      ? { start: index, end: index + length, type: 'PERSON', fate: 'kept' }
      : { start: index, end: index + length, type: at < 0 ? '' : 'NUMBER', fate: 'forgotten' },
  )

describe('maskValue', () => {
  it('masks every text at every depth, leaves all else, and keeps only the values that it may', () => {
    const kept: Pseudonym[] = []
    const masked = maskValue(
      { messages: [{ content: 'Ada has 12' }, { content: [{ text: 'Ada' }] }], n: 3, flag: true, none: null },
      open(kept),
      find,
    )
    expect(masked.masking).toBe('stored')
    const text = JSON.stringify(masked)
    expect(text).not.toMatch(/Ada|has 12/)
    expect(text).toMatch(
      /^\{"messages":\[\{"content":"<PERSON_(\w{6})> has <NUMBER_\w{6}>"\},\{"content":\[\{"text":"<PERSON_\1>"\}\]\}\],"n":3,"flag":true,"none":null\}$/,
    )
    expect(kept.map(({ value }) => value)).toEqual(['Ada'])
  })

  it('takes the first of two that overlap, and leaves nothing of the second', () => {
    const overlapping: FindSpans = () => [
      { start: 0, end: 6, type: 'A', fate: 'kept' },
      { start: 4, end: 9, type: 'B', fate: 'kept' },
    ]
    expect(maskValue('0123456789', open(), overlapping).value).toMatch(/^<A_\w{6}>9$/)
  })

  it('leaves out what cannot be looked through, and what would take too long', () => {
    const picture = `data:image/png;base64,${'iVBORw0KGgo'.repeat(400)}`
    const masked = maskValue(
      [picture, 'x '.repeat(35_000), ...Array<string>(9).fill('y '.repeat(30_000)), 'Ada'],
      open(),
      find,
    )
    const [first, long, ...others] = masked.value
    expect(first).toBe(`[${picture.length} characters of data were not kept]`)
    expect(long).toEndWith('x … [4464 more characters were not kept]')
    expect(others.at(-1)).toBe('… [3 more characters were not kept]')
    expect(JSON.stringify(masked).length).toBeLessThan(530_000)
  })
})

describe('createContentMasker', () => {
  it('keeps nothing of what could not be masked, and goes on with the next', async () => {
    const metrics = createMetricsRegistry()
    const masker = createContentMasker({
      pseudonyms: { of: () => open() },
      find: text => {
        if (text === 'bad') throw new Error('the check is broken')
        return find(text)
      },
      logger: createLogger({ level: 'silent' }),
      metrics,
      maxWaiting: 3,
    })
    const all = await Promise.all(['bad', 'Ada', 'Ada', 'Ada'].map(text => masker.mask(text, scope)))
    expect(all.map(one => one?.value)).toEqual([
      undefined,
      expect.stringContaining('<PERSON_'),
      expect.stringContaining('<PERSON_'),
      undefined,
    ])
    const { values } = await metrics.getSingleMetric('slipway_content_not_kept_total')!.get()
    expect(values.map(({ labels, value }) => [labels['cause'], value])).toEqual([
      ['queue_full', 1],
      ['failed', 1],
    ])
  })
})
