import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { writeFile } from 'node:fs/promises'

import { startProduct } from '../../../test/product.ts'
import type { Product } from '../../../test/product.ts'
import { runCli } from './run-cli.fixture.ts'
import type { CliOptions } from './run-cli.fixture.ts'

// Each step is a process of its own, on a machine that may be busy.
setDefaultTimeout(120_000)

const config = `
engines: { support: { model: 'builtin:support', parallel: 2 } }
services:
  support: { storeContent: true, releases: { v1: { target: { engine: support } } } }
  closed: { releases: { v1: { target: { engine: support } } } }
tenants:
  declared: { services: [support] }
`

let product: Product
beforeAll(async () => {
  product = await startProduct({ config })
  await eventually(async () => (await slipway(['engine', 'list'])).stdout.includes('ready'))
})
afterAll(() => product.stop(), 60_000)

const slipway = (words: string[], options: CliOptions = {}) =>
  runCli(words, {
    ...options,
    environment: { SLIPWAY_URL: product.url, SLIPWAY_KEY: product.adminKey, ...options.environment },
  })
const json = async <Shape>(words: string[], options?: CliOptions): Promise<Shape> => {
  const { code, stdout, stderr } = await slipway([...words, '--json'], options)
  if (code !== 0) throw new Error(`slipway ${words.join(' ')} exited with ${code}: ${stderr}`)
  return JSON.parse(stdout) as Shape
}

describe('slipway with a server', () => {
  it('shows what is served', async () => {
    const { code, stdout } = await slipway(['status'])
    expect(code).toBe(0)
    expect(stdout).toContain(product.url)
    expect(stdout).toMatch(/support +v1 +ready/)
    expect(stdout).toMatch(/ENGINE +STATE/)
  })

  it('chats with the model, and finds the inference again', async () => {
    const answer = await json<{ content: string; inference_id: string; usage: { output_tokens: number } }>([
      'chat',
      'My order 4711 never arrived',
      '--temperature',
      '0',
    ])
    expect(answer.content.length).toBeGreaterThan(5)
    expect(answer.usage.output_tokens).toBeGreaterThan(1)
    await eventually(async () => (await slipway(['inference', 'show', answer.inference_id])).code === 0)
    const shown = await slipway(['inference', 'show', answer.inference_id])
    expect(shown.stdout).toContain('support/v1')
    expect(shown.stdout).toContain('My order 4711 never arrived')
    const listed = await slipway([
      'inference',
      'list',
      '--service',
      'support',
      '--since',
      '1h',
      '--outcome',
      'ok',
    ])
    expect(listed.stdout).toContain(answer.inference_id)
    const none = await slipway(['inference', 'list', '--service', 'closed'])
    expect([none.code, none.stdout]).toEqual([0, ''])
    expect(none.stderr).toContain('No inference matches.')
  })

  it('follows inferences as they end, until Ctrl-C', async () => {
    const tail = slipway(['inference', 'tail', '--json'], { onOutput: (_, kill) => kill('SIGINT') })
    // The stream may not be open yet: ask until it was.
    let isOver = false
    void tail.then(() => (isOver = true))
    for (let attempt = 0; attempt < 200 && !isOver; attempt += 1) {
      await slipway(['chat', 'hello', '--max-tokens', '3'])
    }
    const { code, stdout } = await tail
    expect(code).toBe(0)
    expect(JSON.parse(stdout.split('\n')[0]!)).toMatchObject({
      service: 'support',
      outcome: 'ok',
      status: 200,
    })
  })

  it('makes a key for a tenant, uses it, and revokes it', async () => {
    await json(['tenant', 'create', 'acme', '--name', 'Acme Ltd', '--service', 'support'])
    expect((await slipway(['tenant', 'update', 'acme', '--service', 'support,closed'])).stdout).toContain(
      'support, closed',
    )
    expect((await slipway(['tenant', 'list'])).stdout).toMatch(/acme +Acme Ltd +support, closed +API/)

    const key = await json<{ id: string; secret: string }>([
      'key',
      'create',
      'shop',
      '--tenant',
      'acme',
      '--service',
      'support',
      '--expires',
      '30d',
    ])
    expect(key.secret).toStartWith('sk-slip-')
    const asShop = { environment: { SLIPWAY_KEY: key.secret } }
    expect((await slipway(['chat', 'hi', '--max-tokens', '2'], asShop)).code).toBe(0)
    const closed = await slipway(['chat', 'hi', '-m', 'closed'], asShop)
    expect([closed.code, closed.stderr.includes('no service named `closed`')]).toEqual([1, true])
    const denied = await slipway(['key', 'list'], asShop)
    expect(denied.code).toBe(4)
    expect(denied.stderr).toMatch(/request \S+/)

    const listed = await slipway(['key', 'list', '--tenant', 'acme'])
    expect(listed.stdout).toMatch(/shop +sk-slip-\S+… +service +acme +support/)
    expect(listed.stdout).not.toContain(key.secret)
    const unasked = await slipway(['key', 'revoke', 'shop'])
    expect([unasked.code, unasked.stderr.includes('--yes')]).toEqual([2, true])
    expect((await slipway(['key', 'revoke', 'shop', '--yes'])).stdout).toContain('is revoked')
    const after = await slipway(['chat', 'hi'], asShop)
    expect(after.code).toBe(4)
    expect((await slipway(['key', 'revoke', 'shop', '--yes'])).code).toBe(1)
    expect((await slipway(['tenant', 'delete', 'acme', '--yes'])).code).toBe(0)
    expect((await slipway(['tenant', 'list'])).stdout).not.toContain('acme')
  })

  it('restarts an engine', async () => {
    const before = await json<{ data: { pid: number }[] }>(['engine', 'list'])
    expect((await slipway(['engine', 'restart', 'support'])).stdout).toContain('starts over')
    await eventually(async () => {
      const { data } = await json<{ data: { pid: number; state: string }[] }>(['engine', 'list'])
      return data[0]?.state === 'ready' && data[0].pid !== before.data[0]?.pid
    })
    const unknown = await slipway(['engine', 'restart', 'nope'])
    expect([unknown.code, unknown.stderr.includes('There is no engine nope')]).toEqual([1, true])
  })

  it('finds the running server well, does not start things beside it, and sees a bad edit', async () => {
    const port = new URL(product.url).port
    const environment = {
      SLIPWAY_PORT: port,
      SLIPWAY_CONFIG: product.configFile,
      SLIPWAY_DATA: product.dataDirectory,
    }
    const well = await slipway(['doctor'], { environment })
    expect(well.stdout).toContain(`A Slipway answers on port ${port}.`)
    expect(well.stdout).toContain('The engine support is ready.')
    expect(well.stdout).not.toMatch(/embedded Postgres|starts in/)
    expect(well.code).toBe(0)
    await writeFile(product.configFile, config.replace('engine: support', 'engine: suport'))
    await eventually(async () => (await slipway(['status'])).stdout.includes('has one problem'))
    const ill = await slipway(['doctor', '--json'], { environment })
    expect(ill.code).toBe(1)
    const { findings } = JSON.parse(ill.stdout) as { findings: { check: string; state: string }[] }
    expect(findings.filter(({ state }) => state === 'problem').map(({ check }) => check)).toEqual([
      'configuration',
      'server',
    ])
    await writeFile(product.configFile, config)
  })

  it('says that a key is wrong, and where to put the right one', async () => {
    const { code, stderr } = await slipway(['status'], { environment: { SLIPWAY_KEY: 'sk-slip-wrong' } })
    expect(code).toBe(4)
    expect(stderr).toContain('Set SLIPWAY_KEY')
  })
})

async function eventually(isTrue: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (await isTrue()) return
    await Bun.sleep(100)
  }
  throw new Error('It did not come true.')
}

describe('slipway config with a server', () => {
  it('publishes, shows what was published, and rolls back', async () => {
    const first = await json<{ data: { revision: number; origin: string }[] }>(['config', 'history'])
    expect(first.data).toMatchObject([{ revision: 1, origin: 'file' }])
    const text = config.replace('closed:', 'shut:')
    const published = await slipway(['config', 'publish', '-'], { input: text })
    expect(published.stdout).toContain('Revision 2 is in force')
    expect((await slipway(['config', 'show', '2'])).stdout).toContain('shut:')
    const asked = await slipway(['config', 'rollback', '1'])
    expect(asked.code).not.toBe(0)
    expect(asked.stderr).toContain('--yes')
    expect((await slipway(['config', 'rollback', '1', '--yes'])).stdout).toContain('Revision 3 is in force')
    const { stdout } = await slipway(['config', 'history'])
    expect(stdout).toMatch(/3 .* rollback to 1/)
    const services = async () => (await slipway(['status'])).stdout
    await eventually(async () => (await services()).includes('closed'))
  })

  it('refuses to publish what has problems, and says where', async () => {
    const { code, stderr } = await slipway(['config', 'publish', '-'], { input: 'servces: {}' })
    expect(code).toBe(1)
    expect(stderr).toContain('Did you mean `services`?')
  })
})
