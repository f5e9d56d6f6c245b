import { describe, expect, it } from 'bun:test'
import { seededRandom } from './__fixtures__/random.ts'
import { ExpectedOutput } from './expected-output.ts'

describe('ExpectedOutput', () => {
  it('knows nothing at first, and never expects more than the request allows', () => {
    const expected = new ExpectedOutput()
    expect(expected.expect(undefined)).toBe(256)
    expect(expected.expect(40)).toBe(40)
    expect(expected.expect(32_000)).toBe(256)
  })

  it('expects what three of four answers stay below, within the width of a bucket', () => {
    const random = seededRandom(1)
    const expected = new ExpectedOutput()
    for (let index = 0; index < 2_000; index += 1) expected.learn(Math.ceil(random() * 1_000))
    expect(expected.expect(undefined)).toBeGreaterThanOrEqual(750)
    expect(expected.expect(undefined)).toBeLessThanOrEqual(750 * 1.25)
  })

  it('follows a service whose answers change, and one that answers nothing', () => {
    const expected = new ExpectedOutput()
    for (let index = 0; index < 3_000; index += 1) expected.learn(2_000)
    for (let index = 0; index < 2_000; index += 1) expected.learn(10)
    expect(expected.expect(undefined)).toBeLessThan(15)
    const embeddings = new ExpectedOutput()
    for (let index = 0; index < 20; index += 1) embeddings.learn(0)
    expect(embeddings.expect(undefined)).toBeLessThanOrEqual(1)
  })
})
