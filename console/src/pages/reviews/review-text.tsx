import { Tooltip } from '@mantine/core'
import type { ReviewText } from '../../api/types.ts'
import { diffWords } from './diff-words.ts'
import { markedPieces } from './marked-pieces.ts'

/** One text of a conversation or an answer, with what the policy has pointed at. */
export function TextView({ text, before }: { readonly text: ReviewText; readonly before?: string }) {
  return (
    <div className="review-text" data-role={text.role}>
      <p className="review-role">
        {text.role}
        {text.kind === 'reasoning' && ' · reasoning'}
        {text.kind === 'tool_call' && (
          <>
            {' · calls '}
            <code>{text.name}</code>
          </>
        )}
        {text.kind === 'text' && text.name !== null && ` · ${text.name}`}
      </p>
      <p className="answer">
        {before === undefined || before === text.text ? (
          <Marked text={text} />
        ) : (
          <Changed before={before} after={text.text} />
        )}
      </p>
    </div>
  )
}

function Marked({ text }: { readonly text: ReviewText }) {
  return markedPieces(text.text, text.marks).map((piece, index) => {
    const [mark] = piece.marks
    if (!mark) return <span key={index}>{piece.text}</span>
    const guard = piece.marks.find(one => one.guard !== null)?.guard
    const types = [...new Set(piece.marks.map(({ type }) => type))].join(', ')
    return (
      <Tooltip key={index} label={guard === undefined || guard === null ? types : `${types} · ${guard}`}>
        <mark data-kind={guard === undefined || guard === null ? 'hidden' : 'found'}>{piece.text}</mark>
      </Tooltip>
    )
  })
}

function Changed({ before, after }: { readonly before: string; readonly after: string }) {
  return diffWords(before, after).map(({ kind, text }, index) => {
    if (kind === 'same') return <span key={index}>{text}</span>
    return kind === 'removed' ? <del key={index}>{text}</del> : <ins key={index}>{text}</ins>
  })
}
