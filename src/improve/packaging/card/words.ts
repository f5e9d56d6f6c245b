import type { ModelVersion } from '../../registry/index.ts'

/** A number as people read it: four significant digits. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(4)))
}

/** ISO 639, as the front matter of a card has it. */
export function isLanguage(text: string): boolean {
  return /^[a-z]{2,3}$/.test(text)
}

export function titleOf({ model, number, facts }: ModelVersion): string {
  return facts.name === undefined || facts.name === model
    ? `${model}, version ${number}`
    : `${facts.name} (${model}, version ${number})`
}
