import { isAlias, isCollection, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import type { Document, Node, Pair, Scalar, YAMLError } from 'yaml'

import type { DataPath } from './problem.ts'

export interface Position {
  readonly line: number
  readonly column: number
}

export interface YamlFault {
  readonly position: Position
  readonly message: string
  readonly mend: string
  /** Whether the data can still be read, so that the rest of the file is worth checking. */
  readonly isReadable: boolean
}

/** A YAML text whose data still knows where each part was written. */
export interface YamlSource {
  readonly data: unknown
  readonly faults: readonly YamlFault[]
  /** The place of a path, or of the nearest part of it that is there. */
  positionOf(path: DataPath, at: 'key' | 'value'): Position
}

export function readYaml(text: string): YamlSource {
  const lines = new LineCounter()
  // Keys stay text: a release named `1.0` must not become the number 1.
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    // looked for below: the library compares every key with every other
    uniqueKeys: false,
  })
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(Math.min(offset, text.length))
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  // One slip often breaks several rules at the same place.
  const first = new Map(document.errors.toReversed().map(error => [error.pos[0], error]))
  const faults = [...first.values()].toReversed().map(error => describe(error, positionAt))
  for (const key of findRepeatedKeys(document.contents)) faults.push(describeRepeated(key, positionAt))
  let data: unknown
  if (faults.every(fault => fault.isReadable)) {
    try {
      data = document.toJS({ maxAliasCount: 1_000 })
    } catch (error) {
      faults.push({
        position: { line: 1, column: 1 },
        message: `The aliases (\`*name\`) cannot be resolved: ${error instanceof Error ? error.message : String(error)}.`,
        mend: 'Write the values out instead.',
        isReadable: false,
      })
    }
  }
  return { data, faults, positionOf: (path, at) => positionAt(offsetOf(document, path, at)) }
}

function describe(error: YAMLError, positionAt: (offset: number) => Position): YamlFault {
  const message = error.message.replace(/\.?$/, '.')
  return {
    position: positionAt(error.pos[0]),
    message: `Not valid YAML: ${message}`,
    mend: mends[error.code] ?? 'Check quotes, brackets and indentation here.',
    isReadable: false,
  }
}

function* findRepeatedKeys(node: unknown): Generator<Scalar> {
  if (isSeq(node)) for (const item of node.items) yield* findRepeatedKeys(item)
  if (!isMap(node)) return
  const seen = new Set<string>()
  for (const { key, value } of node.items) {
    if (isScalar(key)) {
      if (seen.has(String(key.value))) yield key
      seen.add(String(key.value))
    }
    yield* findRepeatedKeys(value)
  }
}

function describeRepeated(key: Scalar, positionAt: (offset: number) => Position): YamlFault {
  return {
    position: positionAt(startOf(key) ?? 0),
    message: `The key \`${String(key.value)}\` is already declared above in the same place.`,
    mend: 'Remove one of the two, or rename it.',
    isReadable: true,
  }
}

const mends: Partial<Record<YAMLError['code'], string>> = {
  TAB_AS_INDENT: 'Indent with spaces; YAML does not allow tabs.',
  BAD_INDENT: 'Line this up with the keys that belong together.',
  MISSING_CHAR: 'Close the quote or the bracket.',
  MULTILINE_IMPLICIT_KEY: 'Is a `:` missing on this line? Put values that hold `: ` in quotes.',
  BLOCK_AS_IMPLICIT_KEY: 'Is a `:` too many on this line? Put values that hold `: ` in quotes.',
  BAD_SCALAR_START: 'Put the value in quotes.',
  MULTIPLE_DOCS: 'Keep one document in the file: remove the `---` between them.',
  BAD_ALIAS: 'Put the value in quotes where it begins with `*`, or declare the anchor before it is used.',
}

/** Walks as far as the path leads, and remembers the last key or item that it passed. */
function offsetOf(document: Document.Parsed, path: DataPath, at: 'key' | 'value'): number {
  let node: unknown = document.contents
  let offset = startOf(node) ?? 0
  let end: unknown
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.find(
        item => isScalar(item.key) && String(item.key.value) === String(part),
      )
      if (!isPair(pair)) return offset
      offset = startOf(pair.key) ?? offset
      node = pair.value
    } else if (isSeq(node) && typeof part === 'number') {
      node = node.items[part]
      offset = startOf(node) ?? offset
    } else return offset
    end = node
  }
  return at === 'value' && isInline(end) ? (startOf(end) ?? offset) : offset
}

/** A block collection begins on the next line, and an empty value nowhere: their key is the better place. */
function isInline(node: unknown): boolean {
  if (isCollection(node)) return node.flow === true
  if (isScalar(node)) return node.source !== '' || node.value !== null
  return isAlias(node)
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0]
}
