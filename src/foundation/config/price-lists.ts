import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { explainIssues } from './explain-issues.ts'
import type { PriceFigures } from './price.ts'
import { type ConfigProblem, formatPath } from './problem.ts'
import { priceFigures, saysWhatItCosts } from './schema/price.ts'
import { readYaml } from './yaml-source.ts'

/**
 * The price lists that ship with Slipway, one file a provider: each row with the page that it was read on and the day.
 * They are read when a configuration names them, and never fetched.
 */
export const priceListFolder = path.join(import.meta.dirname, '../../../prices')

const row = z
  .strictObject({
    models: z.array(z.string().min(1)).min(1),
    from: z.iso.date(),
    read: z.iso.date(),
    source: z.url({ protocol: /^https$/ }),
    ...priceFigures,
  })
  .refine(saysWhatItCosts, 'A row says `usdPerMillionTokens`, `usdPerThousandUnits` or both.')
const head = z.looseObject({ kinds: z.array(z.string().min(1)).min(1), prices: z.array(z.unknown()) })

export interface ListedPrice {
  /** The kinds of provider that it holds for. */
  readonly kinds: readonly string[]
  readonly models: readonly string[]
  readonly figures: PriceFigures
  /** The day on which somebody read it at its source. */
  readonly read: string
}

export interface PriceList {
  readonly prices: readonly ListedPrice[]
  /** The rows that are left out, and why; the others hold all the same. */
  readonly problems: readonly ConfigProblem[]
}

/** Reads a list row by row, so that a bad one takes no other with it. */
export function parsePriceList(text: string, file: string): PriceList {
  const source = readYaml(text)
  const at = (where: readonly (string | number)[], message: string, mend: string): ConfigProblem => ({
    file,
    ...source.positionOf(where, 'key'),
    path: formatPath(where),
    message,
    mend,
  })
  const faults = source.faults.map(({ position, message, mend }) => ({
    file,
    ...position,
    path: '',
    message,
    mend,
  }))
  const list = head.safeParse(source.data)
  if (!list.success) {
    const mend = 'Write `kinds: [openai]` and `prices:` with a list of rows.'
    return { prices: [], problems: [...faults, at([], 'This is not a price list.', mend)] }
  }
  const prices: ListedPrice[] = []
  const problems: ConfigProblem[] = [...faults]
  for (const [index, value] of list.data.prices.entries()) {
    const parsed = row.safeParse(value)
    if (parsed.success) {
      const { models, read, ...figures } = parsed.data
      prices.push({ kinds: list.data.kinds, models, figures, read })
      continue
    }
    const issues = parsed.error.issues.map(issue => ({ ...issue, path: ['prices', index, ...issue.path] }))
    for (const { path: where, at: side, message, mend } of explainIssues(issues, source.data))
      problems.push({ file, ...source.positionOf(where, side), path: formatPath(where), message, mend })
  }
  return { prices, problems }
}

const loaded = new Map<string, PriceList>()

/** A shipped list; read from the disk once. Throws where there is none of that name. */
export function loadPriceList(name: string): PriceList {
  const known = loaded.get(name)
  if (known) return known
  if (!priceListNames().includes(name)) throw new RangeError(`there is no price list ${name}`)
  const file = path.join(priceListFolder, `${name}.yaml`)
  const list = parsePriceList(readFileSync(file, 'utf8'), `prices/${name}.yaml`)
  loaded.set(name, list)
  return list
}

export function listedPrices(name: string): readonly ListedPrice[] {
  return loadPriceList(name).prices
}

export function priceListNames(): string[] {
  return readdirSync(priceListFolder)
    .filter(file => file.endsWith('.yaml'))
    .map(file => file.slice(0, -'.yaml'.length))
    .toSorted()
}
