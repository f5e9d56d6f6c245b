import { readFile } from 'node:fs/promises'
import { z } from 'zod'

import type { Session } from '../session.ts'
import { checkConfiguration } from './check-configuration.ts'
import { checkDataFolder } from './check-data-folder.ts'
import { checkDatabase } from './check-database.ts'
import { checkEngines } from './check-engines.ts'
import { checkEnvironment } from './check-environment.ts'
import { checkPort } from './check-port.ts'
import { checkRuntime } from './check-runtime.ts'
import { checkServer } from './check-server.ts'
import type { DoctorFinding } from './finding.ts'

/** Cheap things first. What a running server holds is asked of it, and not tried a second time beside it. */
export async function* examine({ api, installation }: Session): AsyncGenerator<DoctorFinding> {
  yield* await checkRuntime(await bunWanted())
  const { findings, environment } = checkEnvironment(process.env)
  yield* findings
  if (environment === undefined) return

  const port = await checkPort(environment.host, environment.port)
  yield port.finding
  const folder = await checkDataFolder(environment.dataDirectory)
  yield* folder.findings
  const configuration = await checkConfiguration({
    file: environment.configFile,
    environment: process.env,
    isDefaultPlace: installation.isDefaultConfig,
  })
  yield* configuration.findings

  if (port.isServing) yield* await checkServer(api)
  yield* checkEngines(configuration.snapshot, port.isServing)
  const isDatabaseTaken = folder.isInUse || port.isServing
  if (environment.databaseUrl !== undefined || !isDatabaseTaken)
    yield await checkDatabase(environment.databaseUrl)
}

async function bunWanted(): Promise<string> {
  const file = new URL('../../../../package.json', import.meta.url)
  const shape = z.object({ dependencies: z.object({ bun: z.string() }) })
  return shape.parse(JSON.parse(await readFile(file, 'utf8'))).dependencies.bun
}
