// Writes every file that is generated from code: npm run generate. The check asks that they are up to date.
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { bun, ensureInstalled, root } from './install.mjs'

/** A script that writes, and what it writes. */
export const generators = [
  { script: 'scripts/generate-schema.ts', files: ['docs/reference/slipway.schema.json'] },
  {
    script: 'scripts/generate-api.ts',
    files: [
      'docs/reference/openapi.json',
      'console/src/api/schema.ts',
      'src/foundation/config/metric-catalogue.json',
      'docs/metrics.md',
    ],
  },
]

/** Runs a generator; returns what it said where it failed. */
export function generate({ script }) {
  const result = spawnSync(bun, [path.join(root, script)], { cwd: root, encoding: 'utf8' })
  return result.status === 0 ? undefined : `${script} failed:\n${result.stderr}${result.stdout}`
}

if (process.argv[1] === import.meta.filename) {
  ensureInstalled({ withTools: true })
  for (const generator of generators) {
    const problem = generate(generator)
    if (problem) {
      process.stderr.write(`${problem}\n`)
      process.exitCode = 1
    } else process.stdout.write(`${generator.files.join('\n')}\n`)
  }
}
