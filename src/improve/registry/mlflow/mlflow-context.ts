import { z } from 'zod'
import { Failure } from '../../../foundation/platform/index.ts'
import type { TransferFolder } from '../../datasets/index.ts'
import type { ModelRegistry, RegistryCaller } from '../registry.ts'
import type { RegistryContext } from '../registry-context.ts'

/** What the calls of MLflow's API stand on. */
export interface MlflowContext {
  readonly context: RegistryContext
  readonly registry: ModelRegistry
  readonly uploads: TransferFolder
  readonly mostUploadBytes: () => number
}

/** One call: who calls, and what its body or its query says. */
export interface MlflowCall extends MlflowContext {
  readonly caller: RegistryCaller
  /** Of the path: the id of a logged model, the key of a tag. */
  readonly path: readonly string[]
}

export interface MlflowEndpoint {
  readonly permission: 'model:read' | 'model:write' | 'model:approve'
  /** What is answered as JSON. */
  readonly handle: (call: MlflowCall, given: unknown) => Promise<Readonly<Record<string, unknown>>>
}

/** Keeps the schema of a call together with what it does; what MLflow's clients send beside it is not looked at. */
export function endpoint<Shape extends z.ZodType>(
  permission: MlflowEndpoint['permission'],
  shape: Shape,
  handle: (
    call: MlflowCall,
    given: z.output<Shape>,
  ) => Promise<Readonly<Record<string, unknown>> | undefined | void>,
): MlflowEndpoint {
  return {
    permission,
    handle: async (call, given) => {
      const parsed = shape.safeParse(given)
      if (parsed.success) return (await handle(call, parsed.data)) ?? {}
      const [issue] = parsed.error.issues
      throw new Failure(
        'invalid_request',
        `Invalid value for parameter '${issue?.path.join('.') ?? ''}': ${issue?.message ?? 'it is not understood'}.`,
      )
    },
  }
}

/** Whole numbers, which protobuf's JSON writes as texts. */
export const wholeNumber = z.union([
  z.int(),
  z
    .string()
    .regex(/^-?\d{1,15}$/)
    .transform(Number),
])
export const name = z.string().min(1).max(500)
export const keyValue = z.object({
  key: z.string().min(1).max(250),
  value: z.string().max(16_000).default(''),
})
export const keyValues = z.array(keyValue).max(1_000).default([])
export const pageSize = (usual: number, most: number) =>
  wholeNumber
    .nullish()
    .transform(value => Math.min(most, value ?? usual))
    .refine(value => value > 0, 'must be at least 1')
export const pageToken = z
  .string()
  .nullish()
  .transform(token => (token ? Number(token) : 0))
  .refine(at => Number.isSafeInteger(at) && at >= 0, 'is no token of a page')

export function toRecord(
  pairs: readonly { readonly key: string; readonly value: string }[],
): Record<string, string> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, value]))
}

export function toPairs(
  record: Readonly<Record<string, string>>,
): { readonly key: string; readonly value: string }[] {
  return Object.entries(record).map(([key, value]) => ({ key, value }))
}

/** The value of a metric as JSON can say it. */
export function toWireNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value)
}

/** A page of what was found, and where the next begins. */
export function pageOf<Item>(
  items: readonly Item[],
  from: number,
  size: number,
): { readonly page: readonly Item[]; readonly next: { readonly next_page_token?: string } } {
  const page = items.slice(from, from + size)
  return { page, next: from + size < items.length ? { next_page_token: String(from + size) } : {} }
}
