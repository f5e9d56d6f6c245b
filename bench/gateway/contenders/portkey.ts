import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Contender, NotServed } from '../contender.ts'
import { answers, freePort, keep, treeOf } from '../processes.ts'

const peers = path.join(import.meta.dirname, '../peers')

/** As it comes, on Node; it has no worker setting, and nothing to be governed by without its cloud. */
export async function startPortkey(upstream: string): Promise<Contender | NotServed> {
  const name = 'portkey'
  const entry = path.join(peers, 'node_modules/@portkey-ai/gateway/build/start-server.js')
  if (!existsSync(entry)) {
    const args = ['ci', '--no-audit', '--no-fund', '--ignore-scripts']
    const { stderr } = spawnSync('npm', args, { cwd: peers, timeout: 180_000 })
    if (!existsSync(entry)) return { name, served: false, reason: `npm: ${stderr.toString().slice(-300)}` }
  }
  const port = await freePort()
  const child = keep(
    spawn('node', [entry, `--port=${port}`, '--headless'], {
      cwd: peers,
      stdio: 'ignore',
      env: { ...process.env, NODE_ENV: 'production' },
    }),
  )
  const url = `http://127.0.0.1:${port}`
  await answers(url)
  const headers = {
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': `${upstream}/v1`,
    authorization: 'Bearer x',
  }
  return { name, url, headers, pids: () => treeOf(child.pid ?? 0) }
}
