import { createHash } from 'node:crypto'
import { classAt, word } from '../scanning/character-classes.ts'
import type { Page } from '../scanning/page.ts'

const base58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const bech32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const longest = 110

/** Bitcoin, Litecoin, Dogecoin, Tron and Dash (Base58Check), Bitcoin and Litecoin (Bech32), Ethereum and Monero (by shape). */
export function findWallet(page: Page, at: number): void {
  const { text } = page
  let end = at
  while (end - at <= longest && (classAt(text, end) & word) !== 0) end += 1
  const written = text.slice(at, end)
  if (end - at > longest || end - at < 26) return
  const score = scoreWallet(written)
  if (score > 0) page.found('CRYPTO_WALLET', at, end, score)
}

function scoreWallet(written: string): number {
  if (/^0x[0-9a-fA-F]{40}$/.test(written)) return 0.9
  if (/^(?:bc1|ltc1|tb1)[0-9a-z]{11,87}$/i.test(written)) return passesBech32(written.toLowerCase()) ? 1 : 0
  if (/^[13LMDTXA9][1-9A-HJ-NP-Za-km-z]{25,34}$/.test(written)) return passesBase58Check(written) ? 1 : 0
  if (/^[48][0-9AB][1-9A-HJ-NP-Za-km-z]{93}$/.test(written)) return 0.8
  return 0
}

function passesBase58Check(written: string): boolean {
  let value = 0n
  for (let index = 0; index < written.length; index += 1) {
    const digit = base58.indexOf(written.charAt(index))
    if (digit < 0) return false
    value = value * 58n + BigInt(digit)
  }
  const bytes = Buffer.from(value.toString(16).padStart(50, '0'), 'hex')
  if (bytes.length !== 25) return false
  return sha256(sha256(bytes.subarray(0, 21)))
    .subarray(0, 4)
    .equals(bytes.subarray(21))
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

/** BIP 173 and BIP 350. */
function passesBech32(written: string): boolean {
  const split = written.lastIndexOf('1')
  const values: number[] = []
  for (let index = 0; index < split; index += 1) values.push(written.charCodeAt(index) >> 5)
  values.push(0)
  for (let index = 0; index < split; index += 1) values.push(written.charCodeAt(index) & 31)
  for (let index = split + 1; index < written.length; index += 1) {
    const value = bech32.indexOf(written.charAt(index))
    if (value < 0) return false
    values.push(value)
  }
  let check = 1
  for (const value of values) {
    const top = check >> 25
    check = ((check & 0x1ffffff) << 5) ^ value
    for (const [bit, generator] of [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3].entries()) {
      if (((top >> bit) & 1) === 1) check ^= generator
    }
  }
  return check === 1 || check === 0x2bc830a3
}
