import { Command } from 'commander'

export function trainModelCommand(): Command {
  return new Command('train').description('Train the built-in model again, from the same data and seed')
}
