import { InvalidArgumentError } from 'commander'

/** For options that may come several times, or hold a list: `--service a --service b`, `--service a,b`. */
export function collect(value: string, previous: readonly string[] | undefined): string[] {
  const names = value.split(',').map(name => name.trim())
  return [...(previous ?? []), ...names.filter(name => name !== '')]
}

export function wholeNumber(least: number, most: number): (value: string) => number {
  return value => {
    const number = Number(value)
    if (Number.isInteger(number) && number >= least && number <= most) return number
    throw new InvalidArgumentError(`Write a whole number from ${least} to ${most}.`)
  }
}

export function decimal(least: number, most: number): (value: string) => number {
  return value => {
    const number = value.trim() === '' ? Number.NaN : Number(value)
    if (number >= least && number <= most) return number
    throw new InvalidArgumentError(`Write a number from ${least} to ${most}.`)
  }
}

/** A day as 2026-03-01. */
export function wholeDay(value: string): string {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(value) : Number.NaN
  if (!Number.isNaN(time) && new Date(time).toISOString().startsWith(value)) return value
  throw new InvalidArgumentError('Write a day as 2026-03-01.')
}
