import { describe, expect, it } from 'bun:test'
import { verifySignature } from '../../../../test/fake-provider/verify-signature.ts'
import { readFixture } from '../__fixtures__/read.ts'
import { signRequest } from './sign.ts'

interface Suite {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly region: string
  readonly service: string
  readonly datetime: string
  readonly vectors: {
    name: string
    method: string
    url: string
    body: string
    contentType?: string
    signedHeaders: string
    signature: string
  }[]
}

const suite = JSON.parse(new TextDecoder().decode(readFixture('bedrock/sigv4-vectors.json'))) as Suite

describe('signRequest', () => {
  it.each(suite.vectors)("signs $name as Amazon's test suite does", async vector => {
    const { region, service, datetime } = suite
    const headers = await signRequest(vector, suite, { region, service, datetime })
    expect(headers['authorization']).toBe(
      `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, ` +
        `SignedHeaders=${vector.signedHeaders}, Signature=${vector.signature}`,
    )
  })

  it('signs session tokens, paths that are encoded already, and any text', async () => {
    const account = {
      accessKeyId: 'AKID',
      secretAccessKey: 'secret/+=',
      sessionToken: 'tok/en+==',
      region: 'eu-central-1',
    }
    const arn = 'arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.anthropic.claude-x-v1:0'
    for (const model of ['anthropic.claude-3-haiku-20240307-v1:0', arn, "it's (odd)*"]) {
      for (const text of ['{}', '{"text":"Café 👋"}']) {
        const path = `/model/${encodeURIComponent(model)}/converse`
        const url = `http://127.0.0.1:4321${path}`
        const signed = await signRequest({ url, body: text, contentType: 'application/json' }, account, {
          region: account.region,
          service: 'bedrock',
        })
        const headers = { ...signed, host: '127.0.0.1:4321', 'content-type': 'application/json' }
        const sent = new URL(url).pathname
        expect(verifySignature({ path: sent, query: '', headers, text }, account, 'bedrock')).toBeUndefined()
        const other = { path: sent, query: '', headers, text: `${text} ` }
        expect(verifySignature(other, account, 'bedrock')?.[0]).toBe('InvalidSignatureException')
      }
    }
  })
})
