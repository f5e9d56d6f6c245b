import { createHash } from 'node:crypto'
import { type ClaimLoop, createClaimLoop, createId, Failure } from '../../../../foundation/platform/index.ts'
import { actorOf } from '../../../../govern/access/index.ts'
import type { TrainingCaller } from '../../jobs/create-job.ts'
import { findSource, fixedName } from '../../jobs/find-source.ts'
import type { Quantization, QuantizationRequest, QuantizationState } from './quantization.ts'
import type { QuantizationContext } from './quantization-context.ts'
import {
  cancelQuantization,
  claimQuantization,
  findQuantization,
  insertQuantization,
  releaseQuantizationLease,
  renewQuantizationLease,
} from './quantization-store.ts'
import { readSource } from './read-source.ts'
import { runQuantization } from './run-quantization.ts'

/** What decides a result, apart from what is asked for; each name goes on meaning the same. */
export interface QuantizationBasis {
  readonly base: { readonly name: string; readonly digest: string }
  readonly check: { readonly name: string; readonly sha256: string }
  readonly calibrate: { readonly name: string; readonly sha256: string } | undefined
}

/** Models of the registry written with fewer bits a weight, on the server. */
export interface Quantizations {
  /** Looks the request over, and reads its examples. Throws as starting it would. */
  basis(tenant: string, wanted: QuantizationRequest): Promise<QuantizationBasis>
  /** Begins it; under an id that is given, once. Throws `not_found` or `invalid_request` for what it names. */
  start(caller: TrainingCaller, wanted: QuantizationRequest, id?: string): Promise<Quantization>
  find(tenant: string | undefined, id: string): Promise<Quantization | undefined>
  /** It is so at once; what works on it ends behind it. Throws `conflict` where it has ended. */
  cancel(caller: TrainingCaller, row: Quantization): Promise<Quantization>
}

const leaseSeconds = 7
const pinKind = 'quantization'

export function createQuantizations(
  parts: Omit<QuantizationContext, 'letGo'>,
): Quantizations & { readonly worker: ClaimLoop } {
  const { database, audit, datasets } = parts
  const context: QuantizationContext = {
    ...parts,
    async letGo({ id, tenant, options }) {
      for (const source of [options.check, options.calibrate])
        if (source?.kind === 'dataset')
          await datasets.unpin({ tenant, versionId: source.versionId, kind: pinKind, subject: id })
    },
  }
  const worker = createClaimLoop({
    logger: parts.logger,
    what: 'quantization',
    idOf: (row: Quantization) => row.id,
    stateOf: (row: Quantization): QuantizationState => row.state,
    // each uses all cores
    atOnce: 1,
    leaseSeconds,
    givesUpInSilence: true,
    claim: (owner, seconds) => claimQuantization(database, owner, seconds),
    renew: (row, owner, seconds) => renewQuantizationLease(database, row.id, owner, seconds),
    release: (row, owner) => releaseQuantizationLease(database, row.id, owner),
    work: (row, claim) => runQuantization(row, claim, context),
  })

  async function findBase(tenant: string, named: string): Promise<{ name: string; digest: string }> {
    const found = await context.models.find(tenant, named)
    if (!found)
      throw new Failure('not_found', `There is no version \`${named}\` of a model.`, {
        details: { parameter: 'model' },
      })
    if (found.isGguf) return { name: found.name, digest: found.digest }
    throw new Failure(
      'invalid_request',
      `\`${found.name}\` is no GGUF, and only such a model is quantized.`,
      {
        details: { parameter: 'model' },
      },
    )
  }

  const find = async (tenant: string | undefined, id: string): Promise<Quantization | undefined> =>
    await findQuantization(database, tenant, id)

  async function again(id: string): Promise<Quantization> {
    const row = await find(undefined, id)
    if (!row) throw new Failure('not_found', `There is no quantization ${id}.`)
    return row
  }

  return {
    worker,
    find,
    async basis(tenant, wanted) {
      const digest = async (named: string, parameter: string) => {
        const source = await findSource(context, tenant, named, parameter)
        const examples = await readSource(
          context,
          tenant,
          source,
          wanted.examples,
          new AbortController().signal,
        )
        return {
          name: fixedName(source),
          sha256: createHash('sha256').update(JSON.stringify(examples)).digest('hex'),
        }
      }
      return {
        base: await findBase(tenant, wanted.model),
        check: await digest(wanted.check, 'check'),
        calibrate: wanted.calibrate === undefined ? undefined : await digest(wanted.calibrate, 'calibrate'),
      }
    },
    async start({ principal, tenant, requestId }, wanted, id = createId()) {
      const there = await find(tenant, id)
      if (there) return there
      const base = await findBase(tenant, wanted.model)
      const { model: _model, to, name, check, calibrate, ...rest } = wanted
      const options = {
        ...rest,
        check: await findSource(context, tenant, check, 'check'),
        calibrate: calibrate === undefined ? null : await findSource(context, tenant, calibrate, 'calibrate'),
      }
      for (const source of [options.check, options.calibrate])
        if (source?.kind === 'dataset')
          await datasets.pin({
            tenant,
            versionId: source.versionId,
            kind: pinKind,
            subject: id,
            why: `The quantization ${id} compares models on it.`,
          })
      await database.transaction(async transaction => {
        const made = await insertQuantization(transaction, {
          id,
          tenant,
          base: base.name,
          outputModel: name ?? base.name.slice(0, base.name.lastIndexOf('@')),
          type: to,
          options,
          author: principal.keyName,
          keyId: principal.keyId,
          createdAt: new Date(),
        })
        if (!made) return
        await audit.record(
          {
            actor: actorOf(principal),
            requestId,
            action: 'training:quantize',
            subject: `quantization:${id}`,
            tenant,
            after: { base: base.name, type: to, check, calibrate: calibrate ?? null },
          },
          transaction,
        )
      })
      worker.wake()
      return await again(id)
    },
    async cancel({ principal, requestId }, row) {
      const isCancelled = await database.transaction(async transaction => {
        if (!(await cancelQuantization(transaction, row.id))) return false
        await audit.record(
          {
            actor: actorOf(principal),
            requestId,
            action: 'training:cancel',
            subject: `quantization:${row.id}`,
            tenant: row.tenant,
            before: { state: row.state },
            after: { state: 'cancelled' },
          },
          transaction,
        )
        return true
      })
      const now = await again(row.id)
      if (!isCancelled)
        throw new Failure('conflict', `The quantization has ended already: it is ${now.state}.`)
      await context.letGo(row)
      context.metrics.quantized(row.type, 'cancelled')
      return now
    },
  }
}
