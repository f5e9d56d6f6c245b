/** ISO/IEC 7812-1: doubling every second digit from the right. */
export function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let index = digits.length - 1, doubled = false; index >= 0; index -= 1, doubled = !doubled) {
    const value = digits.charCodeAt(index) - 0x30
    sum += doubled ? (value > 4 ? 2 * value - 9 : 2 * value) : value
  }
  return sum % 10 === 0
}

/** NHS number: weights 10 to 2, modulo 11. */
export function isNhsNumber(digits: string): boolean {
  if (!/^\d{10}$/.test(digits)) return false
  let sum = 0
  for (let index = 0; index < 9; index += 1) sum += (digits.charCodeAt(index) - 0x30) * (10 - index)
  const check = (11 - (sum % 11)) % 11
  return check === digits.charCodeAt(9) - 0x30
}

/** US social security number: what the SSA has never given out is none. No list of well-known numbers: those are real. */
export function isSocialSecurityNumber(digits: string): boolean {
  return /^(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}$/.test(digits)
}

/** German tax id: of the first ten digits exactly one comes twice or three times. */
export function hasOneRepeatedDigit(digits: string): boolean {
  const counts = Array.from({ length: 10 }, () => 0)
  for (let index = 0; index < 10; index += 1) {
    const value = digits.charCodeAt(index) - 0x30
    counts[value] = (counts[value] ?? 0) + 1
  }
  const repeated = counts.filter(count => count > 1)
  return repeated.length === 1 && (repeated[0] ?? 0) <= 3
}

/** Singapore's NRIC and FIN. */
export function isNric(written: string): boolean {
  const weights = [2, 7, 6, 5, 4, 3, 2]
  const kind = written.charAt(0)
  let sum = kind === 'T' || kind === 'G' ? 4 : kind === 'M' ? 3 : 0
  for (const [index, weight] of weights.entries()) sum += weight * (written.charCodeAt(index + 1) - 0x30)
  const checks = kind === 'S' || kind === 'T' ? 'JZIHGFEDCBA' : kind === 'M' ? 'XWUTRQPNJLK' : 'XWUTRQPNMLK'
  return checks.charAt(sum % 11) === written.charAt(8)
}

/** Machine-readable documents (ICAO 9303): weights 7, 3, 1; letters count from 10. */
export function passesIcao(written: string): boolean {
  let sum = 0
  for (let index = 0; index < written.length - 1; index += 1) {
    sum += parseInt(written.charAt(index), 36) * ([7, 3, 1][index % 3] ?? 1)
  }
  return sum % 10 === Number(written.charAt(written.length - 1))
}

/** Polish identity card: three letters, a check digit, five digits. */
export function isPolishIdentityCard(written: string): boolean {
  const weights = [7, 3, 1, 9, 7, 3, 1, 7, 3]
  let sum = 0
  for (const [index, weight] of weights.entries()) sum += parseInt(written.charAt(index), 36) * weight
  return sum % 10 === 0
}
