import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { stringify } from 'yaml'
import { runCli } from '../../src/operate/cli/run-cli.fixture.ts'
import { startFakeProvider, type FakeProvider } from '../fake-provider/index.ts'
import { startProduct, type Product } from '../product.ts'
import { freePort, until } from '../until.ts'

setDefaultTimeout(120_000)

const hasPrometheus = ['prometheus', 'promtool'].every(
  program => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0,
)
if (!hasPrometheus)
  process.stderr.write(
    'Prometheus is not installed (on Debian: apt-get install prometheus), so what is exported is not tried with it.\n',
  )
const withPrometheus = hasPrometheus ? describe : describe.skip

let provider: FakeProvider
let product: Product
let folder: string
let prometheus: ChildProcess | undefined

const config = (url: string) => `
providers: { up: { kind: openai-compatible, baseUrl: '${url}/v1' }, gone: { kind: openai-compatible, baseUrl: 'http://127.0.0.1:9/v1' } }
services:
  fine:
    releases: { v1: { target: { provider: up, model: gpt } } }
    slos: { available: { objective: 99.9 }, fast: { objective: 95, latencyMs: 2000, window: 7d } }
  broken:
    releases: { v1: { target: { provider: gone, model: gpt } } }
    retries: { attempts: 1 }
    slos: { available: { objective: 99, window: 1d, minimumBad: 3 } }
alerts:
  rules:
    failures: { metric: slipway_inferences_total, where: { outcome: error }, measure: increase, over: 30s, by: [service], above: 2, severity: page }
    error-share: { metric: slipway_inferences_total, where: { outcome: error }, per: { metric: slipway_inferences_total }, by: [service], above: 0.5, for: 1m, noData: fire }
    slow: { metric: slipway_inference_duration_seconds, measure: quantile, quantile: 0.99, above: 30 }
    spending: { metric: slipway_cost_usd_total, measure: increase, over: 1h, by: [tenant], above: 5 }
    full: { metric: slipway_server_cache_used_ratio, measure: highest, together: highest, by: [provider, model], above: 0.95, for: 5m }
    disk: { metric: slipway_host_disk_available_bytes, measure: latest, per: { metric: slipway_host_disk_total_bytes }, below: 0.1, runbook: 'https://example.com/disk' }
    queue: { metric: slipway_queue_length, where: { target: ['provider:up', 'provider:a.b'], priority: '!batch' }, above: 100 }
`

beforeAll(async () => {
  if (!hasPrometheus) return
  provider = await startFakeProvider({})
  folder = await mkdtemp(path.join(tmpdir(), 'slipway-prometheus-'))
  product = await startProduct({ config: config(provider.url) })
  const { code, stderr } = await runCli(['observe', 'export', '--to', folder], {
    environment: { SLIPWAY_URL: product.url, SLIPWAY_KEY: product.adminKey },
  })
  if (code !== 0) throw new Error(stderr)
})

afterAll(async () => {
  prometheus?.kill('SIGKILL')
  await product?.stop()
  await provider?.stop()
  if (folder) await rm(folder, { recursive: true, force: true })
})

function promtool(...words: string[]): string {
  const { status, stdout, stderr } = spawnSync('promtool', words, { encoding: 'utf8', cwd: folder })
  if (status !== 0) throw new Error(`${stdout}${stderr}`)
  return stdout + stderr
}

withPrometheus('slipway observe export', () => {
  it('writes rules that promtool accepts, and the same without a server', async () => {
    expect(promtool('check', 'rules', 'prometheus/slipway-rules.yaml')).toContain('SUCCESS')
    const offline = path.join(folder, 'offline')
    const { code } = await runCli(['observe', 'export', '--file', product.configFile, '--to', offline])
    expect(code).toBe(0)
    const read = (name: string) => readFile(path.join(name, 'grafana/slipway-live.json'), 'utf8')
    expect(await read(offline)).toBe(await read(folder))
  })

  it('burns as the Site Reliability Workbook says, in Prometheus too', async () => {
    const good = { series: 'slipway_slo_events_total{service="fine", slo="available", result="good"}' }
    const bad = { series: 'slipway_slo_events_total{service="fine", slo="available", result="bad"}' }
    // 100 a minute; from the second hour on 2 % of them fail: 20 times too fast for 99.9 %
    const tests = {
      rule_files: ['prometheus/slipway-rules.yaml'],
      evaluation_interval: '1m',
      tests: [
        {
          interval: '1m',
          input_series: [
            { ...good, values: '0+100x120 12098+98x240' },
            { ...bad, values: '0+0x120 2+2x240' },
          ],
          promql_expr_test: [
            {
              expr: 'round(slipway:slo_bad_ratio:rate5m{service="fine", slo="available"} * 10000)',
              eval_time: '3h',
              exp_samples: [{ labels: '{service="fine", slo="available"}', value: 200 }],
            },
            {
              expr: 'count(ALERTS{alertname="SlipwayErrorBudgetBurn", severity="page", alertstate="firing"}) or vector(0)',
              eval_time: '2h',
              exp_samples: [{ value: 0 }],
            },
            {
              // 14.4 × 0.1 % over an hour takes 72 % of it at 2 %
              expr: 'count(ALERTS{alertname="SlipwayErrorBudgetBurn", severity="page", alertstate="firing"}) or vector(0)',
              eval_time: '2h40m',
              exp_samples: [{ value: 0 }],
            },
            {
              expr: 'count(ALERTS{alertname="SlipwayErrorBudgetBurn", severity="page", alertstate="firing"}) or vector(0)',
              eval_time: '2h50m',
              exp_samples: [{ value: 1 }],
            },
          ],
        },
        {
          // one of two requests of a quiet night fails
          interval: '1m',
          input_series: [
            { ...good, values: '0x30 1x200' },
            { ...bad, values: '0x30 1x200' },
          ],
          promql_expr_test: [
            {
              expr: 'count(ALERTS{alertname="SlipwayErrorBudgetBurn"}) or vector(0)',
              eval_time: '35m',
              exp_samples: [{ value: 0 }],
            },
          ],
        },
      ],
    }
    await writeFile(path.join(folder, 'tests.yaml'), stringify(tests))
    expect(promtool('test', 'rules', 'tests.yaml')).toContain('SUCCESS')
  })

  it('fires in a real Prometheus that scrapes a running server', async () => {
    const port = await freePort()
    await writeFile(
      path.join(folder, 'prometheus.yaml'),
      stringify({
        global: { scrape_interval: '1s', evaluation_interval: '1s' },
        rule_files: ['prometheus/slipway-rules.yaml'],
        scrape_configs: [{ job_name: 'slipway', static_configs: [{ targets: [new URL(product.url).host] }] }],
      }),
    )
    await mkdir(path.join(folder, 'data'))
    prometheus = spawn(
      'prometheus',
      [
        '--config.file=prometheus.yaml',
        '--storage.tsdb.path=data',
        `--web.listen-address=127.0.0.1:${port}`,
        '--log.level=error',
      ],
      { cwd: folder, stdio: 'ignore' },
    )
    const ask = async (where: string): Promise<{ data?: Record<string, unknown[]> }> =>
      await fetch(`http://127.0.0.1:${port}/api/v1/${where}`).then(
        // it answers 503 while it starts
        async response =>
          response.ok ? ((await response.json()) as { data: Record<string, unknown[]> }) : {},
        () => ({}),
      )
    await until(
      async () => {
        const { data } = await ask('query?query=slipway_config_is_current')
        return (data?.['result']?.length ?? 0) > 0
      },
      { everyMs: 200 },
    )
    // a series must have been there before it can be seen to grow
    const call = () =>
      fetch(`${product.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'broken', messages: [{ role: 'user', content: 'Hello?' }] }),
      })
    let firing: string[] = []
    await until(
      async () => {
        expect((await call()).status).toBeGreaterThanOrEqual(502)
        const { data } = await ask('alerts')
        firing = ((data?.['alerts'] ?? []) as { state: string; labels: Record<string, string> }[])
          .filter(({ state }) => state === 'firing')
          .map(({ labels }) => `${labels['alertname']} ${labels['service'] ?? ''} ${labels['severity']}`)
        return (
          firing.includes('SlipwayFailures broken page') &&
          firing.includes('SlipwayErrorBudgetBurn broken page')
        )
      },
      { everyMs: 300 },
    )
    expect(firing.some(alert => alert.includes('fine'))).toBe(false)
  })
})

withPrometheus('every panel of the Grafana dashboards', () => {
  it('asks what Prometheus understands', async () => {
    const rules: object[] = []
    for (const name of ['slipway-live', 'slipway-objectives']) {
      const text = await readFile(path.join(folder, `grafana/${name}.json`), 'utf8')
      const { panels } = JSON.parse(text) as { panels: { targets?: { expr: string }[] }[] }
      for (const { targets } of panels)
        for (const { expr } of targets ?? [])
          rules.push({
            record: `panel:${rules.length}`,
            expr: expr.replaceAll('$__rate_interval', '1m').replaceAll('$service', '.*'),
          })
    }
    expect(rules.length).toBeGreaterThan(25)
    await writeFile(path.join(folder, 'panels.yaml'), stringify({ groups: [{ name: 'panels', rules }] }))
    expect(promtool('check', 'rules', 'panels.yaml')).toContain(`SUCCESS: ${rules.length} rules`)
  })
})
