import { type ConfigSnapshot, loadPriceList, priceListNames } from '../../foundation/config/index.ts'

/** What to write into `slipway.yaml` so that the calls of a model have a price from a day on. */
export function mendUnpriced(
  snapshot: ConfigSnapshot,
  { target, model, firstDay }: { readonly target: string; readonly model: string; readonly firstDay: string },
): string {
  const [owner, name] = splitTarget(target)
  const kind = owner === 'provider' ? snapshot.config.providers[name]?.kind : undefined
  const list = priceListNames().find(
    candidate =>
      !snapshot.config.priceLists.includes(candidate) &&
      loadPriceList(candidate).prices.some(
        ({ kinds, models }) => kind !== undefined && kinds.includes(kind) && models.includes(model),
      ),
  )
  if (list !== undefined) {
    const lists = [...snapshot.config.priceLists, list].join(', ')
    return `Write \`priceLists: [${lists}]\`: the list \`${list}\` that ships with Slipway has this model.`
  }
  const what = owner === 'provider' ? `provider: ${name}, model: ${JSON.stringify(model)}` : `engine: ${name}`
  return `Add under \`prices:\` the line \`- { ${what}, from: ${firstDay}, usdPerMillionTokens: { input: 0.00, output: 0.00 } }\`, with what it costs.`
}

function splitTarget(target: string): [owner: string, name: string] {
  const colon = target.indexOf(':')
  return [target.slice(0, colon), target.slice(colon + 1)]
}
