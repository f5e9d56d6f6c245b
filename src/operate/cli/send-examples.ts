import { openAsBlob } from 'node:fs'
import { access } from 'node:fs/promises'
import { basename } from 'node:path'
import type { ApiClient } from './api-client.ts'
import { CommandError } from './command-error.ts'
import { fileShape } from './wire.ts'

/** How the server names examples: a dataset or a file that it has as it is, and a file of this machine once it is sent. */
export async function sendExamples(api: ApiClient, named: string): Promise<string> {
  if (named.startsWith('dataset:') || named.startsWith('file-')) return named
  const form = new FormData()
  form.set('purpose', 'fine-tune')
  form.set('file', await openFile(named), basename(named))
  return (await api.read('/v1/files', fileShape, { method: 'POST', form })).id
}

async function openFile(file: string): Promise<Blob> {
  try {
    await access(file)
    return await openAsBlob(file)
  } catch (error) {
    throw new CommandError('not_readable', `The file ${file} cannot be read.`, {
      mend: 'Name a file of examples, one JSON object on each line, or dataset:NAME@REVISION.',
      cause: error,
    })
  }
}
