import { z } from 'zod'

import type { DataPath } from './problem.ts'
import { configSchema } from './schema/index.ts'

/** A piece of JSON Schema, as far as explanations and editors need it. */
export interface SchemaNode {
  readonly type?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly additionalProperties?: SchemaNode | boolean
  readonly required?: readonly string[]
  readonly items?: SchemaNode
  readonly anyOf?: readonly SchemaNode[]
}

/** The configuration file's schema in JSON Schema draft 2020-12, for editors. */
export function configJsonSchema(): SchemaNode & Record<string, unknown> {
  return {
    $id: 'slipway.schema.json',
    title: 'slipway.yaml',
    ...z.toJSONSchema(configSchema, { io: 'input', target: 'draft-2020-12' }),
  } as SchemaNode & Record<string, unknown>
}

export interface Outline {
  readonly description: string | undefined
  /** The keys that an object may have here, in any of its forms; empty where names are free. */
  readonly keys: readonly string[]
  /** Whether text is one of the forms. */
  readonly isTextAllowed: boolean
}

/** What a schema says about a place. */
export type OutlineAt = (path: DataPath) => Outline

/** Made only when something there has to be explained. */
export function outlineOf(makeSchema: () => SchemaNode): OutlineAt {
  let cached: SchemaNode | undefined
  return path => {
    cached ??= makeSchema()
    let described = cached.description
    let forms = formsOf(cached)
    for (const part of path) {
      const next = forms.flatMap(form => {
        if (typeof part === 'number') return form.items ?? []
        if (form.properties !== undefined && Object.hasOwn(form.properties, part))
          return form.properties[part] ?? []
        return typeof form.additionalProperties === 'object' ? form.additionalProperties : []
      })
      described = next.find(node => node.description !== undefined)?.description
      forms = next.flatMap(formsOf)
    }
    return {
      description: described,
      keys: forms.flatMap(form => Object.keys(form.properties ?? {})),
      isTextAllowed: forms.some(form => form.type === 'string'),
    }
  }
}

/** Of `slipway.yaml`. */
export const configOutline: OutlineAt = outlineOf(configJsonSchema)

function formsOf(node: SchemaNode): SchemaNode[] {
  return node.anyOf === undefined ? [node] : node.anyOf.flatMap(formsOf)
}
