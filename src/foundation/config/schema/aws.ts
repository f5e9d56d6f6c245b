import { z } from 'zod'
import { httpUrl, secret } from './parts.ts'

/** How calls to Amazon Bedrock are signed, where no `apiKey` of Bedrock's own is sent: an access key, or a role. */
export const awsFields = {
  region: z
    .string()
    .regex(/^[a-z]{2}(?:-[a-z]+)+-\d+$/, 'An AWS region looks like `eu-central-1`.')
    .optional()
    .describe('The AWS region of Bedrock, e.g. `eu-central-1`.'),
  accessKeyId: secret
    .optional()
    .describe('The access key for Bedrock: `{ env: AWS_ACCESS_KEY_ID }` or `{ file: path }`.'),
  secretAccessKey: secret.optional().describe('Its secret: `{ env: AWS_SECRET_ACCESS_KEY }`.'),
  sessionToken: secret.optional().describe('Its session token, where the access key is a temporary one.'),
  roleArn: z
    .string()
    .regex(
      /^arn:aws[\w-]*:iam::\d{12}:role\/\S+$/,
      'A role looks like `arn:aws:iam::123456789012:role/name`.',
    )
    .optional()
    .describe('The role to assume with the web identity token (IRSA), in place of an access key.'),
  webIdentityTokenFile: z
    .string()
    .regex(/^\//, 'Give the whole path, from `/` on.')
    .optional()
    .describe('The file with that token, read again whenever the role is assumed again.'),
  stsEndpoint: httpUrl
    .optional()
    .describe('Where the role is assumed; `https://sts.REGION.amazonaws.com` where it is left out.'),
}

export const awsSecrets = ['accessKeyId', 'secretAccessKey', 'sessionToken'] as const
