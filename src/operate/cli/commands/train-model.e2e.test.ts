import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { runCli } from '../run-cli.fixture.ts'

// Each step is a process of its own, on a machine that may be busy.
setDefaultTimeout(240_000)

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-train-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('slipway model train', () => {
  it('stops at Ctrl-C without loss, goes on with the same command, and shows the card', async () => {
    const words = ['model', 'train', '--run', folder, '--steps', '2', '--held-out', '1', '--json']
    let isSent = false
    const stopped = await runCli(words, {
      onOutput(output, kill) {
        if (isSent || !output.includes('"kind":"step"')) return
        isSent = true
        kill('SIGINT')
      },
    })
    expect(stopped.code).toBe(130)
    expect(JSON.parse(stopped.stderr)).toMatchObject({
      error: { code: 'interrupted', mend: expect.stringContaining('same command') },
    })

    const finished = await runCli(words)
    expect([finished.code, finished.stderr]).toEqual([0, ''])
    const events = finished.stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as { kind: string; file?: string })
    expect(new Set(events.map(event => event.kind))).toEqual(
      new Set(['step', 'evaluation', 'checkpoint', 'answering', 'finished']),
    )
    expect(events.at(-1)?.file).toBe(join(folder, 'model', 'support.gguf'))

    const card = await runCli(['model', 'show', join(folder, 'model')])
    expect(card.stdout).toMatch(/training +2 steps/)
    expect(card.stdout).toContain('HELD OUT (1 MESSAGES)')
  })

  it('says when there is no card', async () => {
    const { code, stderr } = await runCli(['model', 'show', join(folder, 'nothing')])
    expect(code).toBe(1)
    expect(stderr).toContain('There is no model card')
  })
})
