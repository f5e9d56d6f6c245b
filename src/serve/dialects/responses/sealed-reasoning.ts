import { asList, asObject, asText, parseLoosely } from '../../providers/index.ts'
import type { Body } from '../client-dialect.ts'
import { invalid } from './refuse.ts'

/**
 * What a reasoning item of ours carries in `encrypted_content`: the reasoning that only the target which wrote it can
 * take back, with that target's name. Opaque to clients: `slipway.1.native.TARGET.…` holds what an upstream that speaks
 * this dialect encrypted, `slipway.1.blocks.TARGET.…` the signed blocks of one that was asked by chat.
 */
export type SealedReasoning =
  | { readonly kind: 'native'; readonly target: string; readonly content: string }
  | { readonly kind: 'blocks'; readonly target: string; readonly blocks: readonly unknown[] }

const mark = 'slipway.'
const head = `${mark}1.`

export function sealNative(target: string, content: string): string {
  return `${head}native.${encode(target)}.${content}`
}

export function sealBlocks(target: string, blocks: readonly unknown[]): string {
  return `${head}blocks.${encode(target)}.${encode(JSON.stringify(blocks))}`
}

/** `undefined` for what is not ours. Throws `invalid_request` for what claims to be and cannot be read. */
export function openSealed(sealed: string, parameter: string): SealedReasoning | undefined {
  if (!sealed.startsWith(mark)) return undefined
  const [kind, target, ...rest] = sealed.startsWith(head) ? sealed.slice(head.length).split('.') : []
  const content = rest.join('.')
  if (target !== undefined && content !== '') {
    if (kind === 'native') return { kind, target: decode(target), content }
    const blocks = kind === 'blocks' ? asList(parseLoosely(decode(content))) : undefined
    if (blocks) return { kind: 'blocks', target: decode(target), blocks }
  }
  throw invalid(
    parameter,
    `\`${parameter}\` is damaged or from another version. Send it as it came, or leave the item out.`,
  )
}

/** The target that a conversation must go to, since it holds reasoning that only that one can read; the latest counts. */
export function sealedFor(items: readonly Body[]): string | undefined {
  for (let index = items.length - 1; index >= 0; index -= 1) {
    const item = asObject(items[index])
    const content = item?.['type'] === 'reasoning' ? asText(item['encrypted_content']) : undefined
    const sealed =
      content === undefined ? undefined : openSealed(content, `input[${index}].encrypted_content`)
    // what came from the cache is bound to nobody
    if (sealed && sealed.target !== '') return sealed.target
  }
  return undefined
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url')
}

function decode(text: string): string {
  return Buffer.from(text, 'base64url').toString()
}
