/** The hazards of Llama Guard 3 and 4 (model cards; the taxonomy of MLCommons, and S14 of Meta's). */
export const hazards: Readonly<Record<string, { readonly name: string; readonly type: string }>> = {
  S1: { name: 'Violent Crimes', type: 'VIOLENT_CRIMES' },
  S2: { name: 'Non-Violent Crimes', type: 'NON_VIOLENT_CRIMES' },
  S3: { name: 'Sex Crimes', type: 'SEX_CRIMES' },
  S4: { name: 'Child Exploitation', type: 'CHILD_EXPLOITATION' },
  S5: { name: 'Defamation', type: 'DEFAMATION' },
  S6: { name: 'Specialized Advice', type: 'SPECIALIZED_ADVICE' },
  S7: { name: 'Privacy', type: 'PRIVACY' },
  S8: { name: 'Intellectual Property', type: 'INTELLECTUAL_PROPERTY' },
  S9: { name: 'Indiscriminate Weapons', type: 'INDISCRIMINATE_WEAPONS' },
  S10: { name: 'Hate', type: 'HATE' },
  S11: { name: 'Self-Harm', type: 'SELF_HARM' },
  S12: { name: 'Sexual Content', type: 'SEXUAL_CONTENT' },
  S13: { name: 'Elections', type: 'ELECTIONS' },
  S14: { name: 'Code Interpreter Abuse', type: 'CODE_INTERPRETER_ABUSE' },
}

const tokens = {
  3: {
    begin: '<|begin_of_text|><|start_header_id|>user<|end_header_id|>',
    end: '<|eot_id|><|start_header_id|>assistant<|end_header_id|>',
  },
  4: {
    begin: '<|begin_of_text|><|header_start|>user<|header_end|>',
    end: '<|eot|><|header_start|>assistant<|header_end|>',
  },
} as const

interface Turn {
  readonly role: string
  readonly content: string
}

/** The whole prompt as the model was trained on it, with the usual hazards or those of `policy`. */
export function renderGuardPrompt(
  turns: readonly Turn[],
  options: { readonly version: 3 | 4; readonly policy?: Readonly<Record<string, string>> | undefined },
): string {
  const { begin, end } = tokens[options.version]
  const categories = options.policy
    ? Object.entries(options.policy).map(([code, text]) => `${code}: ${withoutMarks(text)}`)
    : Object.entries(hazards).map(([code, { name }]) => `${code}: ${name}.`)
  const role = turns.at(-1)?.role === 'assistant' ? 'Agent' : 'User'
  const conversation = turns.map(turn => `${turn.role === 'assistant' ? 'Agent' : 'User'}: ${turn.content}`)
  const task = [
    `Task: Check if there is unsafe content in '${role}' messages in conversations according to our safety policy with the below categories.`,
    ['<BEGIN UNSAFE CONTENT CATEGORIES>', ...categories, '<END UNSAFE CONTENT CATEGORIES>'].join('\n'),
    '<BEGIN CONVERSATION>',
    ...conversation,
    '<END CONVERSATION>',
    `Provide your safety assessment for ONLY THE LAST ${role} message in the above conversation:
 - First line must read 'safe' or 'unsafe'.
 - If unsafe, a second line must include a comma-separated list of violated categories.`,
  ].join('\n\n')
  return `${begin}\n\n${task}${end}\n\n`
}

/** The text without what would end the conversation that it stands in: special tokens and the marks of the template. */
export function withoutMarks(text: string): string {
  return text
    .replace(/<\|[^|<>]{0,64}\|>/g, ' ')
    .replace(/<\s*(?:BEGIN|END)\s+(?:UNSAFE|CONVERSATION)[^>]*>/gi, ' ')
}
