import type { ConfigParts } from './config-parts.ts'
import type { DataPath, Finding } from './problem.ts'
import type { JudgeConfig } from './schema/index.ts'
import { suggestSentence } from './suggest.ts'

/** What the schema cannot see of judges: the services that they ask, and what those that they judge must keep. */
export function checkJudges(parts: ConfigParts): Finding[] {
  const { services, judges } = parts.declared
  return [
    ...[...parts.judges].flatMap(([name, judge]) =>
      servicesOf(judge).flatMap(([key, service]) =>
        services.includes(service) ? [] : [missing('service', service, services, ['judges', name, key])],
      ),
    ),
    ...[...parts.services].flatMap(([name, service]) => {
      const named = service.judges ?? []
      return [
        ...named.flatMap((judge, index) =>
          judges.includes(judge)
            ? []
            : [missing('judge', judge, judges, ['services', name, 'judges', index])],
        ),
        ...(named.length > 0 && !service.storeContent
          ? [
              {
                path: ['services', name, 'judges'],
                at: 'key',
                message: 'Judges read what is kept of an answer, and this service keeps nothing.',
                mend: 'Add `storeContent: masked` (or `true`) to the service, or remove `judges`.',
              } satisfies Finding,
            ]
          : []),
      ]
    }),
  ]
}

function servicesOf(judge: JudgeConfig): [key: string, service: string][] {
  const asked: [string, string][] = [['service', judge.service]]
  if (judge.kind === 'self-consistency' && judge.sampled !== undefined) asked.push(['sampled', judge.sampled])
  return asked
}

function missing(what: string, name: string, declared: readonly string[], path: DataPath): Finding {
  return {
    path,
    at: 'value',
    message: `There is no ${what} named \`${name}\`.`,
    mend: suggestSentence(name, declared, what),
  }
}
