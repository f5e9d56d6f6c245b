import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Contender, NotServed } from '../contender.ts'
import { answers, freePort, keep, treeOf } from '../processes.ts'

const peers = path.join(import.meta.dirname, '../peers')
const environment = path.join(tmpdir(), 'slipway-bench-litellm')

/** As its production guide says for 2 cores: a worker a core, no debug logs, production mode; a master key, no database. */
export async function startLiteLlm(upstream: string): Promise<Contender | NotServed> {
  const name = 'litellm'
  const program = path.join(environment, 'bin/litellm')
  if (!existsSync(program)) {
    spawnSync('python3', ['-m', 'venv', environment], { timeout: 120_000 })
    const requirements = path.join(peers, 'requirements.txt')
    const pip = path.join(environment, 'bin/pip')
    const { stderr } = spawnSync(pip, ['install', '-q', '-r', requirements], { timeout: 600_000 })
    if (!existsSync(program)) return { name, served: false, reason: `pip: ${String(stderr).slice(-300)}` }
  }
  const port = await freePort()
  const config = path.join(peers, 'litellm.yaml')
  const args = ['--config', config, '--host', '127.0.0.1', '--port', String(port), '--num_workers', '2']
  const child = keep(
    spawn(program, args, {
      stdio: 'ignore',
      env: {
        ...process.env,
        BENCH_UPSTREAM: `${upstream}/v1`,
        LITELLM_MODE: 'PRODUCTION',
        LITELLM_LOG: 'ERROR',
        LITELLM_LOCAL_MODEL_COST_MAP: 'True',
      },
    }),
  )
  const url = `http://127.0.0.1:${port}`
  await answers(`${url}/health/liveliness`, 240)
  const key = /master_key: (\S+)/.exec(readFileSync(config, 'utf8'))?.[1] ?? ''
  return { name, url, headers: { authorization: `Bearer ${key}` }, pids: () => treeOf(child.pid ?? 0) }
}
