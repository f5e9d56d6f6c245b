import {
  hasOneRepeatedDigit,
  isNhsNumber,
  isNric,
  isPolishIdentityCard,
  isSocialSecurityNumber,
  passesIcao,
} from './check-digits.ts'
import { type Validate, validators } from './stdnum-validators.ts'

/** A number that a state gives its people. */
export interface NationalId {
  readonly type: string
  /** ISO 3166-1 alpha-2. */
  readonly region: string
  /**
   * How it is written: lengths of runs of digits with what parts them, `L` a letter, `A` letters or digits from there on.
   * The score is what the form is worth without context: how rarely chance makes it (about 1 less the part of other numbers of this
   * form that pass the check digits, where such numbers are common).
   */
  readonly forms: Readonly<Record<string, number>>
  readonly validate: Validate
  /** Words that name it, in folded text (lower case, without accents). */
  readonly context: RegExp
  /** Score with context; 1 where a check digit proves it. */
  readonly withContext: number
}

const digitsOf = (written: string) => written.replace(/\D/g, '')
const lettersAndDigits = (written: string) => written.replace(/[^A-Za-z0-9]/g, '').toUpperCase()
const day = '(?:0[1-9]|[12]\\d|3[01])'
const month = '(?:0[1-9]|1[0-2])'

function id(
  type: string,
  region: string,
  forms: Readonly<Record<string, number>>,
  validate: Validate,
  context: RegExp,
  withContext = 1,
): NationalId {
  return { type, region, forms, validate, context, withContext }
}

/** Dates and check digits, where a library does not look at both. */
const dated =
  (pattern: string, and: Validate = () => true): Validate =>
  written =>
    new RegExp(`^${pattern}`).test(digitsOf(written)) && and(written)

export const nationalIds: readonly NationalId[] = [
  id('US_SSN', 'US', { '3-2-4': 0.85, '3 2 4': 0.55, '9': 0.2 }, written => isSocialSecurityNumber(digitsOf(written)), /\b(?:ssn|ss#|social sec(?:urity|\.)?)/, 0.95),
  id('US_ITIN', 'US', { '3-2-4': 0.7, '9': 0.1 }, written => /^9\d\d(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])\d{4}$/.test(digitsOf(written)), /\b(?:itin|taxpayer)/, 0.95),
  id('UK_NHS', 'GB', { '3 3 4': 0.45, '3-3-4': 0.3, '10': 0.2 }, written => isNhsNumber(digitsOf(written)), /\b(?:nhs|health service|patient (?:no|number|id))/),
  id('DE_TAX_ID', 'DE', { '2 3 3 3': 0.9, '11': 0.45 }, written => hasOneRepeatedDigit(digitsOf(written)) && validators.deIdnr(digitsOf(written)), /\b(?:steuer|idnr|tin\b|tax)/),
  id('DE_SOCIAL_SECURITY', 'DE', { '2 6 L 3': 0.9, '8L3': 0.8 }, written => isGermanPension(lettersAndDigits(written)), /\b(?:sozialversicherung|rentenversicherung|sv-?nummer|rvnr|versicherungsnummer)/),
  id('FR_NIR', 'FR', { '1 2 2 2 3 3 2': 1, '1 2 2 2 3 3-2': 1, '13 2': 0.95, '15': 0.9, '1.2.2.2.3.3.2': 1 }, written => /^[12]\d\d(?:0[1-9]|1[0-2]|[2-9]\d)/.test(digitsOf(written)) && validators.frNir(digitsOf(written)), /\b(?:nir\b|securite sociale|secu\b|insee|carte vitale)/),
  id('ES_DNI', 'ES', { '8L': 0.9, '8-L': 0.9, '2.3.3-L': 1, '2.3.3L': 1, '8 L': 0.7 }, written => validators.esDni(lettersAndDigits(written)), /\b(?:dni\b|nif\b|documento nacional|identidad)/),
  id('NL_BSN', 'NL', { '9': 0.3, '4.2.3': 0.6, '3 3 3': 0.3, '4 2 3': 0.4 }, written => validators.nlBsn(digitsOf(written)), /\b(?:bsn\b|burgerservice|sofi)/),
  id('PL_PESEL', 'PL', { '11': 0.55 }, dated(`\\d\\d(?:[02468][1-9]|[13579][0-2])${day}`, written => validators.plPesel(digitsOf(written))), /\bpesel/),
  id('BE_NATIONAL_NUMBER', 'BE', { '2.2.2-3.2': 1, '2.2.2.3.2': 1, '2.2.2-3-2': 1, '11': 0.75 }, written => validators.beNn(digitsOf(written)), /\b(?:rijksregister|registre national|nationaal nummer|numero national|insz|niss)/),
  id('SE_PERSONAL_NUMBER', 'SE', { '6-4': 0.85, '8-4': 0.95, '6+4': 0.9, '12': 0.5, '10': 0.35 }, dated(`(?:(?:19|20))?\\d\\d${month}(?:${day}|[6-9]\\d)`, written => validators.sePersonnummer(written)), /\b(?:personnummer|personnr|samordningsnummer|pnr\b)/),
  id('FI_HETU', 'FI', { '6-4': 0.95, '6-3L': 0.95, '6L3L': 0.95, '6L4': 0.95, '6+4': 0.95, '6+3L': 0.95 }, written => validators.fiHetu(written.toUpperCase()), /\b(?:hetu\b|henkilotunnus|personbeteckning)/),
  id('DK_CPR', 'DK', { '6-4': 0.6, '10': 0.15 }, dated(`${day}${month}\\d{6}`), /\b(?:cpr\b|cpr-|personnummer)/, 0.9),
  id('NO_NATIONAL_ID', 'NO', { '6 5': 0.9, '11': 0.7 }, written => validators.noFodselsnummer(digitsOf(written)), /\b(?:fodselsn|personnummer|fnr\b)/),
  id('IN_AADHAAR', 'IN', { '4 4 4': 0.45, '4-4-4': 0.45, '12': 0.3 }, written => validators.inAadhaar(digitsOf(written)), /\b(?:aadhaar|aadhar|uidai|uid\b)/),
  id('BR_CPF', 'BR', { '3.3.3-2': 1, '11': 0.55 }, written => validators.brCpf(digitsOf(written)), /\bcpf\b/),
  id('BR_CNPJ', 'BR', { '2.3.3/4-2': 1, '14': 0.6 }, written => validators.brCnpj(digitsOf(written)), /\bcnpj\b/),
  id('CN_RESIDENT_ID', 'CN', { '18': 0.95, '17L': 0.95 }, written => validators.cnRic(lettersAndDigits(written)), /身份证|公民身份|\b(?:resident id|sfz)/),
  id('KR_RRN', 'KR', { '6-7': 0.85, '13': 0.4 }, dated(`\\d\\d${month}${day}[1-8]`), /주민|\brrn\b|resident registration/, 0.95),
  id('AU_TFN', 'AU', { '3 3 3': 0.3, '3-3-3': 0.3, '9': 0.2 }, written => validators.auTfn(digitsOf(written)), /\b(?:tfn\b|tax file)/),
  id('CA_SIN', 'CA', { '3-3-3': 0.45, '3 3 3': 0.4, '9': 0.2 }, written => validators.caSin(digitsOf(written)), /\b(?:sin\b|social insurance|numero d.assurance sociale|nas\b)/),
  id('CH_AHV', 'CH', { '3.4.4.2': 1, '13': 0.9, '3 4 4 2': 1 }, written => digitsOf(written).startsWith('756') && validators.chSsn(digitsOf(written)), /\b(?:ahv|avs|sozialversicherung)/),
  id('AT_SOCIAL_SECURITY', 'AT', { '4 6': 0.6, '4-6': 0.6, '10': 0.25 }, dated(`\\d{4}${day}(?:${month}|1[3-5])`, written => validators.atVnr(digitsOf(written))), /\b(?:svnr|sozialversicherung|sv-nummer|versicherungsnummer)/),
  id('PT_NIF', 'PT', { '9': 0.3, '3 3 3': 0.35 }, written => validators.ptNif(digitsOf(written)), /\b(?:nif\b|contribuinte|identificacao fiscal)/),
  id('PT_CITIZEN_CARD', 'PT', { '8 1 A': 0.95, '8 A': 0.9, '9 A': 0.9, '8-1-A': 0.95, '9L1': 0.9, '9L2': 0.9, '9A': 0.9 }, written => validators.ptCc(lettersAndDigits(written)), /\b(?:cartao de cidadao|citizen card|cc\b)/),
  id('IE_PPS', 'IE', { '7L': 0.85 }, written => validators.iePps(lettersAndDigits(written)), /\b(?:pps|ppsn)\b/),
  id('CZ_BIRTH_NUMBER', 'CZ', { '6/4': 0.95, '10': 0.3 }, written => validators.czRc(digitsOf(written)), /\b(?:rodne cislo|r\.? ?c\.)/),
  id('RO_CNP', 'RO', { '13': 0.8 }, written => validators.roCnp(digitsOf(written)), /\b(?:cnp\b|cod numeric)/),
  id('BG_EGN', 'BG', { '10': 0.35 }, written => validators.bgEgn(digitsOf(written)), /егн|\begn\b/),
  id('HR_OIB', 'HR', { '11': 0.4 }, written => validators.hrOib(digitsOf(written)), /\boib\b/),
  id('GR_AMKA', 'GR', { '11': 0.45 }, written => validators.grAmka(digitsOf(written)), /αμκα|\bamka\b/),
  id('TR_TCKN', 'TR', { '11': 0.6 }, written => validators.trTckimlik(digitsOf(written)), /\b(?:tckn|tc kimlik|kimlik no|t\.c\.)/),
  id('ZA_ID', 'ZA', { '13': 0.75, '6 4 3': 0.9, '6 4 2 1': 0.9 }, written => validators.zaIdnr(digitsOf(written)), /\b(?:id number|identity number|south african)/),
  id('TH_NATIONAL_ID', 'TH', { '1-4-5-2-1': 1, '13': 0.45 }, written => validators.thIdnr(digitsOf(written)), /บัตรประชาชน|\bthai id/),
  id('IL_ID', 'IL', { '9': 0.2 }, written => validators.ilIdnr(digitsOf(written)), /תעודת זהות|\b(?:teudat|israeli id)/),
  id('EE_ISIKUKOOD', 'EE', { '11': 0.5 }, written => validators.eeIk(digitsOf(written)), /\bisikukood/),
  id('LT_ASMENS_KODAS', 'LT', { '11': 0.45 }, written => validators.ltAsmens(digitsOf(written)), /\basmens kod/),
  // letters first
  id('UK_NINO', 'GB', { 'L2L': 0.95 }, written => validators.gbNino(lettersAndDigits(written)), /\b(?:ni no|nino|national insurance|ni number)/, 0.95),
  id('ES_NIE', 'ES', { NIE: 0.95 }, written => validators.esNie(lettersAndDigits(written)), /\b(?:nie\b|extranjero)/),
  id('IT_FISCAL_CODE', 'IT', { CF: 1 }, written => validators.itCodiceFiscale(lettersAndDigits(written)), /\b(?:codice fiscale|c\.?f\.?\b)/),
  id('IN_PAN', 'IN', { PAN: 0.7 }, written => validators.inPan(lettersAndDigits(written)), /\b(?:pan\b|permanent account)/, 0.95),
  id('MX_CURP', 'MX', { CURP: 1 }, written => validators.mxCurp(lettersAndDigits(written)), /\bcurp\b/),
  id('SG_NRIC', 'SG', { NRIC: 0.9 }, written => isNric(lettersAndDigits(written)), /\b(?:nric|fin\b)/),
  id('HK_ID', 'HK', { HKID: 0.75 }, written => validators.hkHkid(lettersAndDigits(written)), /\b(?:hkid|hong kong id)/),
  id('TW_NATIONAL_ID', 'TW', { TW: 0.75 }, written => validators.twNatid(lettersAndDigits(written)), /身分證|\b(?:taiwan id|national id)/),
  id('PL_IDENTITY_CARD', 'PL', { PLID: 0.45 }, written => isPolishIdentityCard(lettersAndDigits(written)), /\b(?:dowod|dowodu|identity card)/),
  id('DE_IDENTITY_CARD', 'DE', { DEID: 0.3 }, written => passesIcao(lettersAndDigits(written)), /\b(?:personalausweis|ausweisn|identity card)/),
  id('TAX_NUMBER', 'DE', { '2/3/5': 0.4, '3/3/5': 0.4, '3/4/4': 0.4 }, () => true, /\b(?:steuernummer|steuernr|st\.? ?-?nr)/, 0.9),
] // prettier-ignore

function isGermanPension(written: string): boolean {
  const match = /^(\d{2})(\d{2})(\d{2})(\d{2})([A-Z])(\d{2})(\d)$/.exec(written)
  if (
    !match ||
    Number(match[2]) < 1 ||
    Number(match[2]) > 31 ||
    Number(match[3]) < 1 ||
    Number(match[3]) > 12
  )
    return false
  const letter = String((match[5]?.charCodeAt(0) ?? 0) - 64).padStart(2, '0')
  const digits = `${written.slice(0, 8)}${letter}${match[6]}`
  let sum = 0
  for (const [index, weight] of [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1].entries()) {
    const product = Number(digits.charAt(index)) * weight
    sum += Math.floor(product / 10) + (product % 10)
  }
  return sum % 10 === Number(match[7])
}

/** Any word that names any of them, so that ordinary numbers cost one look. */
export const anyIdContext = new RegExp(nationalIds.map(({ context }) => context.source).join('|'))

const byForm = new Map<string, NationalId[]>()
for (const each of nationalIds) {
  for (const form of Object.keys(each.forms)) byForm.set(form, [...(byForm.get(form) ?? []), each])
}

/** Those that are written in a form. */
export function idsOfForm(form: string): readonly NationalId[] {
  return byForm.get(form) ?? none
}
const none: readonly NationalId[] = []
