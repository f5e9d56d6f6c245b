import { describe, expect, it } from 'bun:test'
import { spawn } from 'node:child_process'
import path from 'node:path'
import { matrixAccount, matrixConfig, matrixEnvironment, upstreams } from '../conformance/upstreams.ts'
import { startFakeProvider } from '../fake-provider/index.ts'
import { startProduct } from '../product.ts'
import { preparePython } from '../sdk-python/environment.ts'

interface Row {
  readonly client: string
  readonly feature: string
  readonly upstream: string
  readonly outcome: string
}

const script = path.join(import.meta.dirname, '../sdk-python/conformance.py')

describe('the official Python SDKs', () => {
  it('get what they ask for on every upstream', async () => {
    const prepared = preparePython()
    if ('missing' in prepared) {
      console.log(
        `SKIPPED: the Python SDKs were not tried, as they could not be installed. ${prepared.missing}`,
      )
      return
    }
    await using provider = await startFakeProvider({ aws: matrixAccount })
    await using product = await startProduct({
      config: matrixConfig(provider),
      environment: matrixEnvironment,
    })
    for (let attempt = 0; attempt < 500; attempt += 1) {
      if ((await fetch(`${product.url}/readyz`)).ok) break
      await Bun.sleep(100)
    }
    const output = await run(prepared.python, {
      SLIPWAY_URL: product.url,
      SLIPWAY_KEY: product.adminKey,
    })
    const rows = output
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line) as Row)
    for (const { client, feature, upstream, outcome } of rows) {
      console.log(`python ${client.padEnd(21)} ${feature.padEnd(13)} ${upstream.padEnd(10)} ${outcome}`)
    }
    expect(rows.length).toBe(11 * upstreams.length)
    const wrong = rows.filter(({ feature, upstream, outcome }) => {
      const isMissing = feature === 'tools' && upstream === 'engine'
      return outcome !== (isMissing ? 'refused' : 'ok')
    })
    expect(wrong).toEqual([])
  }, 300_000)
})

async function run(python: string, environment: Record<string, string>): Promise<string> {
  const child = spawn(python, [script, ...upstreams.map(({ name }) => name)], {
    env: { ...process.env, ...environment, PYTHONIOENCODING: 'utf-8' },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 120_000,
  })
  let output = ''
  for await (const piece of child.stdout.setEncoding('utf8')) output += piece as string
  return output
}
