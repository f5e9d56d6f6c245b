import { stringify } from 'yaml'
import type { ModelVersion } from '../../registry/index.ts'
import type { VersionEvidence } from '../evidence.ts'
import { figure, isLanguage, titleOf } from './words.ts'

export const cardName = 'README.md'
export const cardType = 'text/markdown'

/**
 * The card of a version as Hugging Face has it: YAML, with results as `model-index`, and Markdown. It holds the version's own
 * description as it was written, and otherwise only what our tables and the headers of the files say; what is not known is said to be so. The same
 * evidence gives the same text.
 */
export function writeCard(evidence: VersionEvidence): string {
  const { version } = evidence
  const head = stringify(frontMatter(evidence), { lineWidth: 0 })
  const parts = [
    `# ${titleOf(version)}`,
    version.description.trim() === ''
      ? '_Nobody has written a description of this version._'
      : version.description.trim(),
    '## Model',
    table([
      ['Format', version.format],
      ['Architecture', version.facts.architecture],
      ['Parameters', version.facts.parameters?.toLocaleString('en')],
      ['Numbers of weights', version.facts.quantization],
      [
        'Context',
        version.facts.contextLength && `${version.facts.contextLength.toLocaleString('en')} tokens`,
      ],
      ['License', version.facts.license],
      ['Made', `${version.createdAt.toISOString()} by ${version.author}`],
      ['Digest', `\`${version.digest}\``],
    ]),
    '## Where it comes from',
    ...origin(evidence),
    '## Training',
    ...training(evidence),
    '## Results',
    ...results(evidence),
    ...quantization(evidence),
    '## Files',
    files(version),
  ]
  return `---\n${head}---\n\n${parts.join('\n\n')}\n`
}

function frontMatter({ version, evaluations, bases }: VersionEvidence): Record<string, unknown> {
  const { facts, lineage, tags } = version
  const languages = (tags['language'] ?? '')
    .split(',')
    .map(language => language.trim())
    .filter(isLanguage)
  const datasets = [...new Set(lineage.datasets.map(({ name }) => name))]
  const base = bases[0] ? `${bases[0].model}@${bases[0].version}` : baseOf(version)
  const names = [...new Set(evaluations.flatMap(({ scores }) => scores.map(({ evaluator }) => evaluator)))]
  return {
    license: facts.license?.toLowerCase() ?? 'unknown',
    ...(languages.length > 0 && { language: languages }),
    ...(base !== undefined && { base_model: base }),
    ...(bases[0] && { base_model_relation: bases[0].role === 'quantized' ? 'quantized' : 'finetune' }),
    ...(datasets.length > 0 && { datasets }),
    ...(names.length > 0 && { metrics: names }),
    ...(tags['task'] !== undefined && { pipeline_tag: tags['task'] }),
    ...(version.format === 'gguf' && { library_name: 'gguf' }),
    'model-index': [{ name: titleOf(version), results: modelIndex(version, evaluations) }],
    // which version this is of: what verifies a card asks it
    slipway: { model: version.model, version: version.number, digest: version.digest },
  }
}

/** One result for each run and release: https://huggingface.co/docs/hub/model-cards#evaluation-results */
function modelIndex(version: ModelVersion, evaluations: VersionEvidence['evaluations']): unknown[] {
  return evaluations.flatMap(run => {
    const releases = [...new Set(run.scores.map(({ release }) => release))]
    return releases.map(release => ({
      task: { type: version.tags['task'] ?? 'text-generation' },
      dataset: {
        name: run.dataset.name,
        type: run.dataset.name,
        revision: run.dataset.version,
        ...(run.dataset.split !== null && { split: run.dataset.split }),
      },
      metrics: run.scores
        .filter(score => score.release === release)
        .map(({ evaluator, measure, value, low, high, confidence, examples }) => ({
          type: evaluator,
          name: measure === 'pass_rate' ? `${evaluator} (share that passes)` : evaluator,
          value,
          args: { low, high, confidence, examples },
        })),
      source: { name: `Slipway evaluation ${run.id} of ${run.suite}, release ${release}` },
    }))
  })
}

function* origin({ version, bases }: VersionEvidence): Generator<string> {
  const { lineage, source } = version
  const base = baseOf(version)
  if (bases.length > 0)
    yield bases
      .map(
        ({ role, model, version: number, digest }) =>
          `- ${role}: \`${model}@${number}\`${digest === undefined ? ', which was deleted' : `, digest \`${digest}\``}`,
      )
      .join('\n')
  else yield base === undefined ? 'Its base model is unknown.' : `It began with \`${base}\`.`
  if (lineage.datasets.length > 0)
    yield lineage.datasets
      .map(
        ({ role, name, number, version: id, split }) =>
          `- ${role}: \`${name}${number === undefined ? '' : `@${number}`}${split === undefined ? '' : `:${split}`}\`, version \`${id}\``,
      )
      .join('\n')
  else yield 'What it was trained on is unknown.'
  yield `It came here by: ${source.kind}.`
}

function* training({ training: jobs, version }: VersionEvidence): Generator<string> {
  if (jobs.length === 0) yield 'How it was trained is unknown.'
  for (const job of jobs) {
    const settings = Object.entries(job.hyperparameters).filter(([, value]) => value !== null)
    yield table([
      ['Job', `\`${job.id}\` (${job.state})`],
      ['Trainer', `${job.trainer}, ${job.method}`],
      ['Began with', `\`${job.base}\``],
      ['Seed', String(job.seed)],
      ...job.data.map(
        ({ use, name, examples, sha256 }) =>
          [
            use === 'training' ? 'Trained on' : 'Measured on',
            `\`${name}\`${examples === undefined ? '' : `, ${examples.toLocaleString('en')} examples`}${sha256 === undefined ? '' : `, SHA-256 \`${sha256}\``}`,
          ] as const,
      ),
      ['Settings', settings.map(([name, value]) => `${name} ${String(value)}`).join(', ')],
      ['Steps', job.steps?.toLocaleString('en')],
      ['Tokens seen', job.tokensSeen.toLocaleString('en')],
      ['Training loss', job.trainingLoss === undefined ? undefined : figure(job.trainingLoss)],
      ['Validation loss', job.validationLoss === undefined ? undefined : figure(job.validationLoss)],
    ])
  }
  const metrics = Object.entries(version.metrics)
  if (metrics.length > 0)
    yield table([['Metric', 'Value'], ...metrics.map(([name, value]) => [name, figure(value)] as const)])
}

function* results({ evaluations }: VersionEvidence): Generator<string> {
  if (evaluations.length === 0) yield 'No evaluation of this version is known.'
  for (const run of evaluations) {
    const data = `\`${run.dataset.name}@${run.dataset.number}${run.dataset.split === null ? '' : `:${run.dataset.split}`}\``
    yield `Suite \`${run.suite}\` on ${data}, run \`${run.id}\`: ${run.verdict ?? run.state}. ${run.isMeasured ? 'An engine answered that had this very version all the time.' : 'Whether this very version answered is unknown.'}`
    if (run.scores.length === 0) yield 'It has no scores.'
    else
      yield [
        '| Release | Evaluator | Measure | Value | Interval | Examples |',
        '|---|---|---|---|---|---|',
        ...run.scores.map(
          ({ release, evaluator, measure, value, low, high, confidence, examples }) =>
            `| ${release} | ${evaluator} | ${measure === 'pass_rate' ? 'share that passes' : 'mean'} | ${figure(value)} | ${figure(low)} to ${figure(high)} (${Math.round(confidence * 100)} %) | ${examples} |`,
        ),
      ].join('\n')
  }
}

function* quantization({ quantization: report }: VersionEvidence): Generator<string> {
  if (!report) return
  yield '## What fewer bits cost'
  const span = (change: { low: number; high: number } | undefined): string =>
    change ? ` (${figure(change.low)} to ${figure(change.high)})` : ''
  yield table([
    ['Type', report.type],
    ['From', `\`${report.original.sha256}\`, ${figure(report.original.bitsPerWeight)} bits a weight`],
    ['To', `\`${report.result.sha256}\`, ${figure(report.result.bitsPerWeight)} bits a weight`],
    [
      'Perplexity',
      `${figure(report.perplexity.before)} → ${figure(report.perplexity.after)}; rise${span(report.perplexity.rise)}`,
    ],
    [
      'Right answers',
      report.answers &&
        `${figure(report.answers.before)} → ${figure(report.answers.after)}; drop${span(report.answers.drop)}`,
    ],
    ['Gate', report.outcome],
  ])
}

function files({ manifest }: ModelVersion): string {
  return [
    '| File | Bytes | SHA-256 |',
    '|---|---|---|',
    ...manifest.files.map(({ path, bytes, sha256 }) => `| ${cell(path)} | ${bytes} | \`${sha256}\` |`),
  ].join('\n')
}

function table(rows: readonly (readonly [string, string | number | false | undefined])[]): string {
  return [
    '| | |',
    '|---|---|',
    ...rows.map(
      ([name, value]) =>
        `| ${cell(name)} | ${cell(value === undefined || value === '' || value === false ? 'unknown' : String(value))} |`,
    ),
  ].join('\n')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ')
}

/** The base model that the source of a version names. */
function baseOf({ source }: ModelVersion): string | undefined {
  const base = source['base']
  return typeof base === 'string' && base !== '' ? base : undefined
}
