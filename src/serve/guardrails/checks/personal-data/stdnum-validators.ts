import * as atVnr from 'stdnum/lib/cjs/at/vnr'
import * as auTfn from 'stdnum/lib/cjs/au/tfn'
import * as beNn from 'stdnum/lib/cjs/be/nn'
import * as bgEgn from 'stdnum/lib/cjs/bg/egn'
import * as brCnpj from 'stdnum/lib/cjs/br/cnpj'
import * as brCpf from 'stdnum/lib/cjs/br/cpf'
import * as caSin from 'stdnum/lib/cjs/ca/sin'
import * as chSsn from 'stdnum/lib/cjs/ch/ssn'
import * as cnRic from 'stdnum/lib/cjs/cn/ric'
import * as czRc from 'stdnum/lib/cjs/cz/rc'
import * as deIdnr from 'stdnum/lib/cjs/de/idnr'
import * as dkCpr from 'stdnum/lib/cjs/dk/cpr'
import * as eeIk from 'stdnum/lib/cjs/ee/ik'
import * as esDni from 'stdnum/lib/cjs/es/dni'
import * as esNie from 'stdnum/lib/cjs/es/nie'
import * as fiHetu from 'stdnum/lib/cjs/fi/hetu'
import * as frNir from 'stdnum/lib/cjs/fr/nir'
import * as gbNino from 'stdnum/lib/cjs/gb/nino'
import * as grAmka from 'stdnum/lib/cjs/gr/amka'
import * as hkHkid from 'stdnum/lib/cjs/hk/hkid'
import * as hrOib from 'stdnum/lib/cjs/hr/oib'
import * as iePps from 'stdnum/lib/cjs/ie/pps'
import * as ilIdnr from 'stdnum/lib/cjs/il/idnr'
import * as inAadhaar from 'stdnum/lib/cjs/in/aadhaar'
import * as inPan from 'stdnum/lib/cjs/in/pan'
import * as itCodiceFiscale from 'stdnum/lib/cjs/it/codicefiscale'
import * as krRrn from 'stdnum/lib/cjs/kr/rrn'
import * as ltAsmens from 'stdnum/lib/cjs/lt/asmens'
import * as mxCurp from 'stdnum/lib/cjs/mx/curp'
import * as nlBsn from 'stdnum/lib/cjs/nl/bsn'
import * as noFodselsnummer from 'stdnum/lib/cjs/no/fodselsnummer'
import * as plPesel from 'stdnum/lib/cjs/pl/pesel'
import * as ptCc from 'stdnum/lib/cjs/pt/cc'
import * as ptNif from 'stdnum/lib/cjs/pt/nif'
import * as roCnp from 'stdnum/lib/cjs/ro/cnp'
import * as sePersonnummer from 'stdnum/lib/cjs/se/personnummer'
import * as thIdnr from 'stdnum/lib/cjs/th/idnr'
import * as trTckimlik from 'stdnum/lib/cjs/tr/tckimlik'
import * as twNatid from 'stdnum/lib/cjs/tw/natid'
import * as zaIdnr from 'stdnum/lib/cjs/za/idnr'

/** Whether a number, as it is written, is one of its kind. */
export type Validate = (written: string) => boolean

const valid =
  (validator: { validate(written: string): { isValid: boolean } }): Validate =>
  written =>
    validator.validate(written).isValid

/** One file of the library each: its index would load those of all countries, which takes ten times as long. */
export const validators = {
  atVnr: valid(atVnr),
  auTfn: valid(auTfn),
  beNn: valid(beNn),
  bgEgn: valid(bgEgn),
  brCnpj: valid(brCnpj),
  brCpf: valid(brCpf),
  caSin: valid(caSin),
  chSsn: valid(chSsn),
  cnRic: valid(cnRic),
  czRc: valid(czRc),
  deIdnr: valid(deIdnr),
  dkCpr: valid(dkCpr),
  eeIk: valid(eeIk),
  esDni: valid(esDni),
  esNie: valid(esNie),
  fiHetu: valid(fiHetu),
  frNir: valid(frNir),
  gbNino: valid(gbNino),
  grAmka: valid(grAmka),
  hkHkid: valid(hkHkid),
  hrOib: valid(hrOib),
  iePps: valid(iePps),
  ilIdnr: valid(ilIdnr),
  inAadhaar: valid(inAadhaar),
  inPan: valid(inPan),
  itCodiceFiscale: valid(itCodiceFiscale),
  krRrn: valid(krRrn),
  ltAsmens: valid(ltAsmens),
  mxCurp: valid(mxCurp),
  nlBsn: valid(nlBsn),
  noFodselsnummer: valid(noFodselsnummer),
  plPesel: valid(plPesel),
  ptCc: valid(ptCc),
  ptNif: valid(ptNif),
  roCnp: valid(roCnp),
  sePersonnummer: valid(sePersonnummer),
  thIdnr: valid(thIdnr),
  trTckimlik: valid(trTckimlik),
  twNatid: valid(twNatid),
  zaIdnr: valid(zaIdnr),
} as const
