import { Failure } from '../../foundation/platform/index.ts'
import type { DatasetReference } from './dataset.ts'
import { datasetName } from './definition.ts'

const revisionPattern = /^[A-Za-z0-9][A-Za-z0-9._/+-]{0,99}$/
const splitPattern = /^[a-z][a-z0-9_-]{0,49}$/

/** Reads `NAME`, `NAME@REVISION` and `NAME@REVISION:SPLIT`; throws `invalid_request` that says what is wrong. */
export function parseReference(text: string): DatasetReference {
  const [, dataset = '', revision, split] = /^([^@:]*)(?:@([^:]*))?(?::(.*))?$/s.exec(text) ?? []
  const shown = JSON.stringify(text.slice(0, 120))
  const fail = (why: string): Failure =>
    new Failure(
      'invalid_request',
      `${shown} names no version of a dataset: ${why}. Write NAME, NAME@BRANCH, NAME@TAG, NAME@12 or NAME@ with eight or more digits of its id, and :SPLIT behind it for one split.`,
      { details: { parameter: 'version' } },
    )
  if (!datasetName.safeParse(dataset).success) throw fail('its name is none')
  if (revision !== undefined && !revisionPattern.test(revision))
    throw fail('what follows the @ is no branch, tag, number or id')
  if (split !== undefined && !splitPattern.test(split)) throw fail('what follows the : is no split')
  return { dataset, revision: revision ?? 'main', split }
}

export function formatReference({ dataset, revision, split }: DatasetReference): string {
  return `${dataset}@${revision}${split === undefined ? '' : `:${split}`}`
}

/** What a branch or a tag may be called: nothing that could be a number or an id. Throws `invalid_request`. */
export function checkRefName(name: string, parameter: string): void {
  if (!revisionPattern.test(name))
    throw new Failure(
      'invalid_request',
      `${JSON.stringify(name.slice(0, 100))} is no name for a branch or a tag: begin with a letter or a digit; letters, digits and . _ / + - may follow, 100 at most.`,
      { details: { parameter } },
    )
  if (/^\d+$/.test(name) || /^[0-9a-f]{8,}$/.test(name))
    throw new Failure(
      'invalid_request',
      `${name} would read as the number or the id of a version. Put a letter before it, e.g. v${name}.`,
      { details: { parameter } },
    )
}
