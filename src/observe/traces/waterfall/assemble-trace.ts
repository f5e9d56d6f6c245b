import type { TraceSpan } from './trace-span.ts'

/** A span at its place in the tree. */
export interface PlacedSpan extends TraceSpan {
  /** How many stand above it. */
  readonly depth: number
}

/**
 * All spans of a trace as one tree, read from the top: parents before what they called, siblings in the order of their
 * starts. A span whose parent is not there (not sent, not yet here, or not the caller's to see) stands at the top. Of two
 * with the same id the first is kept: what is exported from here may come back.
 */
export function assembleTrace(spans: readonly TraceSpan[]): PlacedSpan[] {
  const byId = new Map<string, TraceSpan>()
  for (const span of spans) if (!byId.has(span.id)) byId.set(span.id, span)
  const children = new Map<string | undefined, TraceSpan[]>()
  for (const span of byId.values()) {
    const parent = span.parentId !== undefined && byId.has(span.parentId) ? span.parentId : undefined
    const siblings = children.get(parent)
    if (siblings) siblings.push(span)
    else children.set(parent, [span])
  }
  for (const siblings of children.values()) siblings.sort((one, other) => one.startedAtMs - other.startedAtMs)
  const placed: PlacedSpan[] = []
  const seen = new Set<string>()
  // what goes round in a circle is reached from nowhere: its members are taken as they come
  for (const root of [...(children.get(undefined) ?? []), ...byId.values()]) {
    const open: { readonly span: TraceSpan; readonly depth: number }[] = [{ span: root, depth: 0 }]
    for (let next = open.pop(); next; next = open.pop()) {
      const { span, depth } = next
      if (seen.has(span.id)) continue
      seen.add(span.id)
      placed.push({ ...span, depth })
      for (const child of (children.get(span.id) ?? []).toReversed())
        open.push({ span: child, depth: depth + 1 })
    }
  }
  return placed
}
