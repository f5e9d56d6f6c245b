import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Contender } from '../contender.ts'
import { answers, freePort, keep, treeOf } from '../processes.ts'

const adminKey = 'sk-slip-bench-key-bench-key'
const watchedKinds = [
  'errors',
  'refusals',
  'latency',
  'first-token',
  'cost',
  'input-length',
  'output-length',
  'feedback',
]

/**
 * `bare`: a key check and nothing that could be left out. `governed`: the key of a tenant with a hard budget, limits of
 * requests and of tokens, on a priced model. `guarded`: the same with the policy that docs/guardrails.md begins with, enforced
 * on what goes in and comes out. `watched`: governed, with a monitor of eight streams and a rollout that splits the traffic
 * in halves, judged every ten seconds. All record every call into their Postgres, as the product does.
 */
export async function startSlipway(
  profile: 'bare' | 'governed' | 'guarded' | 'watched',
  upstream: string,
  data: string,
): Promise<Contender> {
  const name = `slipway ${profile}`
  const config = path.join(data, `${profile}.yaml`)
  const release = '{ target: { provider: mock, model: mock-1 } }'
  const service = {
    bare: `releases: { v1: ${release} }`,
    governed: `releases: { v1: ${release} }`,
    guarded: `policy: public, releases: { v1: ${release} }`,
    watched: `release: v1, releases: { v1: ${release}, v2: ${release} }`,
  }[profile]
  const common = `providers: { mock: { kind: openai-compatible, baseUrl: '${upstream}/v1' } }
services: { bench: { ${service} } }
`
  const governed = `tenants:
  governed:
    limits: [{ requests: 100000000, per: minute }, { tokens: 100000000000, per: minute }]
    budgets: [{ usd: 100000, per: month, kind: hard }]
prices: [{ provider: mock, from: 2026-01-01, usdPerMillionTokens: { input: 0.15, output: 0.6 } }]
`
  const guarded = `policies:
  public:
    checks:
      - { check: personal-data, mode: enforce, waived: measured here, action: mask, timeoutMs: 100 }
      - { check: secrets, mode: enforce, waived: measured here, action: mask, timeoutMs: 100 }
      - { check: exfiltration, mode: enforce, waived: measured here, action: block, timeoutMs: 100 }
`
  const watched = `monitors:
  bench:
    service: bench
    reference: { window: 1d, rows: 500 }
    streams: { ${watchedKinds.map(kind => `${kind}: { kind: ${kind} }`).join(', ')} }
`
  const parts = {
    bare: [],
    governed: [governed],
    guarded: [governed, guarded],
    watched: [governed, watched],
  }[profile]
  writeFileSync(config, [common, ...parts].join(''))
  const root = path.join(import.meta.dirname, '../../..')
  const port = await freePort()
  const child = keep(
    spawn(process.execPath, [path.join(root, 'src/main.ts')], {
      cwd: root,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: {
        ...process.env,
        BUN_CONFIG_MAX_HTTP_REQUESTS: '65336',
        DATABASE_URL: '',
        SLIPWAY_PORT: String(port),
        SLIPWAY_DATA: path.join(data, profile),
        SLIPWAY_CONFIG: config,
        SLIPWAY_ADMIN_KEY: adminKey,
        SLIPWAY_LOG_LEVEL: 'warn',
      },
    }),
  )
  const url = `http://127.0.0.1:${port}`
  await answers(`${url}/readyz`)
  const key = profile === 'bare' ? adminKey : await makeKey(url)
  if (profile === 'watched') await startSplit(url)
  const pid = child.pid ?? 0
  return {
    name,
    url,
    headers: { authorization: `Bearer ${key}` },
    pids: () => [pid],
    databasePids: () => treeOf(pid).filter(one => one !== pid),
  }
}

async function makeKey(url: string): Promise<string> {
  const made = await send(`${url}/api/keys`, { name: 'bench', role: 'service', tenant: 'governed' })
  return (made as { secret: string }).secret
}

/** Two releases side by side, half of the requests each, until the bench ends. */
async function startSplit(url: string): Promise<void> {
  const plan = 'sticky: request\ntest: { shares: { v2: 50% }, promote: none }\n'
  await send(`${url}/api/rollouts`, { service: 'bench', plan, reason: 'bench' })
}

async function send(address: string, body: object): Promise<unknown> {
  const response = await fetch(address, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${address}: ${response.status} ${await response.text()}`)
  return await response.json()
}
