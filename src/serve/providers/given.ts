import { asObject, type JsonObject } from './loose-json.ts'

/** Clients send `null` for what they leave out. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}

/** The fields that have a value. */
export function given(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => isGiven(value)))
}

export function isEmptyObject(value: unknown): boolean {
  return Object.keys(asObject(value) ?? { given: true }).length === 0
}

/** OpenAI's parameters that no other API has, with the values that ask for nothing and so may pass. */
export const harmlessEverywhere = {
  logit_bias: isEmptyObject,
  modalities: value => Array.isArray(value) && value.length === 1 && value[0] === 'text',
  store: value => value === false,
} as const satisfies Readonly<Record<string, (value: unknown) => boolean>>
