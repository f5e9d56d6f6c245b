import { type ConfigSnapshot, metricCatalogue } from '../../../foundation/config/index.ts'
import { board, type Panel, type PanelUnit } from '../../metrics/index.ts'
import { type Objective, objectivesOf } from '../objective.ts'
import { durationText } from '../../../foundation/config/index.ts'
import { quote, toPromql } from './to-promql.ts'

/** Grafana's names of units. */
const units: Readonly<Record<PanelUnit, string>> = {
  per_second: 'reqps',
  seconds: 's',
  share: 'percentunit',
  usd_per_hour: 'currencyUSD',
  tokens_per_second: 'none',
  bytes: 'bytes',
  bytes_per_second: 'Bps',
  count: 'short',
  cores: 'short',
}

const datasource = { type: 'prometheus', uid: '${datasource}' }
const columns = 3
const panelWidth = 24 / columns
const panelHeight = 8

/** The board of the console, for Grafana. */
export function liveDashboard(): object {
  const panels: object[] = []
  let y = 0
  let id = 1
  for (const group of board) {
    panels.push({
      id: id++,
      type: 'row',
      title: group.title,
      collapsed: false,
      gridPos: { x: 0, y, w: 24, h: 1 },
      panels: [],
    })
    y += 1
    for (const [index, panel] of group.panels.entries()) {
      const gridPos = {
        x: (index % columns) * panelWidth,
        y: y + Math.floor(index / columns) * panelHeight,
        w: panelWidth,
        h: panelHeight,
      }
      panels.push({ ...timeSeries(panel), id: id++, gridPos })
    }
    y += Math.ceil(group.panels.length / columns) * panelHeight
  }
  return dashboard('slipway-live', 'Slipway: live', panels, [
    {
      name: 'service',
      label: 'Service',
      type: 'query',
      datasource,
      query: { query: 'label_values(slipway_inferences_total, service)', refId: 'service' },
      definition: 'label_values(slipway_inferences_total, service)',
      refresh: 2,
      includeAll: true,
      multi: true,
      allValue: '.*',
      current: { text: ['All'], value: ['$__all'] },
    },
  ])
}

function timeSeries({ title, help, unit, isStacked, lines }: Panel): object {
  return {
    type: 'timeseries',
    title,
    description: help,
    datasource,
    fieldConfig: {
      defaults: {
        unit: units[unit],
        min: 0,
        custom: {
          drawStyle: 'line',
          lineWidth: 1,
          fillOpacity: isStacked === true ? 30 : 0,
          stacking: { mode: isStacked === true ? 'normal' : 'none', group: 'A' },
          showPoints: 'never',
        },
      },
      overrides: [],
    },
    options: {
      legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
    targets: lines.filter(isThere).map(({ name, query, times }, index) => {
      const expr = toPromql(query, {
        over: '$__rate_interval',
        further: { label: 'service', matcher: '=~"$service"' },
      })
      return {
        refId: String.fromCodePoint(65 + index),
        datasource,
        expr: times === undefined ? expr : `${times} * ${expr}`,
        legendFormat: name ?? (query.by ?? []).map(label => `{{${label}}}`).join(' · '),
        range: true,
      }
    }),
  }
}

/** A release has what its catalogue has. */
function isThere({ query }: Panel['lines'][number]): boolean {
  return [query.metric, query.per?.metric].every(
    name => name === undefined || metricCatalogue.some(metric => metric.name === name),
  )
}

/** What is left of each error budget, and how fast it burns. */
export function sloDashboard(snapshot: ConfigSnapshot): object {
  const panels = objectivesOf(snapshot).flatMap((objective, row) => [
    {
      ...budgetPanel(objective),
      id: row * 2 + 1,
      gridPos: { x: 0, y: row * panelHeight, w: 8, h: panelHeight },
    },
    {
      ...burnPanel(objective),
      id: row * 2 + 2,
      gridPos: { x: 8, y: row * panelHeight, w: 16, h: panelHeight },
    },
  ])
  return dashboard('slipway-objectives', 'Slipway: objectives', panels, [])
}

function thoseOf({ service, name }: Objective): string {
  return `{service=${quote(service)}, slo=${quote(name)}}`
}

function budgetPanel(objective: Objective): object {
  return {
    type: 'stat',
    title: `${objective.service}: ${objective.name}`,
    description: objective.promise,
    datasource,
    fieldConfig: {
      defaults: {
        unit: 'percentunit',
        thresholds: {
          mode: 'absolute',
          steps: [
            { color: 'red', value: null },
            { color: 'orange', value: 0.1 },
            { color: 'green', value: 0.5 },
          ],
        },
      },
      overrides: [],
    },
    options: { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'background', graphMode: 'area' },
    targets: [
      {
        refId: 'A',
        datasource,
        expr: `slipway:slo_error_budget_left${thoseOf(objective)}`,
        legendFormat: 'left',
      },
    ],
  }
}

function burnPanel(objective: Objective): object {
  const { budget, burnRules } = objective
  const seconds = [...new Set(burnRules.map(({ longSeconds }) => longSeconds))]
  return {
    type: 'timeseries',
    title: `${objective.service}: ${objective.name}, burn rate`,
    description: '1 uses the budget up exactly at the end of the window.',
    datasource,
    fieldConfig: {
      defaults: { unit: 'none', min: 0, custom: { drawStyle: 'line', lineWidth: 1 } },
      overrides: [],
    },
    options: { legend: { displayMode: 'list', placement: 'bottom', showLegend: true } },
    targets: seconds.map((one, index) => ({
      refId: String.fromCodePoint(65 + index),
      datasource,
      expr: `slipway:slo_bad_ratio:rate${durationText(one)}${thoseOf(objective)} / ${budget}`,
      legendFormat: durationText(one),
    })),
  }
}

function dashboard(
  uid: string,
  title: string,
  panels: readonly object[],
  variables: readonly object[],
): object {
  return {
    uid,
    title,
    tags: ['slipway'],
    timezone: 'browser',
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: '10s',
    time: { from: 'now-30m', to: 'now' },
    templating: {
      list: [
        {
          name: 'datasource',
          label: 'Data source',
          type: 'datasource',
          query: 'prometheus',
          current: {},
          hide: 0,
        },
        ...variables,
      ],
    },
    annotations: { list: [] },
    panels,
  }
}
