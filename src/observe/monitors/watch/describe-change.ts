import type { StreamConfig } from '../../../foundation/config/index.ts'
import type { DetectorReference } from '../reference/reference.ts'

const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`
const plain = (value: number): string => Number(value.toPrecision(3)).toString()

/** What changed, in words, from the mean of the reference to the mean since the change. */
export function describeChange(
  stream: { readonly name: string; readonly config: StreamConfig },
  { direction, category, slice }: Pick<DetectorReference, 'direction' | 'category' | 'slice'>,
  { reference, mean }: { readonly reference: number; readonly mean: number },
): string {
  const where = slice ? ` for ${slice.by} ${slice.value}` : ''
  return `${sentence(stream, direction, category, reference, mean)}${where}`
}

function sentence(
  { name, config }: { readonly name: string; readonly config: StreamConfig },
  direction: 'below' | 'above',
  category: string | undefined,
  reference: number,
  mean: number,
): string {
  const shares = `from ${percent(reference)} to ${percent(mean)}`
  const share = (what: string): string => `\`${name}\`: ${what} have risen ${shares}`
  switch (config.kind) {
    case 'score':
      return `\`${name}\`: the mean score of \`${config.judge}\` has fallen from ${plain(reference)} to ${plain(mean)}`
    case 'feedback':
      return `\`${name}\`: the mean feedback has fallen from ${plain(reference)} to ${plain(mean)}`
    case 'errors':
      return share('failed inferences')
    case 'blocks':
      return share('inferences that guardrails stop or change')
    case 'refusals':
      return share('answers that refuse')
    case 'latency':
      return share(`answers slower than ${percent(config.quantile)} of the reference`)
    case 'first-token':
      return share(`streams that begin later than ${percent(config.quantile)} of the reference`)
    case 'cost':
      return share(`inferences dearer than ${percent(config.quantile)} of the reference`)
    case 'input-length':
      return `\`${name}\`: questions have become ${direction === 'above' ? 'longer' : 'shorter'} (mean rank ${shares})`
    case 'output-length':
      return `\`${name}\`: answers have become ${direction === 'above' ? 'longer' : 'shorter'} (mean rank ${shares})`
    case 'input-embedding':
      return direction === 'above'
        ? `\`${name}\`: questions are less like those of the reference (mean rank of their distance ${shares})`
        : `\`${name}\`: questions are more alike than in the reference (mean rank of their distance ${shares})`
    case 'input-vocabulary':
      return share('words that the reference does not know')
    case 'input-language':
      return share(`questions in ${category === 'others' ? 'other languages' : `\`${category}\``}`)
    case 'input-topic':
      return share(`questions about \`${category}\``)
    case 'output-format':
      return share(`answers in the form \`${category}\``)
  }
}
