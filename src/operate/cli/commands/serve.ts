import { Command } from 'commander'
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

import { wholeNumber } from '../options.ts'

interface Options {
  readonly port?: number
  readonly data?: string
  readonly config?: string
  readonly workers?: number
}

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export function serveCommand(): Command {
  return new Command('serve')
    .description('Run the server until it is told to stop')
    .option('--port <port>', 'where to listen (SLIPWAY_PORT, 4000)', wholeNumber(0, 65_535))
    .option('--data <folder>', 'where it keeps its things (SLIPWAY_DATA, ./data)')
    .option('--config <file>', 'what it serves (SLIPWAY_CONFIG, ./slipway.yaml)')
    .option('--workers <count>', 'processes that share the port (SLIPWAY_WORKERS, 1)', wholeNumber(1, 64))
    .action(async (options: Options) => {
      process.exitCode = await runServer({
        ...process.env,
        ...(options.port !== undefined && { SLIPWAY_PORT: String(options.port) }),
        ...(options.data !== undefined && { SLIPWAY_DATA: options.data }),
        ...(options.config !== undefined && { SLIPWAY_CONFIG: options.config }),
        ...(options.workers !== undefined && { SLIPWAY_WORKERS: String(options.workers) }),
      })
    })
}

/**
 * The server is a process of its own; this one passes signals on, and ends as it ends. The server watches its standard
 * input, so that it ends in order also where this one is killed.
 */
async function runServer(environment: NodeJS.ProcessEnv): Promise<number> {
  const main = fileURLToPath(new URL('../../../main.ts', import.meta.url))
  const server = spawn(process.execPath, [main], {
    stdio: ['pipe', 'inherit', 'inherit'],
    // Bun lets 256 calls out at once where this is not set before it starts
    env: { BUN_CONFIG_MAX_HTTP_REQUESTS: '65336', ...environment, SLIPWAY_SUPERVISED: '1' },
  })
  const handlers = forwarded.map(signal => {
    const forward = () => {
      // A terminal sends Ctrl-C to the whole group, so the server already has it.
      if (signal !== 'SIGINT' || process.stdin.isTTY !== true) server.kill(signal)
    }
    process.on(signal, forward)
    return () => process.off(signal, forward)
  })
  try {
    return await new Promise<number>((resolve, reject) => {
      server.once('error', reject)
      server.once('exit', (code, signal) => {
        resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
      })
    })
  } finally {
    for (const remove of handlers) remove()
  }
}
