import { Command } from 'commander'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { exportedFilesShape } from '../alerts-wire.ts'
import { CommandError } from '../command-error.ts'
import { openSession } from '../session.ts'

interface Options {
  readonly to: string
  readonly file?: string
  readonly consoleUrl: string
}

interface ExportedFile {
  readonly path: string
  readonly content: string
}

export function exportObservabilityCommand(): Command {
  return new Command('export')
    .description('Write rules for Prometheus and dashboards for Grafana, from what is declared')
    .option('--to <folder>', 'where', 'observability')
    .option('--file <slipway.yaml>', 'from this file, without a server; secrets need not be there')
    .option('--console-url <url>', 'with --file: where people reach the console', 'http://127.0.0.1:4000')
    .action(async (options: Options, command: Command) => {
      const { api, terminal } = openSession(command)
      const { to, file } = options
      const files =
        file === undefined
          ? (await api.read('/api/observability/export', exportedFilesShape)).files
          : await exportFrom(file, options.consoleUrl)
      for (const { path: name, content } of files) {
        const place = path.join(to, name)
        await mkdir(path.dirname(place), { recursive: true })
        await writeFile(place, content)
      }
      const written = files.map(one => path.join(to, one.path))
      if (terminal.isJson) return terminal.printJson({ files: written })
      for (const name of written) terminal.print(name)
    })
}

async function exportFrom(file: string, consoleUrl: string): Promise<ExportedFile[]> {
  const { parseConfig } = await import('../../../foundation/config/index.ts')
  const { exportFiles } = await import('../../../observe/alerts/index.ts')
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new CommandError('not_found', `${file} cannot be read.`, { mend: 'Check the path.', cause })
  })
  const parsed = parseConfig(text, file, {}, { isWithoutSecrets: true })
  if ('snapshot' in parsed) {
    const url = parsed.snapshot.config.alerts.publicUrl ?? consoleUrl
    return exportFiles(parsed.snapshot, url.replace(/\/$/, ''))
  }
  throw new CommandError('invalid_configuration', `${file} has ${parsed.problems.length} problems.`, {
    mend: `See them with \`slipway config check ${file}\`.`,
  })
}
