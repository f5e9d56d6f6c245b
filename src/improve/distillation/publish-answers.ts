import { open } from 'node:fs/promises'
import path from 'node:path'
import type { Row } from '../datasets/index.ts'
import { answerColumns, answersDefinition } from './answers-dataset.ts'
import type { LabelContext, Labelling, LabelParts, Provenance } from './labelling.ts'

/** Publishes answers as the whole of a dataset, which is made where it is new; the id of the version. The same answers make the same version. */
export async function publishAnswers(
  { datasets }: Pick<LabelParts, 'datasets'>,
  { output, teacher }: Pick<Labelling, 'output' | 'teacher'>,
  { caller, version, signal, progress }: Pick<LabelContext, 'caller' | 'version' | 'signal' | 'progress'>,
  answers: { readonly rows: readonly Row[]; readonly provenance: Provenance; readonly batch: string },
): Promise<string> {
  const { rows, provenance, batch } = answers
  progress(0.9, 'publishes the answers')
  return await datasets.withFolder(async folder => {
    const file = path.join(folder, 'answers.jsonl')
    const handle = await open(file, 'wx', 0o600)
    try {
      for (const row of rows) await handle.write(`${JSON.stringify(row)}\n`)
    } finally {
      await handle.close()
    }
    const imported = await datasets.runTask(
      'import-file',
      {
        file,
        name: 'answers.jsonl',
        format: 'jsonl',
        declared: answerColumns,
        folder: path.join(folder, 'rows'),
      },
      { signal },
    )
    if (!(await datasets.find(caller.tenant, output)))
      await datasets.define(caller, output, answersDefinition)
    const { version: made } = await datasets.replace({
      caller: caller,
      dataset: output,
      message: `${rows.length} answers of ${teacher}`,
      source: {
        kind: 'derived',
        of: version.version.id,
        by: 'teacher-answers',
        parameters: { ...provenance, batch },
      },
      staged: { file: imported.file, columns: imported.columns },
      mode: 'all',
      signal,
    })
    return made.id
  })
}
