import { channelToParent, createPeer } from '../../foundation/platform/index.ts'
import { type Processes, questions, topics, type WorkerSetup } from './processes.ts'
import { createAnswers } from './questions-asked.ts'

export interface PrimaryLink extends Processes {
  readonly setup: WorkerSetup
  onTold(topic: string, listener: (value: unknown) => void): void
  /** This worker serves. */
  tellReady(): void
  /** Resolves when the primary is gone, however it ended. */
  readonly primaryIsGone: Promise<void>
}

/** A worker's way to the primary that started it. */
export async function joinPrimary(worker: string): Promise<PrimaryLink> {
  const answers = createAnswers()
  const primary = createPeer(channelToParent(), answers.answer)
  const setup = (await primary.ask(questions.setup)) as WorkerSetup
  return {
    worker,
    setup,
    handle: answers.handle,
    gather: async (question, value) =>
      (await primary.ask(questions.gather, { question, value: value ?? null })) as unknown[],
    askPrimary: (question, value, limitMs) => primary.ask(question, value, limitMs),
    onTold: (topic, listener) => primary.onTold(topic, listener),
    tellReady: () => primary.tell(topics.ready),
    primaryIsGone: primary.gone,
  }
}
