import tab from '@bomb.sh/tab/commander'
import type { Command } from 'commander'

/**
 * Adds `slipway completion <shell>`, which prints a script for the shell, and the hidden `slipway complete -- …`
 * that the script asks; so what is completed is always what this version knows.
 */
export function addCompletion(program: Command): void {
  tab(program, { completionCommandName: 'completion' })
  program.commands
    .find(command => command.name() === 'completion')
    ?.description('Print what makes a shell complete these commands')
    .addHelpText(
      'after',
      `
  bash  echo 'source <(slipway completion bash)' >> ~/.bashrc
  zsh   echo 'source <(slipway completion zsh)' >> ~/.zshrc
  fish  slipway completion fish > ~/.config/fish/completions/slipway.fish`,
    )
}
