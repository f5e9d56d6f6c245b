import { formatTime } from '../figures.ts'
import { printFields, printTable } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import type { WireRunDetail } from './eval-wire.ts'

/** All that the scores of a run rest on: asked again with it, the same answers get the same scores. */
export function renderProvenance(terminal: Terminal, run: WireRunDetail): void {
  const { dataset } = run
  const split = typeof dataset.split === 'string' ? `:${dataset.split}` : ''
  printFields(terminal, [
    ['run', run.id],
    ['by', `${run.author}, ${formatTime(run.created_at)}`],
    ['suite', `${run.suite} version ${run.suite_version} (${run.suite_hash})`],
    ['dataset', `${dataset.name}@${dataset.version_number}${split} (${dataset.version_id})`],
    [
      'asked',
      `${typeof run.sample === 'number' ? `a sample of ${run.sample} examples` : 'all examples'}, ${run.repeats} times each, seed ${run.seed}`,
    ],
  ])
  terminal.print('')
  printTable(
    terminal,
    run.releases,
    [
      { title: 'release', value: ({ name, is_baseline: is }) => `${name}${is ? ' (baseline)' : ''}` },
      { title: 'hash', value: ({ hash }) => hash },
      { title: 'targets', value: ({ targets }) => targets.join(', ') },
    ],
    'It asked no release.',
  )
  terminal.print('')
  printTable(
    terminal,
    run.evaluators,
    [
      { title: 'evaluator', value: ({ name }) => name },
      { title: 'use', value: ({ use }) => use },
      { title: 'version', value: ({ version }) => String(version), isNumber: true },
      { title: 'parameters', value: ({ parameters_hash: hash }) => hash },
      { title: 'passes from', value: ({ threshold }) => String(threshold), isNumber: true },
      { title: 'judge', value: ({ is_judge: is }) => (is ? 'yes' : '') },
    ],
    'It has no evaluators.',
  )
  terminal.print('')
  terminal.print(
    terminal.style.dim(
      `The text of the suite: GET /api/evaluation-suites/${encodeURIComponent(run.suite)}?version=${run.suite_version}. Which judge scored which answer: slipway eval examples ${run.id} --outcome all`,
    ),
  )
}
