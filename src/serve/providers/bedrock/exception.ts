import { ownEntry } from '../../../foundation/platform/index.ts'
import type { UpstreamError } from '../error-body.ts'
import { asCount, asObject, asText, parseLoosely } from '../loose-json.ts'
import type { Frame } from './event-stream.ts'

/** The statuses that the exceptions have outside of a stream. */
const statuses: Readonly<Record<string, number>> = {
  accessdeniedexception: 403,
  internalserverexception: 500,
  modelerrorexception: 424,
  modelnotreadyexception: 429,
  modelstreamerrorexception: 424,
  modeltimeoutexception: 408,
  resourcenotfoundexception: 404,
  servicequotaexceededexception: 400,
  serviceunavailableexception: 503,
  throttlingexception: 429,
  validationexception: 400,
}

/** The error that a frame of a stream is: a modelled exception, or an error of the stream itself. */
export function readException({ headers, payload }: Frame): UpstreamError {
  const body = asObject(parseLoosely(new TextDecoder().decode(payload)))
  const type = headers.get(':exception-type') ?? headers.get(':error-code') ?? 'error'
  return {
    message: asText(body?.['originalMessage']) ?? asText(body?.['message']) ?? headers.get(':error-message'),
    code: type,
    type: undefined,
    parameter: undefined,
    // what the model answered says more than that it answered with an error
    status: asCount(body?.['originalStatusCode']) ?? ownEntry(statuses, type.toLowerCase()) ?? 500,
  }
}
