/** A piece of an OpenAPI description. */
export type Json = Record<string, unknown>

/** What all operations under `/v1` have in common. */
export function operation(operationId: string, summary: string): Json {
  const failure = { description: "A failure in the shape of OpenAI's API." }
  return {
    operationId,
    summary,
    tags: ['OpenAI'],
    'x-permission': 'service:invoke',
    responses: {
      200: { description: "As OpenAI's API answers. `slipway-inference-id` leads to the trace." },
      400: failure,
      401: failure,
      404: failure,
      429: failure,
      502: failure,
    },
  }
}
