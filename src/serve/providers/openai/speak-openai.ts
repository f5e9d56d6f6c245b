import { Failure } from '../../../foundation/platform/index.ts'
import type { Speak } from '../speak.ts'
import { createUrlOf, differences, isCompatible } from './differences.ts'
import { createOpenAiDialect, usualOperations } from './dialect.ts'

export const speakOpenAi: Speak = ({ name, config, secrets }, options) => {
  const { kind, apiVersion } = config
  if (!isCompatible(kind)) throw new Error(`${kind} is no kind with OpenAI's API`)
  const row = differences[kind]
  const baseUrl = config.baseUrl ?? row.baseUrl
  if (baseUrl === undefined) {
    const message = `A provider of kind ${kind} has no usual address. Set providers.${name}.baseUrl.`
    throw new Failure('invalid_configuration', message)
  }
  const { apiKey } = secrets
  const operations = config.operations ?? usualOperations(kind, apiVersion)
  return {
    dialect: createOpenAiDialect(row, createUrlOf({ kind, baseUrl, apiVersion }), options, operations),
    headers:
      apiKey === undefined
        ? {}
        : row.authentication === 'api-key'
          ? { 'api-key': apiKey }
          : { authorization: `Bearer ${apiKey}` },
  }
}
