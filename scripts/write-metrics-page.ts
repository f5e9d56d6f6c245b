import type { MetricDescription } from '../src/foundation/platform/index.ts'

interface Section {
  readonly title: string
  readonly page?: string
  readonly begins: RegExp
}

/** The first that fits has a metric. */
const sections: readonly Section[] = [
  { title: 'Objectives and alerts', page: 'alerts.md', begins: /^slipway_(slo|alert|notification)/ },
  { title: 'Monitors', page: 'monitors.md', begins: /^slipway_monitor/ },
  { title: 'Limits and budgets', page: 'limits.md', begins: /^slipway_(admission|ledger)/ },
  { title: 'Fair queue', page: 'fairness.md', begins: /^slipway_(queue|target)/ },
  { title: 'Routing', page: 'routing.md', begins: /^slipway_(route|upstream)/ },
  { title: 'Rollouts', page: 'rollouts.md', begins: /^slipway_rollout/ },
  { title: 'Cache', page: 'cache.md', begins: /^slipway_cache/ },
  { title: 'Guardrails', page: 'guardrails.md', begins: /^slipway_(guard|check)/ },
  { title: 'Reviews', page: 'reviews.md', begins: /^slipway_review/ },
  { title: 'Privacy', page: 'privacy.md', begins: /^slipway_(masked|pseudonym|reidentified|content_not)/ },
  { title: 'Jobs in clusters', page: 'kubernetes-jobs.md', begins: /^slipway_cluster/ },
  { title: 'Judges', page: 'scores.md', begins: /^slipway_(judge|score)/ },
  { title: 'Rollouts', page: 'rollouts.md', begins: /^slipway_(rollout|traffic)/ },
  { title: 'Responses and batches', page: 'batches.md', begins: /^slipway_(responses|batch)/ },
  { title: 'Drift reports', page: 'drift.md', begins: /^slipway_drift/ },
  { title: 'Datasets', page: 'datasets.md', begins: /^slipway_data/ },
  { title: 'Engines', page: 'engines.md', begins: /^slipway_engine/ },
  { title: 'Inference servers behind providers', page: 'providers.md', begins: /^slipway_server/ },
  { title: 'Traces', page: 'traces.md', begins: /^slipway_(traces|otlp|span|conversation)/ },
  {
    title: 'Inferences',
    page: 'traces.md',
    begins: /^slipway_(inference|time_to|tokens|cost|unpriced|rejected)/,
  },
  { title: 'The machine', begins: /^slipway_host/ },
  { title: 'Configuration', page: 'configuration.md', begins: /^slipway_config/ },
  { title: 'The processes', begins: /^(process_|slipway_event_loop|slipway_metrics)/ },
  { title: 'Others', begins: /./ },
]

const labelMeanings: Readonly<Record<string, string>> = {
  tenant: 'the tenant of the key',
  service: 'the service that was asked for',
  release: 'the release that served, `none` where none was picked',
  arm: 'the side of a rollout: `baseline`, `candidate`, or the name of one of several; `none` where it is compared on none',
  target: '`provider:<name>` or `engine:<name>`',
  outcome:
    '`ok`, `error`, `aborted`; of a rollout how it ended; of upstream calls `ok` or the code of the failure',
  status: 'the HTTP status that the client saw',
  bucket: 'what the tokens are: `input`, `cache_read`, `output`, `reasoning`, …',
  code: 'the code of the failure',
  decision:
    '`retry`, `hedge`, `fallback`, or the budget that denied it; of rollouts `promote`, `hold` or `roll-back`',
  cause: 'why',
  upstream: '`provider:<name>` or `engine:<name>`',
  why: 'what was lacking',
  measure: 'what the limit counts',
  priority: '`interactive`, `standard`, `batch`',
  reason: 'why',
  result: 'what came of it',
  source: 'where it was found',
  engine: 'its name in the configuration',
  provider: 'its name in the configuration',
  model: 'the name of the model at the server',
  component: 'what a Job in a cluster is for: `training`, `stage`',
  trainer: 'the trainer of a training job, as the configuration names it; `builtin` is the one in the box',
  evaluator: 'the evaluator of evaluations, by the name that suites use',
  purpose: 'what people are asked about a row for: its label, or an evaluation',
  rule: 'the kind of rule that versions of datasets are held to',
  state: 'which state is meant',
  hash: 'of the snapshot',
  mode: 'of processors `user`, `system`, `idle`, `iowait`, `steal`, `other`; of guardrails `shadow` or `enforce`',
  direction: '`in` or `out`',
  slo: 'the name of the objective',
  severity: '`page`, `ticket`, `info`',
  channel: 'its name in the configuration',
  step: '`opened`, `fired`, `resolved`, `dropped`',
  check: 'the kind of check, as policies name it',
  guard: 'the entry of the policy: its `name`, else its check',
  policy: 'its name in the configuration',
  stage: '`input`, `context`, `tool_call`, `reasoning`, `output`',
  followed: 'what followed where a check could not tell: `closed`, `open`, `fallback`',
  judge: 'its name in the configuration',
  monitor: 'its name in the configuration',
  stream: 'the name of the stream of the monitor',
  side: 'whether a request or an answer waits',
  encoding: '`protobuf` or `json`',
  fault: 'what was wrong',
  fate: 'what becomes of the value',
  task: 'what was done, by its name in the code',
  kind: 'which kind of operation it was',
  type: 'what was found: `EMAIL_ADDRESS`, …; what weights became: `Q8_0`, …',
  format: 'of a model: `gguf`, `huggingface`, `mlflow`, `other`',
  trigger: 'what began it: `manual`, `api`, `cron`, `event`, `rows`',
  event: 'what happened: `dataset.published`, `monitor.alarm`, …',
  proof: 'what is held against a version of a model: `signature`, `bom`, `card`',
  endpoint: 'which path of MLflow’s API',
}

/** Labels that nothing is said of yet. */
export function unexplainedLabels(metrics: readonly MetricDescription[]): string[] {
  return [...new Set(metrics.flatMap(({ labels }) => labels))].filter(label => !(label in labelMeanings))
}

/** docs/metrics.md, from what a running server says of itself. */
export function writeMetricsPage(metrics: readonly MetricDescription[]): string {
  const bySection = Map.groupBy(metrics, ({ name }) => sections.find(({ begins }) => begins.test(name)))
  const tables = sections.flatMap(section => {
    const members = bySection.get(section)
    if (!members) return []
    const link = section.page === undefined ? '' : ` ([${section.page}](${section.page}))`
    const rows = members.map(
      ({ name, type, labels, help }) =>
        `| \`${name}\` | ${type} | ${labels.join(', ') || '–'} | ${help.replaceAll('|', '\\|')} |`,
    )
    return [
      `## ${section.title}${link}\n\n| metric | type | labels | |\n|---|---|---|---|\n${rows.join('\n')}\n`,
    ]
  })
  const used = [...new Set(metrics.flatMap(({ labels }) => labels))].toSorted()
  const labelRows = used.map(label => `| \`${label}\` | ${labelMeanings[label] ?? 'see the metric'} |`)
  return `# Metrics

Made from a running server by \`npm run generate\`: every metric that \`/metrics\`, the board of the console, rules
and objectives ([alerts.md](alerts.md)) know. \`slipway metrics list\` says the same of your server.

Labels come from the configuration, keys and tenants only, never from a request's text. Counters only grow; what is asked
of them is a rate or an increase. Histograms have \`_bucket\`, \`_sum\` and \`_count\`. With several processes one scrape gives all
of them together. \`/metrics\` is open to the machine itself; from elsewhere, or through a proxy, a key with \`system:read\` is
needed. What Slipway keeps of them itself, and for how long, is in [alerts.md](alerts.md#what-is-kept).

${tables.join('\n')}
## Labels

| label | |
|---|---|
${labelRows.join('\n')}

Not there: times of garbage collections, which Bun does not tell; the heap's size and the lag of the event loop show what they
cost. Pressure and network of the machine are told on Linux only.
`
}
