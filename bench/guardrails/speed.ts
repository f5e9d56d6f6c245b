import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Check } from '../../src/serve/guardrails/check.ts'
import { round } from './score.ts'

const root = path.join(import.meta.dirname, '../..')
const textLength = 4_096
const textsEach = 48
const rounds = 40

/** Texts of the kinds that go through a gateway. */
function kinds(): Readonly<Record<string, string>> {
  const read = (file: string) => readFileSync(path.join(root, file), 'utf8')
  return {
    prose:
      'When the committee met on Tuesday, the members agreed that the plan would need another year before any of it could be put into practice. Nobody was surprised by the cost, but several of them asked why the report had not said so earlier, and what the department meant to do about it in 2026. ',
    german:
      'Die Bundesregierung hat am Mittwoch beschlossen, dass die Verwaltung der Behörden künftig schneller arbeiten soll. Der Antrag wird innerhalb von zwei Wochen geprüft, und die Bürgerinnen und Bürger erhalten danach eine Antwort per Post. ',
    markdown: read('docs/routing.md') + read('docs/limits.md'),
    code: read('src/serve/gateway/infer.ts') + read('src/serve/routing/call-targets.ts'),
    json: read('package-lock.json').slice(20_000, 80_000),
    table: Array.from(
      { length: 900 },
      (_, row) =>
        `${(row * 7_919) % 10_000},${(row * 104_729) % 100_000},${((row * 31) % 997) / 10},${1e9 + row * 7_654_321}\n`,
    ).join(''),
    log: Array.from(
      { length: 400 },
      (_, row) =>
        `2026-11-25T18:${String(row % 60).padStart(2, '0')}:13.123Z INFO request id=${((row * 2_654_435_761) >>> 0).toString(16)} path=/v1/chat/completions status=200 duration=${row * 7}ms peer=10.0.${row % 255}.7\n`,
    ).join(''),
  }
}

/**
 * Latency of all checks one after the other on 4 KB, and throughput of one core by the CPU time that the kernel counted: other work
 * on the machine lengthens the one and not the other. Every text is another one, so that nothing is remembered.
 */
export async function measureSpeed(checks: readonly Check[]): Promise<Record<string, object>> {
  const measured: Record<string, object> = {}
  for (const [name, source] of Object.entries(kinds())) {
    const long = source.repeat(Math.ceil((textsEach * textLength) / source.length))
    const texts = Array.from({ length: textsEach }, (_, index) =>
      long.slice(index * textLength, (index + 1) * textLength),
    )
    const times: number[] = []
    const once = (round_: number) => {
      for (const [index, text] of texts.entries()) {
        const fresh = `${round_} ${index}${text.slice(8)}`
        const startedAt = performance.now()
        for (const check of checks)
          void check.scan(
            { text: fresh, stage: 'output', service: 'bench', tenant: 'bench' },
            new AbortController().signal,
          )
        times.push(performance.now() - startedAt)
      }
    }
    for (let round_ = 0; round_ < 10; round_ += 1) once(-round_)
    times.length = 0
    const before = process.cpuUsage()
    for (let round_ = 0; round_ < rounds; round_ += 1) once(round_)
    const { user, system } = process.cpuUsage(before)
    times.sort((left, right) => left - right)
    const at = (share: number) => round(times[Math.floor(share * times.length)] ?? 0)
    measured[name] = {
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      megabytesPerCpuSecond: round((times.length * textLength) / (user + system)),
      megabytesPerSecondAtP50: round(textLength / at(0.5) / 1_000),
    }
    await Bun.sleep(1)
  }
  return measured
}
