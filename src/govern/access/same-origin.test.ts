import { describe, expect, it } from 'bun:test'
import { isFromAnotherSite, isSameOrigin } from './same-origin.ts'

const ours = { host: 'slipway.example:4000' }
const cases: { sent: Record<string, string>; read: boolean; change: boolean; foreign: boolean }[] = [
  { sent: { 'sec-fetch-site': 'same-origin' }, read: true, change: true, foreign: false },
  { sent: { 'sec-fetch-site': 'none' }, read: true, change: false, foreign: false },
  { sent: { 'sec-fetch-site': 'same-site' }, read: false, change: false, foreign: true },
  { sent: { 'sec-fetch-site': 'cross-site' }, read: false, change: false, foreign: true },
  {
    sent: { 'sec-fetch-site': 'cross-site', origin: 'http://slipway.example:4000' },
    read: false,
    change: false,
    foreign: true,
  },
  { sent: { origin: 'http://slipway.example:4000' }, read: true, change: true, foreign: false },
  { sent: { origin: 'https://slipway.example:4000' }, read: true, change: true, foreign: false },
  { sent: { origin: 'http://slipway.example:8080' }, read: false, change: false, foreign: true },
  { sent: { origin: 'http://evil.example' }, read: false, change: false, foreign: true },
  { sent: { origin: 'null' }, read: false, change: false, foreign: true },
  { sent: {}, read: true, change: false, foreign: false },
]

describe('isSameOrigin', () => {
  it('believes Sec-Fetch-Site, then Origin, and without either only reads', () => {
    for (const { sent, read, change } of cases) {
      const headers = new Headers({ ...ours, ...sent })
      expect([sent, isSameOrigin({ method: 'GET', headers })]).toEqual([sent, read])
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
        expect([sent, method, isSameOrigin({ method, headers })]).toEqual([sent, method, change])
    }
  })
})

describe('isFromAnotherSite', () => {
  it('is what a browser says of a page that is not ours', () => {
    for (const { sent, foreign } of cases)
      expect([sent, isFromAnotherSite({ headers: new Headers({ ...ours, ...sent }) })]).toEqual([
        sent,
        foreign,
      ])
  })
})
