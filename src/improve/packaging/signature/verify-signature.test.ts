import { describe, expect, it } from 'bun:test'
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { Failure } from '../../../foundation/platform/index.ts'
import { bundleType, signBundle } from './bundle.ts'
import type { SigningKey } from './signing-key.ts'
import { idOf } from './signing-keys.ts'
import { predicateType, type SignedFile, statementType, writeStatement } from './statement.ts'
import { verifySignature } from './verify-signature.ts'

const sha = (text: string): string => createHash('sha256').update(text).digest('hex')
const file = (path: string, text = path): SignedFile => ({ path, sha256: sha(text) })

function makeKey(change: Partial<SigningKey> = {}): { key: SigningKey; privateKey: Buffer } {
  const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const key: SigningKey = {
    id: idOf(pair.publicKey),
    tenant: 'acme',
    name: 'ada',
    kind: 'own',
    publicKey: pair.publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    author: 'ada',
    createdAt: new Date(),
    retiredAt: undefined,
    revokedAt: undefined,
    revokedBy: undefined,
    reason: undefined,
    ...change,
  }
  return { key, privateKey: pair.privateKey.export({ format: 'der', type: 'pkcs8' }) }
}

const files = [file('config.json'), file('weights/model.gguf')]
const { key, privateKey } = makeKey()
const sign = (text: string, id = key.id): string => signBundle(text, { id, privateKey })
const statement = writeStatement({ name: 'support@3', files, attachments: undefined })

type Json = { [name: string]: Json } & Json[] & string
/** The statement, changed by hand and signed anew. */
function changed(change: (statement: Json) => void): string {
  const copy = JSON.parse(statement) as Json
  change(copy)
  return sign(JSON.stringify(copy))
}

/** The bundle itself, changed after it was signed. */
function spoiled(change: (bundle: Json) => void): string {
  const copy = JSON.parse(sign(statement)) as Json
  change(copy)
  return JSON.stringify(copy)
}

/** A statement over other resources, whose subject is right for them. */
function over(resources: readonly SignedFile[]): string {
  return changed(copy => {
    const root = createHash('sha256')
    for (const { sha256 } of resources) root.update(Buffer.from(sha256, 'hex'))
    ;(copy['subject']![0] as Json)['digest'] = { sha256: root.digest('hex') } as unknown as Json
    copy['predicate']!['resources'] = resources.map(({ path, sha256 }) => ({
      name: path,
      algorithm: 'sha256',
      digest: sha256,
    })) as unknown as Json
  })
}

function whyNot(
  text: string,
  of: readonly SignedFile[] = files,
  keys: readonly SigningKey[] = [key],
): string {
  try {
    verifySignature(text, of, keys)
    return 'verified'
  } catch (error) {
    if (error instanceof Failure && error.code === 'checks_failed') return error.message
    throw error
  }
}

describe('verifySignature', () => {
  it('takes a signature over exactly these files by a key that is known', () => {
    const verified = verifySignature(sign(statement), files, [makeKey().key, key])
    expect(verified.key.name).toBe('ada')
    expect(verified.statement.files).toEqual(files)
    // who names no key is tried with all of them
    expect(whyNot(sign(statement, ''))).toBe('verified')
    expect(createPublicKey(key.publicKey).asymmetricKeyDetails?.namedCurve).toBe('prime256v1')
  })

  const revoked = { ...key, revokedAt: new Date(), reason: 'It was stolen.' }
  const other = makeKey({ name: 'eve' })
  const refusals: readonly (readonly [string, () => string, RegExp])[] = [
    [
      'a file whose content is another',
      () => whyNot(sign(statement), [files[0]!, file('weights/model.gguf', 'x')]),
      /^weights\/model\.gguf is not the file that ada has signed/,
    ],
    [
      'a file that is missing',
      () => whyNot(sign(statement), [files[0]!]),
      /^weights\/model\.gguf, which ada has signed, is not there/,
    ],
    [
      'a file that nobody signed',
      () => whyNot(sign(statement), [...files, file('extra.py')]),
      /^extra\.py is not among the files/,
    ],
    [
      'weights that the signer left out',
      () =>
        whyNot(
          changed(
            copy => void (copy['predicate']!['serialization']!['ignore_paths'] = ['more'] as unknown as Json),
          ),
          [...files, file('more/other.gguf')],
        ),
      /^more\/other\.gguf was left out/,
    ],
    ['resources out of order', () => whyNot(over(files.toReversed())), /is not in order/],
    ['a resource that is there twice', () => whyNot(over([files[0]!, files[0]!])), /twice/],
    [
      'a path that leads out of the model',
      () => whyNot(over([file('../config.json')])),
      /no path of a file below the model/,
    ],
    ['an absolute path', () => whyNot(over([file('/etc/passwd')])), /no path of a file below the model/],
    [
      'another predicate',
      () => whyNot(changed(copy => void (copy['predicateType'] = 'https://slsa.dev/provenance/v1' as Json))),
      /predicate "https:\/\/slsa\.dev/,
    ],
    [
      'another kind of statement',
      () => whyNot(changed(copy => void (copy['_type'] = 'https://in-toto.io/Statement/v0.1' as Json))),
      new RegExp(`not ${statementType}`),
    ],
    [
      'two subjects',
      () => whyNot(changed(copy => void copy['subject']!.push(copy['subject']![0]!))),
      /2 subjects/,
    ],
    [
      'a subject that is not of the resources',
      () =>
        whyNot(
          changed(
            copy => void ((copy['subject']![0] as Json)['digest'] = { sha256: sha('x') } as unknown as Json),
          ),
        ),
      /contradicts itself/,
    ],
    [
      'a digest that is none',
      () =>
        whyNot(
          changed(copy => void ((copy['predicate']!['resources']![0] as Json)['digest'] = 'abc' as Json)),
        ),
      /"config\.json" has no SHA-256/,
    ],
    [
      'files that were signed in shards',
      () => whyNot(changed(copy => void (copy['predicate']!['serialization']!['method'] = 'shards' as Json))),
      /only `files` is read/,
    ],
    [
      'another hash',
      () =>
        whyNot(changed(copy => void (copy['predicate']!['serialization']!['hash_type'] = 'blake2b' as Json))),
      /only sha256 is read/,
    ],
    [
      'no resources',
      () => whyNot(changed(copy => void (copy['predicate']!['resources'] = [] as unknown as Json))),
      /malformed: `predicate\.resources`/,
    ],
    [
      'another payload type',
      () => whyNot(spoiled(copy => void (copy['dsseEnvelope']!['payloadType'] = 'text/plain' as Json))),
      /type "text\/plain"/,
    ],
    [
      'another bundle',
      () => whyNot(spoiled(copy => void (copy['mediaType'] = 'application/json' as Json))),
      new RegExp(bundleType.replaceAll(/[.+]/g, '\\$&')),
    ],
    [
      'a certificate',
      () =>
        whyNot(spoiled(copy => void (copy['verificationMaterial'] = { certificate: {} } as unknown as Json))),
      /certificate or an identity/,
    ],
    [
      'two signatures',
      () =>
        whyNot(
          spoiled(
            copy => void copy['dsseEnvelope']!['signatures']!.push(copy['dsseEnvelope']!['signatures']![0]!),
          ),
        ),
      /2 signatures/,
    ],
    [
      'what was changed after it was signed',
      () =>
        whyNot(
          spoiled(
            copy =>
              void (copy['dsseEnvelope']!['payload'] = Buffer.from(`${statement} `).toString(
                'base64',
              ) as Json),
          ),
        ),
      /not that of the key ada/,
    ],
    ['a bundle that is no JSON', () => whyNot('{"mediaType":'), /no JSON/],
    [
      'a bundle without an envelope',
      () => whyNot(JSON.stringify({ mediaType: bundleType })),
      /no Sigstore bundle/,
    ],
    [
      'a key that is not known',
      () => whyNot(sign(statement), files, [other.key]),
      new RegExp(`${key.id.slice(0, 12)}… that signed it is not known`),
    ],
    [
      'a key that claims to be another',
      () => whyNot(signBundle(statement, { id: key.id, privateKey: other.privateKey })),
      /not that of the key ada/,
    ],
    [
      'a key that was revoked',
      () => whyNot(sign(statement), files, [revoked]),
      /was revoked \(“It was stolen\.”\)/,
    ],
    [
      'a key that was revoked and is not named',
      () => whyNot(sign(statement, ''), files, [revoked]),
      /names no key/,
    ],
  ]

  for (const [what, find, words] of refusals)
    it(`refuses ${what}`, () => {
      expect(find()).toMatch(words)
    })

  it('lets pass what the signer has left out and nothing loads', () => {
    const text = changed(
      copy =>
        void (copy['predicate']!['serialization']!['ignore_paths'] = ['.gitattributes'] as unknown as Json),
    )
    expect(verifySignature(text, [...files, file('.gitattributes')], [key]).ignored).toEqual([
      '.gitattributes',
    ])
  })

  it('says the predicate of version 1.0', () => {
    expect((JSON.parse(statement) as Json)['predicateType'] as string).toBe(predicateType)
  })
})
