import { anthropicError, understandAnthropic } from './anthropic.ts'
import { cohereError, isCoherePath, understandCohere } from './cohere.ts'
import { geminiError, readGeminiPath, understandGemini } from './gemini.ts'
import { understandOpenAi } from './openai.ts'
import { typeOf, Refusal, type Fixed, type Understood } from './understood.ts'

export interface Request {
  readonly path: string
  readonly query: string
  readonly body: unknown
}

/** Whose API a request is in. */
export interface Api {
  /** The model that is asked, in the body or in the path. */
  readonly model: unknown
  /** Throws `Refusal`; `undefined` where there is nothing at this path. */
  understand(fixed: Fixed): Understood | undefined
  readonly error: (
    status: number,
    code: string | undefined,
    message: string,
    parameter?: string | null,
  ) => unknown
}

const claudePath = /\/publishers\/anthropic\/models\/([^/:]+):(rawPredict|streamRawPredict)$/

export function apiOf({ path, query, body }: Request): Api {
  const model = (body as { model?: unknown } | undefined)?.model
  const claude = claudePath.exec(path)
  if (claude?.[1]) {
    const named = decodeURIComponent(claude[1])
    const isStream = claude[2] === 'streamRawPredict'
    const understand = (fixed: Fixed): Understood => understandClaude(body, named, isStream, fixed)
    return { model: named, understand, error: anthropicError }
  }
  const gemini = readGeminiPath(path)
  if (gemini) {
    return {
      model: gemini.model,
      understand: fixed => understandGemini(path, query, body, fixed),
      error: geminiError,
    }
  }
  if (isCoherePath(path)) {
    return { model, understand: fixed => understandCohere(path, body, fixed), error: cohereError }
  }
  if (/\/messages(?:\/count_tokens)?$/.test(path)) {
    return { model, understand: fixed => understandAnthropic(body, fixed), error: anthropicError }
  }
  return {
    model,
    understand: fixed => understandOpenAi(path, body, fixed),
    error: (status, _code, message, parameter = null) => ({
      error: { message, type: typeOf(status), param: parameter, code: null },
    }),
  }
}

/** Claude on Vertex AI: the version in the body, the model in the path and nowhere else. */
function understandClaude(body: unknown, model: string, isStream: boolean, fixed: Fixed): Understood {
  const { anthropic_version: version, ...request } = body as Record<string, unknown>
  if (version !== 'vertex-2023-10-16')
    throw new Refusal('anthropic_version', 'anthropic_version: Field required')
  if ('model' in request) throw new Refusal('model', 'model: Extra inputs are not permitted')
  if ((request['stream'] === true) !== isStream)
    throw new Refusal('stream', 'stream: does not match the method')
  return understandAnthropic({ ...request, model }, fixed)
}
