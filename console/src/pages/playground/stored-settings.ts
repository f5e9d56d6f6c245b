import type { ChatParameters } from '../../api/chat.ts'
import { isRecord } from '../../api/request.ts'

export interface StoredSettings {
  readonly systemPrompt: string
  readonly parameters: ChatParameters
}

const storageKey = 'slipway-playground'
const initial: StoredSettings = { systemPrompt: '', parameters: {} }

/** The settings of this tab as they were left; the service itself stands in the address. */
export function readSettings(): StoredSettings {
  return parseSettings(window.sessionStorage.getItem(storageKey))
}

export function writeSettings(settings: StoredSettings): void {
  window.sessionStorage.setItem(storageKey, JSON.stringify(settings))
}

export function parseSettings(text: string | null): StoredSettings {
  let stored: unknown
  try {
    stored = JSON.parse(text ?? 'null')
  } catch {
    return initial
  }
  if (!isRecord(stored) || !isRecord(stored['parameters'])) return initial
  const { temperature, maxTokens, seed, stop, isJson } = stored['parameters']
  return {
    systemPrompt: typeof stored['systemPrompt'] === 'string' ? stored['systemPrompt'] : '',
    parameters: {
      ...(typeof temperature === 'number' && { temperature }),
      ...(typeof maxTokens === 'number' && { maxTokens }),
      ...(typeof seed === 'number' && { seed }),
      ...(Array.isArray(stop) && { stop: stop.filter(each => typeof each === 'string') }),
      ...(isJson === true && { isJson }),
    },
  }
}
