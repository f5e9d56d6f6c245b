import { describe, expect, it, setDefaultTimeout } from 'bun:test'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Failure } from '../../foundation/platform/index.ts'
import { engineConfig, startEngines } from './__fixtures__/start-engines.ts'
import type { TestEngines } from './__fixtures__/start-engines.ts'
import { writeTinyModel } from './__fixtures__/tiny-model.ts'
import { isAlive } from '../../../test/is-alive.ts'

setDefaultTimeout(120_000)

const endless = { messages: [{ role: 'user', content: 'hi' }], max_tokens: 900 }
const chat = '/v1/chat/completions'

async function withModel(options?: Parameters<typeof startEngines>[0]): Promise<TestEngines> {
  const engines = await startEngines(options)
  writeTinyModel(join(engines.folder, 'tiny.gguf'), { isEndless: true })
  return engines
}

function stateOf(
  engines: TestEngines,
  name: string,
): ReturnType<TestEngines['supervisor']['states']>[number] {
  return engines.supervisor.states().find(engine => engine.name === name)!
}

function refusal(engines: TestEngines, name: string): Failure {
  try {
    engines.supervisor.endpoint(name)
  } catch (error) {
    if (error instanceof Failure) return error
  }
  throw new Error('there is an endpoint')
}

async function untilGone(pid: number): Promise<void> {
  for (let tries = 0; tries < 3_000 && isAlive(pid); tries++) await sleep(10)
  expect(isAlive(pid)).toBe(false)
}

describe('createEngineSupervisor', () => {
  it('fails only the requests of an engine that is killed, quickly, and starts it again', async () => {
    await using engines = await withModel()
    await engines.supervisor.apply({ a: engineConfig('tiny.gguf'), b: engineConfig('tiny.gguf') })
    await Promise.all([engines.until('a', 'ready'), engines.until('b', 'ready')])
    const { pid } = stateOf(engines, 'a')
    const begun = await Promise.all(
      ['b', 'a', 'a', 'a', 'a'].map(name => engines.post(name, chat, { ...endless, stream: true })),
    )
    const killedAt = performance.now()
    process.kill(pid!, 'SIGKILL')
    const [other, ...calls] = begun.map(response => response.text())
    const outcomes = await Promise.allSettled(calls)
    expect(performance.now() - killedAt).toBeLessThan(20_000)
    const whole = outcomes.filter(
      outcome => outcome.status === 'fulfilled' && outcome.value.includes('[DONE]'),
    )
    expect(whole).toEqual([])
    await engines.until('a', 'restarting')
    expect(refusal(engines, 'a')).toMatchObject({ code: 'engine_not_ready' })
    expect(stateOf(engines, 'a').stateReason).toContain('SIGKILL')
    await engines.until('a', 'ready')
    expect(stateOf(engines, 'a')).toMatchObject({ restarts: 1, stateReason: undefined })
    expect(stateOf(engines, 'a').pid).not.toBe(pid)
    expect((await engines.post('a', chat, { ...endless, max_tokens: 2 })).status).toBe(200)
    expect(await other).toContain('[DONE]')
    expect(stateOf(engines, 'b').restarts).toBe(0)
    expect(await engines.registry.metrics()).toContain('slipway_engine_restarts_total{engine="a"} 1')
  })

  it('kills an engine that hangs and starts it again', async () => {
    await using engines = await withModel({
      limits: { healthIntervalMs: 50, healthTimeoutMs: 400, healthFailures: 2 },
    })
    await engines.supervisor.apply({ a: engineConfig('tiny.gguf') })
    await engines.until('a', 'ready')
    const { pid } = stateOf(engines, 'a')
    process.kill(pid!, 'SIGSTOP')
    await engines.until('a', 'restarting')
    expect(stateOf(engines, 'a').stateReason).toContain('did not answer')
    await untilGone(pid!)
    await engines.until('a', 'ready')
  })

  it('says what is wrong with a file, once, and how to mend it', async () => {
    await using engines = await withModel()
    const tiny = await readFile(join(engines.folder, 'tiny.gguf'))
    await writeFile(join(engines.folder, 'text.gguf'), 'this is no model')
    await writeFile(join(engines.folder, 'cut.gguf'), tiny.subarray(0, tiny.length / 2))
    await writeFile(join(engines.folder, 'head.gguf'), tiny.subarray(0, 200))
    await engines.supervisor.apply({
      missing: engineConfig('missing.gguf'),
      text: engineConfig('text.gguf'),
      cut: engineConfig('cut.gguf'),
      head: engineConfig('head.gguf'),
    })
    const names = ['missing', 'text', 'cut', 'head']
    await Promise.all(names.map(name => engines.until(name, 'failed')))
    const reasons = names.map(name => stateOf(engines, name).stateReason ?? '')
    expect(reasons[0]).toContain('There is no model at')
    expect(reasons[1]).toContain('is not a GGUF file')
    expect(reasons[2]).toContain('damaged')
    expect(reasons[3]).toContain('damaged')
    expect(names.map(name => stateOf(engines, name).restarts)).toEqual([0, 0, 0, 0])
    expect(refusal(engines, 'missing').message).toContain('There is no model at')

    await copyFile(join(engines.folder, 'tiny.gguf'), join(engines.folder, 'missing.gguf'))
    await engines.supervisor.restart('missing')
    await engines.until('missing', 'ready')
  })

  it('fails an engine whose model cannot be resolved', async () => {
    await using engines = await startEngines({
      resolveModel: () => {
        throw new Failure('invalid_configuration', 'There is no built-in model of that name.')
      },
    })
    await engines.supervisor.apply({ a: engineConfig('builtin:nothing') })
    await engines.until('a', 'failed')
    expect(stateOf(engines, 'a').stateReason).toBe('There is no built-in model of that name.')
  })

  it('restarts what has changed after its requests have ended, and leaves the rest alone', async () => {
    await using engines = await withModel()
    await engines.supervisor.apply({
      a: engineConfig('tiny.gguf'),
      b: engineConfig('tiny.gguf'),
      c: engineConfig('tiny.gguf'),
    })
    await Promise.all(['a', 'b', 'c'].map(name => engines.until(name, 'ready')))
    const before = engines.supervisor.states()
    const streaming = await engines.post('a', chat, { ...endless, stream: true })
    // the later of two edits counts, although the first is still draining
    await engines.supervisor.apply({
      a: engineConfig('tiny.gguf', { contextSize: 256 }),
      b: engineConfig('tiny.gguf'),
    })
    await engines.supervisor.apply({
      a: engineConfig('tiny.gguf', { contextSize: 512, parallel: 2 }),
      b: engineConfig('tiny.gguf'),
    })
    expect(refusal(engines, 'a').code).toBe('engine_not_ready')
    expect(await streaming.text()).toContain('[DONE]')
    await engines.until('a', 'ready')
    expect(stateOf(engines, 'a')).toMatchObject({ contextSize: 512, parallel: 2, restarts: 0 })
    expect(stateOf(engines, 'b').pid).toBe(before[1]!.pid)
    expect(
      engines.supervisor
        .states()
        .map(engine => engine.name)
        .toSorted(),
    ).toEqual(['a', 'b'])
    await untilGone(before[2]!.pid!)
    await untilGone(before[0]!.pid!)
  })

  it('ends its processes when it stops, and when its own process is killed', async () => {
    const engines = await withModel()
    await engines.supervisor.apply({ a: engineConfig('tiny.gguf') })
    await engines.until('a', 'ready')
    const { pid } = stateOf(engines, 'a')
    await engines.supervisor.stop()
    expect(isAlive(pid!)).toBe(false)

    const owner = spawn(
      process.execPath,
      [
        fileURLToPath(new URL('__fixtures__/own-an-engine.ts', import.meta.url)),
        join(engines.folder, 'tiny.gguf'),
      ],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    const line = await new Promise<string>(resolve =>
      createInterface({ input: owner.stdout }).once('line', resolve),
    )
    const child = Number(line)
    expect(isAlive(child)).toBe(true)
    owner.kill('SIGKILL')
    await untilGone(child)
    await engines[Symbol.asyncDispose]()
  })

  it('measures what its engines do', async () => {
    await using engines = await withModel({ limits: { healthIntervalMs: 20 } })
    await engines.supervisor.apply({ a: engineConfig('tiny.gguf') })
    await engines.until('a', 'ready')
    await (await engines.post('a', chat, { ...endless, max_tokens: 37 })).text()
    let text = ''
    for (
      let tries = 0;
      tries < 3_000 && !text.includes('slipway_engine_generated_tokens_total{engine="a"} 37');
      tries++
    ) {
      await sleep(10)
      text = await engines.registry.metrics()
    }
    expect(text).toContain('slipway_engine_generated_tokens_total{engine="a"} 37')
    expect(text).toContain('slipway_engine_prompt_tokens_total{engine="a"} 6')
    expect(text).toContain('slipway_engine_state{engine="a",state="ready"} 1')
    expect(text).toContain('slipway_engine_state{engine="a",state="failed"} 0')
    await engines.supervisor.apply({})
    for (let tries = 0; tries < 3_000 && text.includes('engine="a"'); tries++) {
      await sleep(10)
      text = await engines.registry.metrics()
    }
    expect(text).not.toContain('engine="a"')
  })

  it('keeps the token out of the command line and our secrets out of the child', async () => {
    if (process.platform !== 'linux') return
    process.env['SLIPWAY_TEST_SECRET'] = 'do-not-inherit'
    await using engines = await withModel()
    await engines.supervisor.apply({ a: engineConfig('tiny.gguf') })
    await engines.until('a', 'ready')
    const { pid } = stateOf(engines, 'a')
    const { token } = engines.supervisor.endpoint('a')
    delete process.env['SLIPWAY_TEST_SECRET']
    expect(await readFile(`/proc/${pid}/cmdline`, 'utf8')).not.toContain(token)
    expect(await readFile(`/proc/${pid}/environ`, 'utf8')).not.toMatch(/do-not-inherit/)
  })
})
