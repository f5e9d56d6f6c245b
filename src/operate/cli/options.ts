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
