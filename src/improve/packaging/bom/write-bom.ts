import { createHash } from 'node:crypto'
import { canonicalJson } from '../../../foundation/platform/index.ts'
import type { LineageDataset } from '../../registry/index.ts'
import { titleOf } from '../card/words.ts'
import type { VersionEvidence } from '../evidence.ts'
import { licenseOf } from './license.ts'

export const bomName = 'bom.cdx.json'
export const bomType = 'application/vnd.cyclonedx+json'
/** The name of the property that holds the digest of a version. */
export const digestProperty = 'slipway:digest'

/**
 * A bill of materials of a version: CycloneDX 1.6 with a model card (https://cyclonedx.org/docs/1.6/json/). Files and their hashes are components within the
 * model; datasets and base models beside it. The same evidence gives the same text, and the serial number is of that text.
 */
export function writeBom(evidence: VersionEvidence): string {
  const { version, bases, training } = evidence
  const reference = `model:${version.digest}`
  const datasets = version.lineage.datasets.map(describeDataset)
  const models = bases.map(({ model, version: number, role, digest }) => ({
    type: 'machine-learning-model',
    'bom-ref': `base:${model}@${number}`,
    name: model,
    version: String(number),
    properties: [
      { name: 'slipway:role', value: role },
      ...(digest === undefined ? [] : [{ name: digestProperty, value: digest }]),
    ],
  }))
  const base = version.source['base']
  // a base that is not of our registry is known by its name alone
  const others =
    models.length === 0 && typeof base === 'string' && base !== ''
      ? [{ type: 'machine-learning-model', 'bom-ref': `base:${base}`, name: base }]
      : []
  const ancestors = [...models, ...others]
  const bom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      timestamp: version.createdAt.toISOString(),
      tools: { components: [{ type: 'application', name: 'Slipway' }] },
      authors: [{ name: version.author }],
      component: {
        type: 'machine-learning-model',
        'bom-ref': reference,
        name: version.model,
        version: String(version.number),
        description: version.description === '' ? titleOf(version) : version.description.slice(0, 4_000),
        ...(version.facts.license !== undefined && { licenses: [licenseOf(version.facts.license)] }),
        ...(ancestors.length > 0 && {
          pedigree: {
            ancestors: ancestors.map(({ 'bom-ref': ref, ...rest }) => ({
              ...rest,
              'bom-ref': `ancestor:${ref}`,
            })),
          },
        }),
        components: version.manifest.files.map(({ path, sha256, bytes }) => ({
          type: 'file',
          'bom-ref': `file:${path}`,
          name: path,
          hashes: [{ alg: 'SHA-256', content: sha256 }],
          properties: [{ name: 'slipway:bytes', value: String(bytes) }],
        })),
        modelCard: modelCard(evidence, reference),
        properties: [
          { name: digestProperty, value: version.digest },
          { name: 'slipway:format', value: version.format },
          ...Object.entries(version.facts).flatMap(([name, value]) =>
            value === undefined ? [] : [{ name: `slipway:${name}`, value: String(value) }],
          ),
          ...training.flatMap(({ id, trainer, method, seed }) => [
            { name: 'slipway:training-job', value: id },
            { name: 'slipway:trainer', value: `${trainer}, ${method}, seed ${seed}` },
          ]),
        ],
      },
    },
    components: [...datasets, ...ancestors],
    dependencies: [
      {
        ref: reference,
        dependsOn: [...datasets, ...ancestors].map(one => one['bom-ref']),
      },
      ...[...datasets, ...ancestors].map(one => ({ ref: one['bom-ref'] })),
    ],
  }
  return canonicalJson({ ...bom, serialNumber: serialOf(canonicalJson(bom)) })
}

function datasetReference({ version, role, split }: LineageDataset): string {
  return `data:${version}:${role}${split === undefined ? '' : `:${split}`}`
}

function describeDataset(dataset: LineageDataset) {
  const { name, version, number, role, split } = dataset
  return {
    type: 'data',
    'bom-ref': datasetReference(dataset),
    name,
    ...(number !== undefined && { version: String(number) }),
    // a version of a dataset is named by the SHA-256 of its manifest
    ...(/^[0-9a-f]{64}$/.test(version) && { hashes: [{ alg: 'SHA-256', content: version }] }),
    data: [{ type: 'dataset', name, ...(split !== undefined && { description: `The split ${split}.` }) }],
    properties: [{ name: 'slipway:role', value: role }],
  }
}

function modelCard({ version, evaluations, quantization, training }: VersionEvidence, reference: string) {
  const { facts, lineage } = version
  const metrics = evaluations.flatMap(run =>
    run.scores.map(({ release, evaluator, measure, value, low, high }) => ({
      type: measure === 'pass_rate' ? `${evaluator} (share that passes)` : evaluator,
      value: String(value),
      slice: `${run.dataset.name}@${run.dataset.number}${run.dataset.split === null ? '' : `:${run.dataset.split}`}, ${release}, run ${run.id}`,
      confidenceInterval: { lowerBound: String(low), upperBound: String(high) },
    })),
  )
  const measured = Object.entries(version.metrics).map(([type, value]) => ({ type, value: String(value) }))
  const cost = quantization
    ? [
        {
          type: 'perplexity before quantization',
          value: String(quantization.perplexity.before),
        },
        {
          type: `perplexity as ${quantization.type}`,
          value: String(quantization.perplexity.after),
        },
      ]
    : []
  return {
    'bom-ref': `card:${reference}`,
    modelParameters: {
      ...(training.length > 0 && { approach: { type: 'supervised' } }),
      ...(version.tags['task'] !== undefined && { task: version.tags['task'] }),
      ...(facts.architecture !== undefined && { modelArchitecture: facts.architecture }),
      ...(lineage.datasets.length > 0 && {
        datasets: lineage.datasets.map(dataset => ({ ref: datasetReference(dataset) })),
      }),
    },
    ...(metrics.length + measured.length + cost.length > 0 && {
      quantitativeAnalysis: { performanceMetrics: [...metrics, ...measured, ...cost] },
    }),
  }
}

/** A UUID (version 8: of a hash) of the text. */
function serialOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
