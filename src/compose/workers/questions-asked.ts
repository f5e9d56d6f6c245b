/** The answers of this process to what is asked of all. */
export function createAnswers() {
  const answers = new Map<string, (value: unknown) => unknown>()
  return {
    handle: (question: string, answer: (value: unknown) => unknown): void =>
      void answers.set(question, answer),
    answer: async (question: string, value: unknown): Promise<unknown> => {
      const answer = answers.get(question)
      if (!answer) throw new Error(`This process does not know the question ${question}.`)
      return await answer(value)
    },
  }
}
