import type { ProviderKind } from '../../foundation/config/index.ts'
import { speakAnthropic } from './anthropic/speak-anthropic.ts'
import { speakBedrock } from './bedrock/speak-bedrock.ts'
import { speakCohere } from './cohere/speak-cohere.ts'
import { speakGemini } from './gemini/speak-gemini.ts'
import { speakOpenAi } from './openai/speak-openai.ts'
import type { Speak } from './speak.ts'
import { speakVertex } from './vertex/speak-vertex.ts'

/** Who speaks to each kind of provider. A new kind is a line here. */
export const speakers: Readonly<Record<ProviderKind, Speak>> = {
  openai: speakOpenAi,
  'azure-openai': speakOpenAi,
  'openai-compatible': speakOpenAi,
  vllm: speakOpenAi,
  tei: speakOpenAi,
  ollama: speakOpenAi,
  groq: speakOpenAi,
  mistral: speakOpenAi,
  together: speakOpenAi,
  openrouter: speakOpenAi,
  anthropic: speakAnthropic,
  bedrock: speakBedrock,
  gemini: speakGemini,
  vertex: speakVertex,
  cohere: speakCohere,
}
