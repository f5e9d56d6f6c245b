import { Command } from 'commander'

export function showModelCommand(): Command {
  return new Command('show').description('Show what the built-in model was trained on, and how well it does')
}
