/** What may happen that pipelines listen for, and what each tells. */
const factTypes = ['string', 'int', 'double', 'bool'] as const
export type FactType = (typeof factTypes)[number]

/** Facts by name, with their types as CEL has them. */
export type FactTypes = Readonly<Record<string, FactType>>

const rollout = {
  rollout: 'string',
  service: 'string',
  baseline: 'string',
  candidate: 'string',
  reason: 'string',
} as const

/** Every fact is there in every event: what there was none of is an empty text or 0. */
export const eventKinds = {
  'dataset.published': {
    description: 'A branch of a dataset has a new version.',
    facts: {
      dataset: 'string',
      branch: 'string',
      version: 'string',
      number: 'int',
      rows: 'int',
      added: 'int',
      changed: 'int',
      removed: 'int',
    },
  },
  'model.alias-moved': {
    description: 'An alias of a model names another version.',
    facts: {
      model: 'string',
      alias: 'string',
      number: 'int',
      previous: 'int',
      digest: 'string',
      author: 'string',
      reason: 'string',
    },
  },
  'alert.fired': {
    description: 'An alert fires.',
    facts: {
      alert: 'string',
      source: 'string',
      declaration: 'string',
      severity: 'string',
      service: 'string',
      summary: 'string',
      value: 'double',
      threshold: 'double',
    },
  },
  'monitor.alarm': {
    description: 'A monitor says that a stream has changed.',
    facts: {
      monitor: 'string',
      service: 'string',
      stream: 'string',
      since: 'string',
      summary: 'string',
      alarm: 'string',
    },
  },
  'rollout.promoted': {
    description: 'A rollout has ended with its candidate in use.',
    facts: rollout,
  },
  'rollout.rolled-back': {
    description: 'A rollout has ended with its baseline in use.',
    facts: rollout,
  },
} as const satisfies Readonly<Record<string, { readonly description: string; readonly facts: FactTypes }>>

export type EventName = keyof typeof eventKinds

type ValueOf<Type extends FactType> = Type extends 'string' ? string : Type extends 'bool' ? boolean : number

export type FactsOf<Name extends EventName> = {
  readonly [
    Fact in keyof (typeof eventKinds)[Name]['facts']
  ]: (typeof eventKinds)[Name]['facts'][Fact] extends FactType
    ? ValueOf<(typeof eventKinds)[Name]['facts'][Fact]>
    : never
}

export const eventNames = Object.keys(eventKinds) as readonly EventName[]

export function isEventName(name: string): name is EventName {
  return Object.hasOwn(eventKinds, name)
}

/** Facts as expressions read them: whole numbers are `bigint` in CEL. */
export function celFacts(
  types: FactTypes,
  facts: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(types).map(([name, type]) => {
      const value = facts[name]
      return [name, type === 'int' && typeof value === 'number' ? BigInt(Math.trunc(value)) : value]
    }),
  )
}
