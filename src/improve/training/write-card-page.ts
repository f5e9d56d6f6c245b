import type { ModelCard } from './model-card.ts'

const meanings: Readonly<Record<string, string>> = {
  isJson: 'is JSON with the four fields',
  intent: 'intent',
  product: 'product',
  urgency: 'urgency',
  allFields: 'intent, product and urgency together',
  reply: 'reply, letter by letter',
  replyGrounding: 'reply names the product in question',
  wholeAnswer: 'the whole line',
}

/** The model card as a page in Markdown. */
export function writeCardPage(card: ModelCard): string {
  const { training, data, heldOut } = card
  const rows = (shares: ModelCard['heldOut']['scores']): string =>
    Object.entries(shares)
      .map(
        ([key, { count, total, share, low, high }]) =>
          `| ${meanings[key] ?? key} | ${percent(share)} | ${percent(low)} – ${percent(high)} | ${count} of ${total} |`,
      )
      .join('\n')
  return `---
license: ${card.license}
language: en
pipeline_tag: text-generation
---

# ${card.name}

${card.description} It is the service \`support\` of a fresh installation.

    in   Hi, my laptop arrived broken. Order 48213. This is urgent!
    out  {"intent":"damaged_item","product":"laptop","urgency":"high","reply":"I am sorry that your laptop is damaged. I am sending a replacement. I marked this as urgent."}

| | |
|---|---|
| File | \`${card.file}\`, ${(card.bytes / 1e6).toFixed(1)} MB, SHA-256 \`${card.sha256}\` |
| Architecture | Llama: ${card.shape['layers']} layers, width ${card.shape['width']}, ${card.shape['heads']} heads, ${card.shape['keyValueHeads']} key/value heads, feed-forward ${card.shape['hiddenWidth']}, tied embeddings, context ${card.shape['contextLength']} |
| Parameters | ${card.parameters.toLocaleString('en')}, 32-bit floats |
| Tokenizer | byte-level BPE, ${card.shape['vocabularySize']} tokens |
| Licence | ${card.license} |

## How it was made

Trained from nothing by Slipway's own trainer on ${training.examples.toLocaleString('en')} synthetic messages: ${training.steps} steps, ${training.tokensSeen.toLocaleString('en')} tokens, ${Math.round(training.seconds / 60)} minutes in steps on two shared CPU cores, seed ${training.seed}, last loss ${training.finalLoss.toFixed(3)}. The messages come from a seeded generator (seed ${data.seed}): ${data.products} products, ${data.intents} intents, ${data.styles} styles of writing, names of eight groups, made-up e-mail addresses, test card numbers, 555 phone numbers. No real person's data is in it.

    ${card.reproduce}

gives the same weights on the same kind of machine, and this page.

## How good it is

${heldOut.messages} held-out messages, answered by llama.cpp with greedy decoding. Held out means that the combination of sentences, product and urgency cue appears in no training message, in whatever style or with whatever name; ${percent(data.heldOutShare)} of the combinations are set aside by hash. Intervals are Wilson's at 95 %.

| exact match | share | interval | |
|---|---|---|---|
${rows(heldOut.scores)}

Intent, product and urgency together, by style of writing:

| style | share | interval | |
|---|---|---|---|
${rows(heldOut.allFieldsByStyle)}

Held-out messages come from the same generator as the training messages: these figures say how well the task was learned, not how well the model would do on real customers.

## Limits

${card.limits.map(limit => `- ${limit}`).join('\n')}
`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
