/** In force where there is no `slipway.yaml` at the default place: the model that Slipway brings, and nothing else. */
export const defaultConfigText = `engines:
  support:
    model: builtin:support

services:
  support:
    description: Answers support messages with one line of JSON.
    releases:
      v1:
        target: { engine: support }
        parameters: { temperature: 0 }
`
