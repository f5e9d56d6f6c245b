import { type Command, InvalidArgumentError } from 'commander'

const windows = ['minute', 'hour', 'day', 'week', 'month']
const kinds = ['hard', 'soft']

interface Amount {
  readonly amount: number
  readonly per: string
  readonly kind: string
}

export interface LimitOptions {
  readonly requests?: readonly Amount[]
  readonly tokens?: readonly Amount[]
  readonly concurrent?: number
  readonly budget?: readonly Amount[]
}

/** Options that declare limits and budgets: `--requests 600/minute --budget 50/month --budget 20/day:soft`. */
export function limitOptions(command: Command): Command {
  return command
    .option(
      '--requests <count/window>',
      'requests in each window, as 600/minute; may come several times',
      count,
    )
    .option('--tokens <count/window>', 'tokens in each window, as 2000000/day', count)
    .option('--concurrent <count>', 'requests under way at once', value => readAmount(value, value).amount)
    .option('--budget <usd/window>', 'US dollars in each window, as 50/month, or 20/day:soft', money)
}

/** The body that the API takes; `undefined` where no option says anything. */
export function readLimits({ requests = [], tokens = [], concurrent, budget = [] }: LimitOptions) {
  const limits = [
    ...requests.map(({ amount, per }) => ({ requests: amount, per })),
    ...tokens.map(({ amount, per }) => ({ tokens: amount, per })),
    ...(concurrent === undefined ? [] : [{ concurrent }]),
  ]
  const budgets = budget.map(({ amount, per, kind }) => ({ usd: amount, per, kind }))
  return limits.length + budgets.length === 0 ? undefined : { limits, budgets }
}

function count(value: string, previous: readonly Amount[] | undefined): Amount[] {
  const [amount = '', per = '', ...rest] = value.split('/')
  if (!windows.includes(per) || rest.length > 0)
    throw new InvalidArgumentError(`Write a count and a window, as 600/minute (${windows.join(', ')}).`)
  return [...(previous ?? []), { ...readAmount(amount, value), per, kind: 'hard' }]
}

function money(value: string, previous: readonly Amount[] | undefined): Amount[] {
  const [usd = '', window = '', ...rest] = value.split('/')
  const [per = '', kind = 'hard', ...more] = window.split(':')
  const amount = usd.trim() === '' ? Number.NaN : Number(usd)
  const isUnderstood = windows.includes(per) && kinds.includes(kind) && rest.length + more.length === 0
  if (!isUnderstood || !(amount > 0))
    throw new InvalidArgumentError(
      `Write dollars and a window, as 50/month or 20/day:soft (${windows.join(', ')}).`,
    )
  return [...(previous ?? []), { amount, per, kind }]
}

function readAmount(text: string, whole: string): { readonly amount: number } {
  const amount = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isInteger(amount) && amount > 0) return { amount }
  throw new InvalidArgumentError(`"${whole}" has no whole number above 0.`)
}
