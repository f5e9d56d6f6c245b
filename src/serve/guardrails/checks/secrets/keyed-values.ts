import type { Page } from '../scanning/page.ts'
import { entropyOf } from './entropy.ts'
import { isPlaceholder } from './placeholders.ts'

const longestKey = 48
const longestValue = 256
const shortestValue = 6

/** In lower case: what names a password, and what names another secret. Then what may follow of the key. */
const passwordKey =
  /(?:pass(?:word|wd|phrase|code|wort)?|pwd|kennwort|mot de passe|mdp|contrase(?:ñ|n)a|clave|senha|has[lł]o|wachtwoord|parola)((?:[-_.][a-z]{1,12}|\d)?)$/
const secretKey =
  /(?:secrets?|token|api[-_. ]?key|access[-_. ]?key|private[-_. ]?key|auth[-_. ]?key|account[-_. ]?key|shared[-_. ]?access[-_. ]?key|signing[-_. ]?key|encryption[-_. ]?key|secret[-_. ]?key|master[-_. ]?key|license[-_. ]?key|credentials?|authorization|auth|signature|sig|bearer|x-api-key|cookie|session[-_. ]?id)((?:[-_.][a-z]{1,12})?)$/
/** What is about a secret and is none. */
const aboutSecrets =
  /[-_.](?:names?|ids?|types?|field|url|uri|path|file|length|len|size|count|limit|max|min|ttl|expir\w*|policy|label|hint|arn|version|prefix|suffix|env|var|ref|class|enabled|required|strength|hash|digest|format|issuer|audience|endpoint|host|header|param|regex|pattern|manager|store|provider|service|usage|rules?)$/
const tokensOfModels =
  /(?:max|min|num|total|input|output|prompt|completion|cached|stop|pad|eos|bos|next|page|continuation|csrf|xsrf|cancel\w*)[-_.]?tokens?$/

/** The value behind the `=` or `:` at `at`, where what is before it names a secret. */
export function findKeyedValue(page: Page, at: number): void {
  const { text } = page
  if (text.charCodeAt(at + 1) === 0x2f) return
  let start = at + 1
  while (start - at < 8 && '=> \'"`\\'.includes(text.charAt(start) || 'x')) start += 1
  const isQuoted = '\'"`'.includes(text.charAt(start - 1))
  const key = keyBefore(text, at)
  if (key === undefined) return
  const end = valueEnd(text, start)
  if (end - start < shortestValue || end - start > longestValue) return
  const value = text.slice(start, end)
  // behind these follows what they name: `Authorization: Bearer …`, which has its own rule
  if (/^(?:bearer|basic|digest|token)$/i.test(value)) return
  const score = key === 'password' ? scorePassword(value, isQuoted) : scoreSecret(value)
  if (score > 0) page.found(key === 'password' ? 'PASSWORD' : 'SECRET', start, end, score)
}

function valueEnd(text: string, start: number): number {
  let end = start
  while (end - start <= longestValue && end < text.length) {
    const unit = text.charCodeAt(end)
    // space, quotes, and what ends a value in code, JSON, addresses and connection strings
    if (
      unit <= 0x20 ||
      unit === 0x22 ||
      unit === 0x27 ||
      unit === 0x60 ||
      unit === 0x2c ||
      unit === 0x3b ||
      unit === 0x26 ||
      unit === 0x5c ||
      unit === 0x29 ||
      unit === 0x7d ||
      unit === 0x5d ||
      unit === 0x3c ||
      unit === 0x3e
    )
      break
    end += 1
  }
  while (end > start && '.:!?'.includes(text.charAt(end - 1)) && !/^\S/.test(text.charAt(end) || ' '))
    end -= 1
  return end
}

function keyBefore(text: string, at: number): 'password' | 'secret' | undefined {
  let end = at
  while (at - end < 6 && ' "\'`\\])?:'.includes(text.charAt(end - 1) || 'x')) end -= 1
  let start = end
  while (end - start < 3 && isKeyAt(text, start - 1)) start -= 1
  if (end - start < 3) return undefined
  const key = text
    .slice(Math.max(0, end - longestKey), end)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
  if (aboutSecrets.test(key) || tokensOfModels.test(key)) return undefined
  if (passwordKey.test(key)) return 'password'
  return secretKey.test(key) ? 'secret' : undefined
}

function isKeyAt(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  return (
    (unit >= 0x30 && unit <= 0x39) ||
    (unit >= 0x41 && unit <= 0x5a) ||
    (unit >= 0x61 && unit <= 0x7a) ||
    unit > 0x7f
  )
}

function scorePassword(value: string, isQuoted: boolean): number {
  if (isPlaceholder(value) || /^(?:https?:|\/|\.)/.test(value)) return 0
  const kinds = kindsOf(value)
  if (kinds < 2) return isQuoted && value.length >= 8 ? 0.4 : 0
  // words of a program: `userPassword`, `user.password`, `password_confirmation`
  if (/^[A-Za-z_$][A-Za-z_$.]*$/.test(value)) return isQuoted ? 0.4 : 0
  return isQuoted || value.length >= 8 ? 0.8 : 0.6
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

function scoreSecret(value: string): number {
  if (value.length < 16 || isPlaceholder(value) || /^(?:https?:|\/|\.\/)/.test(value)) return 0
  if (uuid.test(value)) return 0.6
  // words, with whatever parts them, are names of things
  if (!/\d/.test(value) && !(kindsOf(value) >= 2 && value.length >= 24 && /^[A-Za-z+/=]+$/.test(value)))
    return 0
  const bits = entropyOf(value)
  if (/^[0-9a-f]+$/i.test(value)) return bits >= 3 && value.length >= 20 && !/^\d+$/.test(value) ? 0.75 : 0
  if (bits < 3.2) return 0
  return /^[a-z]+(?:[-_.][a-z0-9]{1,12})+$/.test(value) ? 0 : 0.8
}

/** How many of lower case, upper case, digits and other characters it has. */
function kindsOf(value: string): number {
  return [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter(kind => kind.test(value)).length
}

const said =
  /(?:pass(?:word|code|phrase|wort)|kennwort|pwd|mot de passe|contrase(?:ñ|n)a|clave|senha|has[lł]o|wachtwoord|parola|api key|access key|secret(?: key)?|token)(?: (?:for|to|of|on|in|the|my|our|your|für|zum|zur|de|del|la|le|do|da|van|het|per|account|server|database|admin|root|wifi|wlan|login|user|vpn|mail|email|dla|konta|di|cuenta|compte|[a-z0-9._-]{1,20}@[a-z0-9.-]{1,40})){0,5} (?:is|ist|lautet|was|est|es|è|é|to|jest|to jest)[: ] ?["'`]?([^\s"'`]{6,64})/iy

/** `The password for the server is …`, from the first letter of what names the secret. */
export function findSaidValue(page: Page, at: number): void {
  said.lastIndex = at
  const match = said.exec(page.text)
  if (!match) return
  const value = (match[1] ?? '').replace(/[.,;:!?)]+$/, '')
  const start = at + match[0].length - (match[1] ?? '').length
  if (value.length < shortestValue || isPlaceholder(value)) return
  // a word that goes on with the sentence is none
  if (!/\d/.test(value) || kindsOf(value) < 2) return
  page.found('PASSWORD', start, start + value.length, 0.75)
}
