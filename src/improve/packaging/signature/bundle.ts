import { createPrivateKey, createPublicKey, createSign, createVerify, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import { canonicalJson, Failure } from '../../../foundation/platform/index.ts'

/** A DSSE envelope in a Sigstore bundle: the file that a signature is kept and sent as. */
export const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json'
export const payloadType = 'application/vnd.in-toto+json'

export interface Bundle {
  /** SHA-256 of the public key as PEM, in hex; `undefined` where the signer names none. */
  readonly hint: string | undefined
  readonly payload: Buffer
  readonly signature: Buffer
}

/** The curves of OpenSSF Model Signing with the hash that goes with each. */
const hashes: Readonly<Record<string, string>> = {
  prime256v1: 'sha256',
  secp384r1: 'sha384',
  secp521r1: 'sha512',
}

/** What a signature of a DSSE envelope is over: https://github.com/secure-systems-lab/dsse/blob/v1.0.0/protocol.md */
function preAuthenticationEncoding(payload: Buffer): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.byteLength} `
  return Buffer.concat([Buffer.from(head), payload])
}

/** Signs a text with a private key (PKCS #8, DER) of P-256 and gives the bundle as JSON. */
export function signBundle(text: string, key: { readonly id: string; readonly privateKey: Buffer }): string {
  const payload = Buffer.from(text)
  const signature = createSign('sha256')
    .update(preAuthenticationEncoding(payload))
    .sign(createPrivateKey({ key: key.privateKey, format: 'der', type: 'pkcs8' }))
  return canonicalJson({
    mediaType: bundleType,
    verificationMaterial: { publicKey: { hint: key.id }, tlogEntries: [] },
    dsseEnvelope: {
      payload: payload.toString('base64'),
      payloadType,
      signatures: [{ sig: signature.toString('base64'), keyid: '' }],
    },
  })
}

/** Whether the signature is that of a public key (PEM). */
export function isSignedBy(bundle: Bundle, publicKey: string): boolean {
  const key = createPublicKey(publicKey)
  const hash = hashOf(key)
  if (hash === undefined) return false
  return createVerify(hash).update(preAuthenticationEncoding(bundle.payload)).verify(key, bundle.signature)
}

/** The hash that goes with a key; `undefined` where it is none of the three curves. */
export function hashOf(key: KeyObject): string | undefined {
  return key.asymmetricKeyType === 'ec' ? hashes[key.asymmetricKeyDetails?.namedCurve ?? ''] : undefined
}

const base64 = z.base64().min(1)
const bundleShape = z.looseObject({
  mediaType: z.string(),
  verificationMaterial: z.looseObject({
    publicKey: z.looseObject({ hint: z.string().nullish() }).optional(),
    x509CertificateChain: z.unknown().optional(),
    certificate: z.unknown().optional(),
  }),
  dsseEnvelope: z.looseObject({
    payload: base64,
    payloadType: z.string(),
    signatures: z.array(z.looseObject({ sig: base64 })),
  }),
})

/** Reads a bundle. Throws `checks_failed` where it is none, or was not made with a key. */
export function parseBundle(text: string): Bundle {
  const parsed = bundleShape.safeParse(parseJson(text))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw refuse(
      `The signature is no Sigstore bundle: \`${issue?.path.join('.') ?? ''}\` ${issue?.message ?? ''}.`,
    )
  }
  const { mediaType, verificationMaterial, dsseEnvelope } = parsed.data
  if (mediaType !== bundleType)
    throw refuse(
      `The signature is a bundle of the type ${JSON.stringify(mediaType.slice(0, 100))}, not ${bundleType}.`,
    )
  if (!verificationMaterial.publicKey)
    throw refuse(
      'The signature was made with a certificate or an identity; only those made with a key are read. Sign the model with a key.',
    )
  if (dsseEnvelope.payloadType !== payloadType)
    throw refuse(
      `What was signed is of the type ${JSON.stringify(dsseEnvelope.payloadType.slice(0, 100))}, not ${payloadType}.`,
    )
  const [only] = dsseEnvelope.signatures
  if (!only || dsseEnvelope.signatures.length !== 1)
    throw refuse(`The bundle has ${dsseEnvelope.signatures.length} signatures; it has to have one.`)
  return {
    hint: verificationMaterial.publicKey.hint ?? undefined,
    payload: Buffer.from(dsseEnvelope.payload, 'base64'),
    signature: Buffer.from(only.sig, 'base64'),
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw refuse('The signature is no JSON.', cause)
  }
}

function refuse(message: string, cause?: unknown): Failure {
  return new Failure('checks_failed', message, { cause })
}
