import { checkMetricQuery } from './check-metric-query.ts'
import type { ConfigParts } from './config-parts.ts'
import { metricCatalogue } from './metric-catalogue.ts'
import type { DataPath, Finding } from './problem.ts'
import type { RuleConfig } from './schema/index.ts'
import { suggestSentence } from './suggest.ts'

/** Rules that no metric can answer, and names of channels and services that are not declared. */
export function checkAlerts(parts: ConfigParts): Finding[] {
  const { channels, rules, routes, declaredChannels } = parts.alerts
  return [
    ...[...rules].flatMap(([name, rule]) => checkRule(parts, rule, ['alerts', 'rules', name])),
    ...[...routes].flatMap(([index, route]) =>
      route.channels.flatMap((channel, position) =>
        declaredChannels.includes(channel)
          ? []
          : [
              missing('channel', channel, declaredChannels, [
                'alerts',
                'routes',
                index,
                'channels',
                position,
              ]),
            ],
      ),
    ),
    ...[...channels].flatMap(([name, channel]): Finding[] =>
      channel.kind === 'email' && (channel.user === undefined) !== (channel.password === undefined)
        ? [
            {
              path: ['alerts', 'channels', name],
              at: 'key',
              message: 'A mail server wants a user with a password, or neither.',
              mend: `Add \`${channel.user === undefined ? 'user' : 'password'}\`, or remove the other.`,
            },
          ]
        : [],
    ),
    ...[...parts.services].flatMap(([service, { slos, policy }]) =>
      Object.entries(slos ?? {}).flatMap(([slo, { verdicts }]): Finding[] =>
        verdicts && policy === undefined
          ? [
              {
                path: ['services', service, 'slos', slo, 'verdicts'],
                at: 'key',
                message: `\`${service}\` has no policy, so no guardrail says anything of it.`,
                mend: 'Give the service a `policy`, or remove the objective.',
              },
            ]
          : [],
      ),
    ),
  ]
}

function checkRule(parts: ConfigParts, rule: RuleConfig, path: DataPath): Finding[] {
  const wrong = checkMetricQuery(rule, metricCatalogue).map(problem => ({
    ...problem,
    path: [...path, ...problem.path],
  }))
  const services = [rule.where, rule.per?.where].flatMap((where, index) => {
    const asked = where?.['service']
    const at: DataPath = [...path, ...(index === 0 ? [] : ['per']), 'where', 'service']
    return (Array.isArray(asked) ? asked : [asked])
      .map(name => name?.replace(/^!/, ''))
      .filter(name => name !== undefined)
      .filter(name => !parts.declared.services.includes(name))
      .map(name => missing('service', name, parts.declared.services, at))
  })
  return [...wrong, ...services]
}

function missing(what: string, name: string, declared: readonly string[], path: DataPath): Finding {
  return {
    path,
    at: 'value',
    message: `There is no ${what} named \`${name}\`.`,
    mend: suggestSentence(name, declared, what),
  }
}
