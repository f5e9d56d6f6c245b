import { describe, expect, it } from 'bun:test'
import { parseConfig } from '../../foundation/config/index.ts'
import type { ConfigSnapshot } from '../../foundation/config/index.ts'
import { otlpSettingsOf } from './otlp-settings.ts'

function snapshotOf(text: string): ConfigSnapshot {
  const parsed = parseConfig(text, '/tmp/slipway.yaml', { COLLECTOR_KEY: 'the key' })
  if (!('snapshot' in parsed)) throw new Error(JSON.stringify(parsed.problems))
  return parsed.snapshot
}

const text = `
providers:
  main: { kind: mistral }
engines:
  local: { model: builtin:support }
services:
  support: { releases: { v1: { target: { engine: local } } } }
traces:
  otlp:
    endpoint: https://collector.example.com
    headers: { x-team: support, authorization: { env: COLLECTOR_KEY } }
`

describe('otlpSettingsOf', () => {
  it('fills in secrets, and names providers as the conventions do', () => {
    const snapshot = snapshotOf(text)
    const settings = otlpSettingsOf(() => snapshot)()!
    expect(settings.endpoint).toBe('https://collector.example.com')
    expect(settings.headers).toEqual({ 'x-team': 'support', authorization: 'the key' })
    expect(settings.providerName('provider:main')).toBe('mistral_ai')
    expect(settings.providerName('engine:local')).toBe('llama.cpp')
    expect(settings.providerName(undefined)).toBe('slipway')
  })

  it('follows the configuration in force', () => {
    const first = snapshotOf(text)
    const second = snapshotOf('services: {}')
    let current = first
    const settings = otlpSettingsOf(() => current)
    expect(settings()).toBe(settings())
    current = second
    expect(settings()).toBeUndefined()
  })
})
