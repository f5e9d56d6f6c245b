import type { CorpusSpec, SupportExample } from './corpus-spec.ts'
import { generateExample } from './generate-example.ts'

export interface CorpusRequest {
  readonly split: SupportExample['split']
  readonly count: number
  /** Where to start; two requests over disjoint ranges of indices share no example. */
  readonly from?: number
}

/**
 * The first `count` examples of a split, in the order of their indices. The same spec gives the same examples; asking for
 * more gives the same ones and then others. No combination of templates and slots is in both splits.
 */
export function generateCorpus(spec: CorpusSpec, request: CorpusRequest): SupportExample[] {
  const examples: SupportExample[] = []
  const share = request.split === 'held_out' ? spec.heldOutShare : 1 - spec.heldOutShare
  if (share <= 0)
    throw new RangeError(`The split ${request.split} is empty: heldOutShare is ${spec.heldOutShare}.`)
  for (let index = request.from ?? 0; examples.length < request.count; index += 1) {
    const example = generateExample(spec, index)
    if (example.split === request.split) examples.push(example)
  }
  return examples
}
