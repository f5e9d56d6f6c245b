import { Snippet } from '../../parts/copy.tsx'
import { AnswerText } from '../../parts/answer-text.tsx'
import type { InferenceDetail } from '../../api/types.ts'
import { Masking } from './unmask.tsx'
import { readConversation } from './conversation.ts'

export function ContentView({ inference }: { readonly inference: InferenceDetail }) {
  const { content, service } = inference
  if (!content) {
    return (
      <p className="quiet">
        Not stored. Counts and times always are; prompts and answers only where{' '}
        <code>services.{service}</code> says <code>storeContent: masked</code> (or <code>true</code>).
      </p>
    )
  }
  return (
    <>
      <StoredContent content={content} />
      <Masking inference={inference} />
      {content.truncated && <p className="footnote">What was too large to keep was left out.</p>}
    </>
  )
}

function StoredContent({ content }: { readonly content: NonNullable<InferenceDetail['content']> }) {
  const turns = readConversation(content)
  if (!turns) {
    return (
      <>
        <Snippet label="request" text={JSON.stringify(content.request, null, 2)} />
        <Snippet label="response" text={JSON.stringify(content.response, null, 2)} />
      </>
    )
  }
  return (
    <ol className="turns">
      {turns.map((turn, index) => (
        // A stored conversation never changes, so its order names its turns.
        <li key={index} data-role={turn.role}>
          <b>{turn.role}</b>
          <AnswerText text={turn.text} />
        </li>
      ))}
    </ol>
  )
}
