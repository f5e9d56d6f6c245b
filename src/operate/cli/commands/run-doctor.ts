import { Command } from 'commander'

import type { DoctorFinding } from '../doctor/finding.ts'
import { exitCodes } from '../exit-codes.ts'
import { openSession } from '../session.ts'
import type { Terminal } from '../terminal.ts'

export function runDoctorCommand(): Command {
  return new Command('doctor')
    .description('Check this machine and installation, and say how to mend what is wrong')
    .action(async (_options: unknown, command: Command) => {
      const session = openSession(command)
      const { terminal } = session
      const { examine } = await import('../doctor/examine.ts')
      const findings: DoctorFinding[] = []
      for await (const finding of examine(session)) {
        findings.push(finding)
        if (!terminal.isJson) printFinding(terminal, finding)
      }
      const problems = findings.filter(finding => finding.state === 'problem').length
      if (problems > 0) process.exitCode = exitCodes.failed
      if (terminal.isJson) return terminal.printJson({ ok: problems === 0, findings })
      const verdict = problems === 0 ? 'All is well.' : `${problems} to mend.`
      terminal.print(`\n${terminal.style.bold(verdict)}`)
    })
}

const signs = { ok: '✓', advice: '!', problem: '✗' } as const

function printFinding(terminal: Terminal, { state, message, mend }: DoctorFinding): void {
  const { style } = terminal
  const paint = { ok: style.green, advice: style.yellow, problem: style.red }[state]
  terminal.print(`${paint(signs[state])} ${message}`)
  if (mend !== undefined) terminal.print(`  ${style.cyan(mend)}`)
}
