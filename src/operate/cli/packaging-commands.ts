import type { Command } from 'commander'
import { signModelCommand, writeBomCommand, writeCardCommand } from './packaging/attest-model.ts'
import { loadModelCommand, packModelCommand } from './packaging/pack-model.ts'
import { signingKeysCommand } from './packaging/signing-keys.ts'
import { pullModelCommand, pushModelCommand } from './packaging/transfer-model.ts'
import { verifyModelCommand } from './packaging/verify-model.ts'

/** What is said of versions of models, and whether it is true. */
export function packagingCommands(): Command[] {
  return [
    writeCardCommand(),
    writeBomCommand(),
    signModelCommand(),
    verifyModelCommand(),
    packModelCommand(),
    loadModelCommand(),
    pushModelCommand(),
    pullModelCommand(),
    signingKeysCommand(),
  ]
}
