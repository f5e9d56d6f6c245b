import { createWriteStream } from 'node:fs'
import { once } from 'node:events'

const words =
  'the a customer order refund please account number wrong parcel arrived late thank you help with my invoice payment card address street delivery tomorrow cancel subscription password reset login error cannot open page screen phone battery charger broken return policy days money back guarantee support agent chat email confirm booking flight hotel train ticket seat'.split(
    ' ',
  )

function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/**
 * Writes seeded rows of about 1 kB: a conversation, a label, numbers, a time. `changed` of them, picked at random, have another
 * answer and label than without it; `onlyChanged` writes those alone.
 */
export async function generateRows(
  file: string,
  options: {
    readonly rows: number
    readonly seed?: number
    readonly changed?: number
    readonly onlyChanged?: boolean
  },
): Promise<void> {
  const { rows, seed = 42, changed = 0, onlyChanged = false } = options
  const stream = createWriteStream(file)
  const pick = randomFrom(seed + 1)
  let lines: string[] = []
  for (let index = 0; index < rows; index += 1) {
    // each row has a source of its own, so that one that changes moves no other
    const random = randomFrom(Math.imul(index + 1, 2_654_435_761) ^ seed)
    const text = (count: number): string =>
      Array.from({ length: count }, () => words[Math.floor(random() * words.length)]).join(' ')
    const isChanged = pick() < changed
    if (onlyChanged && !isChanged) continue
    const question = text(60)
    const answer = text(60)
    const label = ['refund', 'delivery', 'login', 'other'][Math.floor(random() * 4)]
    const row = {
      id: `ex-${String(index).padStart(7, '0')}`,
      messages: [
        { role: 'system', content: 'You answer customers.' },
        { role: 'user', content: `${question} ${index}` },
        { role: 'assistant', content: isChanged ? `${answer} changed` : answer },
      ],
      label: isChanged ? 'other' : label,
      language: ['en', 'de', 'fr'][Math.floor(random() * 3)],
      score: Math.round(random() * 1e4) / 1e4,
      tokens: Math.floor(random() * 400),
      annotator: `a${Math.floor(random() * 20)}`,
      created_at: new Date(1.7e12 + index * 1_000).toISOString(),
      is_gold: random() < 0.1,
    }
    lines.push(JSON.stringify(row))
    if (lines.length === 4_000) {
      if (!stream.write(`${lines.join('\n')}\n`)) await once(stream, 'drain')
      lines = []
    }
  }
  if (lines.length > 0) stream.write(`${lines.join('\n')}\n`)
  stream.end()
  await once(stream, 'finish')
}
