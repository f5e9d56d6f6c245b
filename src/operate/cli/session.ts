import type { Command } from 'commander'

import { createApiClient } from './api-client.ts'
import type { ApiClient } from './api-client.ts'
import { findInstallation } from './installation.ts'
import type { Installation } from './installation.ts'
import { createTerminal } from './terminal.ts'
import type { Terminal } from './terminal.ts'

/** What a command works with. */
export interface Session {
  readonly terminal: Terminal
  readonly installation: Installation
  readonly api: ApiClient
}

export interface GlobalOptions {
  readonly json?: true
  readonly url?: string
}

export function openSession(command: Command): Session {
  const options: GlobalOptions = command.optsWithGlobals()
  const installation = findInstallation(process.env, options.url)
  return {
    terminal: createTerminal(options.json === true),
    installation,
    api: createApiClient(installation, process.env),
  }
}
