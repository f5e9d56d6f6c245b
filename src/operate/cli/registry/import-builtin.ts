import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'

import { datasetPath } from '../dataset-reference.ts'
import { datasetTaskShape } from '../dataset-wire.ts'
import { sendFile } from '../send-file.ts'
import type { Session } from '../session.ts'
import { followDatasetTask } from '../watch-dataset-task.ts'
import { modelAttachmentShape, publishedShape, versionDetailShape } from './model-wire.ts'
import { sendModelFiles } from './send-model-files.ts'

const corpusName = 'slipway-support-corpus'
const importedShape = z.looseObject({
  published: z.looseObject({ version: z.looseObject({ id: z.string(), number: z.number() }) }),
})

/**
 * Registers the built-in model of this installation with what it was made of: the corpus that its trainer learned from, made anew by
 * its generator, as a version of a dataset; its figures on held-out messages as metrics; its card as an attachment. The same again
 * changes nothing.
 */
export async function importBuiltin(
  session: Session,
  target: {
    readonly modelPath: string
    readonly tenant: string | undefined
    readonly reason: string | undefined
  },
  signal: AbortSignal,
) {
  const { api, terminal } = session
  const { tenant, modelPath } = target
  const query = { tenant }
  // the door of the domain loads much, and few commands need it
  const { builtinModelDirectory, builtinModelFile, readModelCard } =
    await import('../../../improve/training/index.ts')
  const card = await readModelCard(builtinModelDirectory())
  terminal.note(
    terminal.style.dim(`Makes its corpus of ${card.training.examples.toLocaleString('en')} examples.`),
  )
  const corpus = await publishCorpus(session, card.training.examples, tenant, signal)
  const file = builtinModelFile()
  const sent = await sendModelFiles(session, [{ path: card.file, file, bytes: card.bytes }], tenant, signal)
  const { training, data, heldOut, reproduce } = card
  const published = await api.read(`${modelPath}/versions`, publishedShape, {
    method: 'POST',
    query,
    body: {
      files: sent.files,
      description: card.description,
      lineage: { datasets: [{ reference: `${corpusName}@${corpus}` }] },
      metrics: {
        training_loss: training.finalLoss,
        ...Object.fromEntries(
          Object.entries(heldOut.scores).map(([name, { share }]) => [`held_out_${name}`, share]),
        ),
      },
      source: {
        kind: 'builtin',
        trainer: 'builtin',
        seed: training.seed,
        steps: training.steps,
        hyperparameters: training.spec,
        corpus: data,
        held_out_messages: heldOut.messages,
        reproduce,
      },
      reason: target.reason ?? 'It comes with the installation.',
    },
    signal,
  })
  const versionPath = `${modelPath}/versions/${published.version.number}`
  const { attachments } = await api.read(versionPath, versionDetailShape, { query, signal })
  for (const [kind, name] of [
    ['card', 'README.md'],
    ['card-data', 'card.json'],
  ] as const) {
    const text = await readFile(path.join(builtinModelDirectory(), name), 'utf8')
    const content = Buffer.from(
      // which version it is of is known only now
      kind === 'card'
        ? text.replace(/^---\n/, `---\nslipway:\n  digest: ${published.version.digest}\n`)
        : text,
    )
    if (attachments.some(one => one.kind === kind && one.name === name && one.bytes === content.byteLength))
      continue
    await api.read(`${versionPath}/attachments`, modelAttachmentShape, {
      method: 'POST',
      query,
      body: {
        kind,
        name,
        media_type: kind === 'card' ? 'text/markdown' : 'application/json',
        content: content.toString('base64'),
      },
      signal,
    })
  }
  return { ...published, sentBytes: sent.sentBytes }
}

/** The id of the version of the corpus. */
async function publishCorpus(
  session: Session,
  count: number,
  tenant: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  const { generateCorpus, supportCorpus, toTrainingExample } =
    await import('../../../improve/training/index.ts')
  const folder = await mkdtemp(path.join(tmpdir(), 'slipway-corpus-'))
  try {
    const file = path.join(folder, `${corpusName}.jsonl`)
    const lines = generateCorpus(supportCorpus, { split: 'train', count }).map((example, id) =>
      JSON.stringify({ id, ...toTrainingExample(example) }),
    )
    await writeFile(file, `${lines.join('\n')}\n`)
    const { api, terminal } = session
    const upload = await sendFile(api, terminal, { path: file, purpose: corpusName, tenant }, signal)
    const started = await api.read(`${datasetPath(corpusName)}/imports`, datasetTaskShape, {
      method: 'POST',
      query: { tenant },
      body: {
        upload,
        file: path.basename(file),
        format: 'jsonl',
        message: 'What the built-in model learned from, as its generator makes it.',
        mode: 'all',
        definition: 'key: id\ncolumns: { input: { role: input }, output: { role: expected } }\n',
      },
      signal,
    })
    return importedShape.parse((await followDatasetTask(session, started.id)).result).published.version.id
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
