import { createRequire } from 'node:module'
import type { Validator } from 'stdnum'

/** Whether a number, as it is written, is one of its kind. */
export type Validate = (written: string) => boolean

const load = createRequire(import.meta.url)
const loaded = new Map<string, Validator>()

/** One file of the library: its index would load those of all countries, which takes ten times as long. */
function validatorIn(file: string): Validator {
  const known = loaded.get(file)
  if (known) return known
  const validator = load(`stdnum/lib/cjs/${file}`) as Validator
  loaded.set(file, validator)
  return validator
}

const files = {
  atVnr: 'at/vnr',
  auTfn: 'au/tfn',
  beNn: 'be/nn',
  bgEgn: 'bg/egn',
  brCnpj: 'br/cnpj',
  brCpf: 'br/cpf',
  caSin: 'ca/sin',
  chSsn: 'ch/ssn',
  cnRic: 'cn/ric',
  czRc: 'cz/rc',
  deIdnr: 'de/idnr',
  dkCpr: 'dk/cpr',
  eeIk: 'ee/ik',
  esDni: 'es/dni',
  esNie: 'es/nie',
  fiHetu: 'fi/hetu',
  frNir: 'fr/nir',
  gbNino: 'gb/nino',
  grAmka: 'gr/amka',
  hkHkid: 'hk/hkid',
  hrOib: 'hr/oib',
  iePps: 'ie/pps',
  ilIdnr: 'il/idnr',
  inAadhaar: 'in/aadhaar',
  inPan: 'in/pan',
  itCodiceFiscale: 'it/codicefiscale',
  krRrn: 'kr/rrn',
  ltAsmens: 'lt/asmens',
  mxCurp: 'mx/curp',
  nlBsn: 'nl/bsn',
  noFodselsnummer: 'no/fodselsnummer',
  plPesel: 'pl/pesel',
  ptCc: 'pt/cc',
  ptNif: 'pt/nif',
  roCnp: 'ro/cnp',
  sePersonnummer: 'se/personnummer',
  thIdnr: 'th/idnr',
  trTckimlik: 'tr/tckimlik',
  twNatid: 'tw/natid',
  zaIdnr: 'za/idnr',
} as const

export const validators = Object.fromEntries(
  Object.entries(files).map(([name, file]): [string, Validate] => [
    name,
    written => validatorIn(file).validate(written).isValid,
  ]),
) as Readonly<Record<keyof typeof files, Validate>>

/** Takes a tenth of a second, which no request should wait for and no server spend that looks for no such numbers. */
export function loadValidators(): void {
  for (const file of Object.values(files)) validatorIn(file)
}
