import type { ProviderConfig } from '../../foundation/config/index.ts'
import type { Dialect, DialectOptions } from './dialect.ts'
import type { Operation, Upstream } from './upstream.ts'

/** One provider of the configuration, with the secrets that it names. */
export interface ConfiguredProvider {
  /** Its name in the configuration, for messages about it. */
  readonly name: string
  readonly config: ProviderConfig
  /** The values of the secrets that the configuration names, by the field that names them: `apiKey`, … */
  readonly secrets: Readonly<Record<string, string | undefined>>
}

/** How one provider is spoken to. */
export interface Speaking {
  readonly dialect: Dialect
  /** Headers of every call that say who we are, and what else the API wants to be told each time. */
  readonly headers: Readonly<Record<string, string>>
  /** The operations of one model, where models differ; those of the dialect are what all of them have. */
  readonly operationsOf?: (model: string) => ReadonlySet<Operation>
  /** What the API cannot do in one call, where calls can be put together for it. */
  readonly wrap?: (upstream: Upstream) => Upstream
}

/** Each kind of provider has one of these, in its folder. Throws `invalid_configuration`. */
export type Speak = (provider: ConfiguredProvider, options: DialectOptions) => Speaking
