import { describe, expect, it } from 'bun:test'
import { engineAdvice } from './engine-advice.ts'
import type { Machine } from './engine-advice.ts'

function machine(more: Partial<Machine>): Machine {
  return { platform: 'linux', exists: () => false, list: () => [], path: '/usr/bin', ...more }
}

const nowhere = '/nowhere/engine-binaries'

describe('engineAdvice', () => {
  it('names CUDA where there is an NVIDIA GPU, however it shows', () => {
    const signs: Partial<Machine>[] = [
      { list: folder => (folder === '/dev' ? ['null', 'nvidia0'] : []) },
      { exists: path => path === '/usr/bin/nvidia-smi' },
    ]
    for (const sign of signs) {
      const advice = engineAdvice(nowhere, machine(sign))
      expect(advice.worthInstalling).toBe('cuda')
      expect(advice.message).toContain('slipway engine install cuda')
    }
  })

  it('names Vulkan for another GPU', () => {
    const advice = engineAdvice(
      nowhere,
      machine({ list: folder => (folder === '/dev/dri' ? ['card0', 'renderD128'] : []) }),
    )
    expect(advice.worthInstalling).toBe('vulkan')
  })

  it('advises nothing where there is none', () => {
    const advice = engineAdvice(nowhere, machine({}))
    expect(advice).toMatchObject({ worthInstalling: undefined, installed: [] })
    expect(advice.message).toContain('No GPU')
  })
})
