import { Command } from 'commander'
import { openSession } from '../session.ts'
import { trainingJobShape } from '../training/train-wire.ts'

const moves = {
  cancel: { what: 'End a job', done: 'is cancelled; its trainer ends behind it.' },
  pause: { what: 'Have a job write a checkpoint and wait', done: 'is paused.' },
  resume: { what: 'Go on with a paused job', done: 'goes on.' },
} as const

/** `cancel`, `pause` and `resume`. */
export function moveTrainingCommand(move: keyof typeof moves): Command {
  return new Command(move)
    .description(moves[move].what)
    .argument('<id>', 'as `slipway train list` shows it')
    .action(async (id: string, _options: object, command: Command) => {
      const { api, terminal } = openSession(command)
      const job = await api.read(`/api/training/jobs/${encodeURIComponent(id)}/${move}`, trainingJobShape, {
        method: 'POST',
      })
      if (terminal.isJson) return terminal.printJson(job)
      terminal.print(`${terminal.style.green('✓')} ${job.id} ${moves[move].done}`)
    })
}
