/** The objects of a cluster with their versions, who watches them, and how they are deleted. */
export interface FakeObject {
  apiVersion: string
  kind: string
  metadata: {
    name: string
    namespace: string
    uid: string
    resourceVersion: string
    creationTimestamp: string
    generation: number
    labels?: Record<string, string>
    annotations?: Record<string, string>
    finalizers?: string[]
    deletionTimestamp?: string
    deletionGracePeriodSeconds?: number
    ownerReferences?: { uid: string; kind: string; name: string; blockOwnerDeletion?: boolean }[]
  }
  // as loose as what clients send
  // oxlint-disable-next-line typescript/no-explicit-any
  spec: any
  // oxlint-disable-next-line typescript/no-explicit-any
  status?: any
  // oxlint-disable-next-line typescript/no-explicit-any
  data?: any
}

export interface FakeEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly plural: string
  readonly namespace: string
  readonly version: number
  readonly object: FakeObject
}

export type FakeObjects = ReturnType<typeof createObjects>

const foreground = 'foregroundDeletion'

export function createObjects() {
  const all = new Map<string, FakeObject>()
  let version = 1_000
  let events: FakeEvent[] = []
  const listeners = new Set<(event: FakeEvent) => void>()
  const keyOf = (plural: string, namespace: string, name: string): string => `${plural}/${namespace}/${name}`
  const pluralOf = (kind: string): string => `${kind.toLowerCase()}s`

  function tell(type: FakeEvent['type'], plural: string, object: FakeObject): void {
    version += 1
    object.metadata.resourceVersion = String(version)
    const event = {
      type,
      plural,
      namespace: object.metadata.namespace,
      version,
      object: structuredClone(object),
    }
    events.push(event)
    for (const listener of listeners) listener(event)
  }

  const get = (plural: string, namespace: string, name: string): FakeObject | undefined =>
    all.get(keyOf(plural, namespace, name))

  const list = (plural: string, namespace: string): FakeObject[] =>
    [...all].filter(([key]) => key.startsWith(`${plural}/${namespace}/`)).map(([, object]) => object)

  const dependentsOf = (uid: string): FakeObject[] =>
    [...all.values()].filter(({ metadata }) => metadata.ownerReferences?.some(owner => owner.uid === uid))

  function change(plural: string, namespace: string, name: string, edit: (object: FakeObject) => void): void {
    const object = get(plural, namespace, name)
    if (!object) return
    edit(object)
    tell('MODIFIED', plural, object)
    settle(plural, object)
  }

  /** Takes an object away once nothing holds it any more. */
  function settle(plural: string, object: FakeObject): void {
    const { metadata } = object
    if (metadata.deletionTimestamp === undefined) return
    if (metadata.finalizers?.includes(foreground)) {
      const blocking = dependentsOf(metadata.uid).filter(dependent =>
        dependent.metadata.ownerReferences?.some(
          owner => owner.uid === metadata.uid && owner.blockOwnerDeletion,
        ),
      )
      if (blocking.length > 0) return
      metadata.finalizers = metadata.finalizers.filter(one => one !== foreground)
    }
    if (plural === 'pods' && metadata.deletionGracePeriodSeconds !== 0) return
    vanish(plural, object)
  }

  function vanish(plural: string, object: FakeObject): void {
    if (!all.delete(keyOf(plural, object.metadata.namespace, object.metadata.name))) return
    tell('DELETED', plural, object)
    // the garbage collector
    for (const dependent of dependentsOf(object.metadata.uid))
      remove(pluralOf(dependent.kind), dependent.metadata.namespace, dependent.metadata.name, 'Background')
    for (const owner of object.metadata.ownerReferences ?? []) {
      const found = get(pluralOf(owner.kind), object.metadata.namespace, owner.name)
      if (found) settle(pluralOf(owner.kind), found)
    }
  }

  function remove(
    plural: string,
    namespace: string,
    name: string,
    propagation: string,
  ): FakeObject | undefined {
    const object = get(plural, namespace, name)
    if (!object) return undefined
    const isFirst = object.metadata.deletionTimestamp === undefined
    if (isFirst) object.metadata.deletionTimestamp = new Date().toISOString()
    if (plural === 'pods' && isFirst)
      object.metadata.deletionGracePeriodSeconds = object.spec.terminationGracePeriodSeconds ?? 30
    if (isFirst && propagation === 'Foreground') object.metadata.finalizers = [foreground]
    if (isFirst) tell('MODIFIED', plural, object)
    if (isFirst && propagation === 'Foreground')
      for (const dependent of dependentsOf(object.metadata.uid))
        remove(pluralOf(dependent.kind), namespace, dependent.metadata.name, 'Background')
    settle(plural, object)
    return object
  }

  return {
    get,
    list,
    change,
    remove,
    dependentsOf,
    version: () => version,
    create(plural: string, object: FakeObject): FakeObject {
      object.metadata = {
        ...object.metadata,
        uid: crypto.randomUUID(),
        creationTimestamp: new Date().toISOString(),
        generation: 1,
      }
      all.set(keyOf(plural, object.metadata.namespace, object.metadata.name), object)
      tell('ADDED', plural, object)
      return object
    },
    /** The node has ended a pod: it may go. */
    release(pod: FakeObject): void {
      pod.metadata.deletionGracePeriodSeconds = 0
      settle('pods', pod)
    },
    /** Forgets what happened: whoever watches from an older version is told that it has expired. */
    compact(): void {
      events = []
    },
    oldest: () => events[0]?.version ?? version + 1,
    since: (from: number) => events.filter(event => event.version > from),
    listen(listener: (event: FakeEvent) => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
