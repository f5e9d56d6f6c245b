/** What runs while things are killed: commands, data and an evaluation; and training with quantization. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'

type Call = (method: string, url: string, body?: unknown) => Promise<unknown>

/**
 * Writes down who it is, looks whether an earlier one of the same stage lives, works a little and leaves a file. A dead one that nobody has
 * waited for yet still has its number, which a signal would reach, but no environment any more.
 */
const script = `
set -e
mine="$LEDGER/$SLIPWAY_IDEMPOTENCY_KEY"
if test -e "$mine" && grep -qs "SLIPWAY_IDEMPOTENCY_KEY=$SLIPWAY_IDEMPOTENCY_KEY" "/proc/$(cat "$mine")/environ"
then echo "$SLIPWAY_STAGE" >> "$LEDGER/overlaps"; fi
echo $$ > "$mine"
sleep "$WORK"
head -c 200000 /dev/urandom > outputs/bytes
`

const command = (ledger: string, work: string, inputs: object) => ({
  use: 'command',
  inputs,
  cache: false,
  retries: { most: 2 },
  with: {
    command: ['sh', 'work.sh'],
    files: { 'work.sh': script },
    environment: { LEDGER: ledger, WORK: work },
    outputs: { bytes: 'file' },
  },
})

const commands = (ledger: string, work: string): string =>
  JSON.stringify({
    pipeline: 'chaos',
    stages: {
      first: command(ledger, work, {}),
      each: { ...command(ledger, work, { bytes: 'first.bytes' }), matrix: { size: ['small', 'large'] } },
      check: { use: 'dataset-check', with: { dataset: 'questions' }, needs: ['first'], cache: false },
      evaluate: {
        use: 'evaluation',
        with: { suite: 'desk' },
        inputs: { data: 'check.dataset' },
        cache: false,
      },
      last: command(ledger, work, { bytes: 'each.bytes', report: 'evaluate.report' }),
    },
  })

/** Three steps, each run with a seed of its own, so that each leaves two versions that no other has. */
const models = (ledger: string, work: string): string =>
  JSON.stringify({
    pipeline: 'chaos-models',
    parameters: { seed: { type: 'integer' } },
    stages: {
      check: { use: 'dataset-check', with: { dataset: 'support-desk' }, cache: false },
      train: {
        use: 'training',
        inputs: { data: 'check.dataset' },
        cache: false,
        with: {
          model: 'builtin/support',
          split: 'train',
          seed: '${parameters.seed}',
          slipway: { output_model: 'chaos', steps: 3, adapter: { rank: 4 } },
        },
      },
      quantize: {
        use: 'quantize',
        inputs: { model: 'train.model', data: 'check.dataset' },
        cache: false,
        with: { to: 'Q8_0', split: 'test', examples: 8, answers: 0, keep: true },
      },
      last: command(ledger, work, { report: 'quantize.report' }),
    },
  })

/** Puts data, suite and pipelines where runs find them. */
export async function prepareChaos(call: Call, ledger: string, work: string): Promise<void> {
  const example = async (name: string): Promise<string> =>
    await readFile(path.join(import.meta.dirname, '../../examples/retrain-support', name), 'utf8')
  await call('POST', '/api/datasets', {
    name: 'questions',
    definition: 'key: id\ncolumns:\n  id: {}\n  number: {}\n  answer: { role: expected }\n',
  })
  await call('POST', '/api/datasets/questions/commits', {
    message: 'rows',
    upserts: Array.from({ length: 8 }, (_, number) => ({ id: `q${number}`, number, answer: 'yes' })),
  })
  await call('POST', '/api/datasets', { name: 'support-desk', definition: await example('dataset.yaml') })
  await call('POST', '/api/datasets/support-desk/commits', {
    message: 'tickets',
    upserts: (await example('tickets.jsonl'))
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as object),
  })
  await call('PUT', '/api/evaluation-suites', {
    text: 'suite: desk\ndataset: questions\nrequest: { prompt: "Is {{number}} one?" }\nreleases: [desk]\nevaluators: [exact]\n',
  })
  await call('PUT', '/api/pipelines', { text: commands(ledger, work) })
  await call('PUT', '/api/pipelines', { text: models(ledger, work) })
}
