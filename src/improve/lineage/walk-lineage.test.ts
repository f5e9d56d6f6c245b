import { describe, expect, it } from 'bun:test'
import type { LineageKind, LineageNode, LineageSource } from './lineage.ts'
import { walkLineage, type WalkOptions } from './walk-lineage.ts'

const node = (kind: LineageKind, id: string): LineageNode => ({
  kind,
  id,
  tenant: 'acme',
  label: id,
  at: undefined,
  state: undefined,
  details: {},
})

/** Datasets, models trained on them, and servings of those. */
const learned: Readonly<Record<string, readonly string[]>> = {
  d1: ['m1', 'm2'],
  d2: ['m2'],
  d3: Array.from({ length: 9 }, (_, index) => `n${index}`),
}
const source: LineageSource = {
  find: {},
  up: {
    model: async ({ id }) =>
      Object.entries(learned)
        .filter(([, models]) => models.includes(id))
        .map(([dataset]) => ({ node: node('dataset', dataset), role: 'training' })),
    serving: async ({ id }) => [{ node: node('model', id.slice(1)), role: 'served' }],
  },
  down: {
    dataset: async ({ id }, _, limit) =>
      (learned[id] ?? []).slice(0, limit).map(model => ({ node: node('model', model), role: 'training' })),
    model: async ({ id }) => [{ node: node('serving', `s${id}`), role: 'served' }],
  },
}
const walk = async (options: Partial<WalkOptions>) => {
  const { nodes, edges } = await walkLineage([source], {
    start: node('model', 'm2'),
    direction: 'both',
    depth: 5,
    mostNodes: 100,
    mostNeighbours: 5,
    scope: { tenant: 'acme', services: undefined },
    maySee: () => true,
    ...options,
  })
  return {
    names: nodes.map(({ id }) => id),
    more: nodes.filter(({ hasMore }) => hasMore).map(({ id }) => id),
    edges: edges.map(({ from, to }) => `${from} ${to}`),
  }
}

describe('walkLineage', () => {
  it('goes up and goes down, and not up and down again', async () => {
    const { names, edges, more } = await walk({})
    expect(names).toEqual(['m2', 'd1', 'd2', 'sm2'])
    expect(edges).toEqual(['dataset:d1 model:m2', 'dataset:d2 model:m2', 'model:m2 serving:sm2'])
    expect(more).toEqual([])
  })

  it('names the nodes at which it stopped: too far, too many neighbours, too many nodes', async () => {
    const start = node('dataset', 'd3')
    expect((await walk({ start, direction: 'down', depth: 1, mostNeighbours: 20 })).more).toEqual([
      ...(learned['d3'] ?? []),
    ])
    expect((await walk({ start, direction: 'down' })).more).toEqual(['d3'])
    expect(await walk({ start, direction: 'down', mostNodes: 3 })).toMatchObject({
      names: ['d3', 'n0', 'n1'],
      more: ['d3', 'n0', 'n1'],
    })
  })

  it('leaves out what may not be seen, with all that only it leads to', async () => {
    const { names } = await walk({
      start: node('dataset', 'd1'),
      direction: 'down',
      maySee: kind => kind !== 'model',
    })
    expect(names).toEqual(['d1'])
  })
})
