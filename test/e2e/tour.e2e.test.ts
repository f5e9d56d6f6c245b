import { afterAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { spawn } from 'node:child_process'
import { access, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { isAlive } from '../is-alive.ts'
import { until } from '../until.ts'

setDefaultTimeout(600_000)

interface Run {
  readonly state: string
  readonly event: { readonly name?: string; readonly alarm?: string } | null
  readonly stages: readonly { readonly name: string; readonly state: string }[]
}

const root = path.join(import.meta.dirname, '../..')
const folder = await mkdtemp(path.join(tmpdir(), 'slipway-tour-'))
const tour = spawn(
  process.execPath,
  [path.join(root, 'scripts/tour/main.ts'), '--short', '--keep', '--folder', folder],
  {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  },
)
let said = ''
tour.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
const ended = new Promise<number | string>(resolve =>
  tour.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown')),
)

afterAll(async () => {
  tour.kill('SIGTERM')
  await ended
  await rm(folder, { recursive: true, force: true })
})

describe('the tour', () => {
  it('alarms, retrains, promotes and takes back by itself, and its report says what the API says', async () => {
    let isGone = false
    void ended.then(() => {
      isGone = true
    })
    await until(() => isGone || said.includes('It stays up.'), { limitMs: 580_000, everyMs: 200 })
    expect([isGone, said]).toEqual([false, expect.stringContaining('It stays up.')])

    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0] ?? ''
    const key = (await readFile(path.join(folder, 'data/admin.key'), 'utf8')).trim()
    const get = async <Answer>(place: string): Promise<Answer> => {
      const response = await fetch(url + place, { headers: { authorization: `Bearer ${key}` } })
      expect([place, response.status]).toEqual([place, 200])
      return (await response.json()) as Answer
    }
    const report = await readFile(path.join(folder, 'report.html'), 'utf8')
    // it needs no other file
    expect(report).not.toMatch(/<(?:script|link|img)|https?:/)
    const named = (id: string): string => new RegExp(`id="${id}">([^<]+)<`).exec(report)?.[1] ?? ''

    const { data: alarms } = await get<{ data: { id: string; stream: string; summary: string }[] }>(
      '/api/monitors/support-quality/alarms',
    )
    const alarm = alarms.find(({ id }) => id === named('alarm'))
    expect(alarm?.stream).toBe('liked')
    expect(report).toContain(alarm!.summary)
    expect(named('drift').length).toBeGreaterThan(20)

    const run = await get<Run>(`/api/pipeline-runs/${named('run')}`)
    expect([run.state, run.event?.name]).toEqual(['succeeded', 'monitor.alarm'])
    expect(new Set(run.stages.map(({ state }) => state))).toEqual(new Set(['succeeded']))
    const stateOf = async (id: string): Promise<string> =>
      (await get<{ state: string }>(`/api/rollouts/${named(id)}`)).state
    expect(await stateOf('rollout')).toBe('promoted')
    expect(await stateOf('second-rollout')).toBe('rolled-back')
    // each with its place in the report, in the order in which it happened
    expect(Array.from(report.matchAll(/<td>\d+:\d\d<\/td><td>([^<]+)<\/td>/g), ([, name]) => name)).toEqual([
      'A healthy service',
      'The world changes',
      'An alarm',
      'Nobody has to wake up',
      'Better again?',
      'A mistake',
      'Taken back',
      '1',
      '3',
    ])
    expect(report).toContain('Retraining helped')
    expect(report).toContain('The worse candidate was taken back by itself.')
    expect(report.match(/<svg /g)).toHaveLength(4)
    const mistake = await get<Run>(`/api/pipeline-runs/${named('mistake')}`)
    expect(mistake.stages.filter(({ state }) => state === 'failed').map(({ name }) => name)).toEqual([
      'rollout',
    ])

    const { aliases } = await get<{ aliases: { name: string; version: number }[] }>('/api/models/support')
    const live = aliases.find(({ name }) => name === 'live')
    expect(live?.version).toBe(3)
    const { data: engines } = await get<{ data: { name: string; model: string }[] }>('/api/engines')
    expect(engines.find(({ name }) => name === 'support')?.model).toEndWith('#3')
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'support',
        messages: [{ role: 'user', content: 'My drone arrived broken.' }],
      }),
    })
    expect(answer.headers.get('slipway-release')).toBe('stable')
  })

  it('ends all that it has started when it is asked to, and leaves the report', async () => {
    const log = await readFile(path.join(folder, 'server.log'), 'utf8')
    const server = Number(/"pid":(\d+),"msg":"ready"/.exec(log)?.[1])
    expect(isAlive(server)).toBe(true)
    tour.kill('SIGINT')
    expect(await ended).toBe(0)
    expect(isAlive(server)).toBe(false)
    await access(path.join(folder, 'report.html'))
    expect(access(path.join(folder, 'data'))).rejects.toThrow()
  })
})
