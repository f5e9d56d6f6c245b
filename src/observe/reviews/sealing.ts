import { Failure } from '../../foundation/platform/index.ts'
import type { KeyRing } from '../../govern/privacy/index.ts'

/** Encrypts what is kept of a tenant, so that the database alone does not tell it. */
export interface Sealing {
  seal(tenant: string, record: readonly string[], text: string): Promise<Uint8Array>
  /** Throws where it was changed, belongs to something else, or its key was shredded. */
  open(tenant: string, record: readonly string[], sealed: Uint8Array): Promise<string>
}

const idBytes = 36

/** Under the keys of the tenant's content: the id of the key, and then what it has sealed. */
export function sealWith(keys: Pick<KeyRing, 'seal' | 'open'>): Sealing {
  return {
    async seal(tenant, record, text) {
      const { keyId, bytes } = await keys.seal(
        { tenant, purpose: 'content', record: ['review', ...record] },
        text,
      )
      return Buffer.concat([Buffer.from(keyId, 'latin1'), bytes])
    },
    async open(tenant, record, sealed) {
      const bytes = Buffer.from(sealed)
      const keyId = bytes.toString('latin1', 0, idBytes)
      const place = { tenant, purpose: 'content', record: ['review', ...record] } as const
      const text = await keys.open(place, { keyId, bytes: bytes.subarray(idBytes) })
      if (text === undefined)
        throw new Failure(
          'not_found',
          'The key that this content was sealed with was destroyed, and the content with it.',
        )
      return text
    },
  }
}
