import { Button, Group, SegmentedControl, Stack, Textarea, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { useSendFeedback } from '../../api/queries.ts'
import type { Body, Feedback, InferenceDetail } from '../../api/types.ts'
import { Problem } from '../../parts/problem.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'

const scores = [
  { value: '1', label: 'Good' },
  { value: '0.5', label: 'Partly' },
  { value: '0', label: 'Bad' },
]

export function FeedbackSection({ inference }: { readonly inference: InferenceDetail }) {
  return (
    <Stack gap="md">
      {inference.feedback.map(feedback => (
        <Given key={feedback.id} feedback={feedback} />
      ))}
      <FeedbackForm key={inference.feedback.length} inferenceId={inference.id} />
    </Stack>
  )
}

function Given({ feedback }: { readonly feedback: Feedback }) {
  const score = scores.find(({ value }) => Number(value) === feedback.score)?.label ?? feedback.score
  const corrected: unknown = feedback.corrected_output
  return (
    <article className="given">
      <header>
        {score !== null && <b>{score}</b>}
        {feedback.label !== null && <span className="tag">{feedback.label}</span>}
        <TimeAgo iso={feedback.created_at} />
      </header>
      {feedback.comment !== null && <p>{feedback.comment}</p>}
      {corrected !== null && corrected !== undefined && (
        <pre>{typeof corrected === 'string' ? corrected : JSON.stringify(corrected, null, 2)}</pre>
      )}
    </article>
  )
}

function FeedbackForm({ inferenceId }: { readonly inferenceId: string }) {
  const [score, setScore] = useState('')
  const [label, setLabel] = useState('')
  const [comment, setComment] = useState('')
  const [corrected, setCorrected] = useState('')
  const send = useSendFeedback(inferenceId)
  const feedback: Body<'giveFeedback'> = {
    ...(score !== '' && { score: Number(score) }),
    ...(label.trim() !== '' && { label: label.trim() }),
    ...(comment.trim() !== '' && { comment: comment.trim() }),
    ...(corrected.trim() !== '' && { corrected_output: corrected.trim() }),
  }
  const isEmpty = Object.keys(feedback).length === 0
  return (
    <form
      onSubmit={event => {
        event.preventDefault()
        if (isEmpty) return
        send.mutate(feedback, {
          onSuccess: () => notifications.show({ message: 'Feedback kept with the inference' }),
        })
      }}
    >
      <Stack gap="sm">
        <Group gap="sm" align="flex-end">
          <SegmentedControl aria-label="Score" data={scores} value={score} onChange={setScore} size="xs" />
          <TextInput
            aria-label="Label"
            placeholder="Label, e.g. wrong intent"
            size="xs"
            flex={1}
            miw={160}
            value={label}
            onChange={event => setLabel(event.currentTarget.value)}
          />
        </Group>
        <Textarea
          aria-label="Comment"
          placeholder="What was good or wrong?"
          autosize
          minRows={2}
          size="sm"
          value={comment}
          onChange={event => setComment(event.currentTarget.value)}
        />
        <Textarea
          aria-label="Corrected output"
          placeholder="What it should have answered (becomes an example to learn from)"
          autosize
          minRows={2}
          size="sm"
          value={corrected}
          onChange={event => setCorrected(event.currentTarget.value)}
        />
        {send.error && <Problem error={send.error} />}
        <Button
          type="submit"
          variant="default"
          loading={send.isPending}
          disabled={isEmpty}
          className="feedback-send"
        >
          Send feedback
        </Button>
      </Stack>
    </form>
  )
}
