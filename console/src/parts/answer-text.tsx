import { prettyIfJson } from '../format/json.ts'

/** What a model said: JSON laid out in columns, any other text with its own line breaks. */
export function AnswerText({ text }: { readonly text: string }) {
  const pretty = prettyIfJson(text)
  return pretty === undefined ? (
    <p className="answer">{text}</p>
  ) : (
    <pre className="answer answer-json">{pretty}</pre>
  )
}
