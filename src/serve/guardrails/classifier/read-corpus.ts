/** A text with what is known of it. */
export interface Example {
  readonly text: string
  readonly isAttack: boolean
  /** What it was made of: texts of one template never stand on both sides of a split. */
  readonly template: string
  readonly language: string
}

export interface CorpusFiles {
  readonly attacks: string
  readonly benign: string
  readonly slots: string
}

/** Makes examples of templates: up to `perTemplate` of each, all different. */
export function readCorpus(files: CorpusFiles, perTemplate: number, random: () => number): Example[] {
  const slots = readSlots(files.slots)
  const expand = (file: string, isAttack: boolean): Example[] => {
    let language = 'en'
    return file.split('\n').flatMap(line => {
      if (line.startsWith('## ')) language = line.split(' ')[2] ?? 'en'
      if (line.trim() === '' || line.startsWith('# ') || line.startsWith('## ')) return []
      const texts = new Set<string>()
      for (let round = 0; round < perTemplate; round += 1) {
        const text = fill(line, slots, random).replaceAll('\\n', '\n').trim()
        texts.add(vary(text, random))
      }
      return [...texts].map(text => ({ text, isAttack, template: line, language }))
    })
  }
  const benign = expand(files.benign, false)
  // attacks stand behind honest sentences too
  slots.set(
    'benign',
    benign.filter(({ language }) => language === 'en').map(({ text }) => text),
  )
  return [...expand(files.attacks, true), ...benign]
}

function readSlots(file: string): Map<string, readonly string[]> {
  const pairs = file
    .split('\n')
    .filter(line => line.includes(' = '))
    .map(line => {
      const [name = '', values = ''] = line.split(' = ', 2)
      return [name, values.split(' | ')] as const
    })
  return new Map([...pairs, ...pairs.map(([name, values]) => [capital(name), values.map(capital)] as const)])
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function oneOf(list: readonly string[], random: () => number): string {
  return list[Math.floor(random() * list.length)] ?? ''
}

const choice = /\(([^()]*\|[^()]*)\)/
const slot = /\{(\w+)\}/

/** Chooses at every `(a|b)`, the innermost first, and fills every slot that there is. */
function fill(template: string, slots: ReadonlyMap<string, readonly string[]>, random: () => number): string {
  let text = template
  for (let round = 0; round < 200; round += 1) {
    const choices = choice.exec(text)
    if (choices) {
      text = text.replace(choice, () => oneOf((choices[1] ?? '').split('|'), random))
      continue
    }
    const name = [...text.matchAll(new RegExp(slot, 'g'))]
      .map(match => match[1] ?? '')
      .find(each => slots.has(each))
    if (name === undefined) return text
    text = text.replace(`{${name}}`, () => oneOf(slots.get(name) ?? [], random))
  }
  return text
}

/** As people type: now and then in one case, without marks, or with a slip. */
function vary(text: string, random: () => number): string {
  const die = random()
  if (die < 0.12) return text.toLowerCase()
  if (die < 0.16) return text.toUpperCase()
  if (die < 0.24) return text.replace(/[.,!?]/g, '')
  if (die > 0.85) return slip(text, random)
  return text
}

function slip(text: string, random: () => number): string {
  const at = 1 + Math.floor(random() * Math.max(1, text.length - 2))
  const [one = '', other = ''] = [text[at], text[at + 1]]
  if (!/\p{L}/u.test(one) || !/\p{L}/u.test(other)) return text
  const kind = random()
  const slipped = kind < 0.4 ? other + one : kind < 0.7 ? one : one + one + other
  return text.slice(0, at) + slipped + text.slice(at + 2)
}
