import { Button, Group, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useChangePipelineRun } from '../../api/pipelines.ts'
import { useMe } from '../../api/queries.ts'
import type { PipelineRunDetail, PipelineStage } from '../../api/types.ts'
import { Problem } from '../../parts/problem.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'

/** Asks a person whether the run may go on, and why. */
export function DecideForm({
  run,
  stage,
}: {
  readonly run: PipelineRunDetail
  readonly stage: PipelineStage
}) {
  const mayApprove = useMe().data?.permissions.includes('pipeline:approve') === true
  const change = useChangePipelineRun(run.id)
  const [reason, setReason] = useState('')
  const decide = (verb: 'approve' | 'reject') =>
    change.mutate({ verb, stage: stage.name, reason: reason.trim() })
  return (
    <form className="decide-form" aria-label="Approval" onSubmit={event => event.preventDefault()}>
      <p>
        <b>{questionOf(stage)}</b>{' '}
        {stage.expires_at !== null && (
          <span className="quiet">
            Expires <TimeAgo iso={stage.expires_at} />
          </span>
        )}
      </p>
      {mayApprove ? (
        <>
          <Textarea
            label="Why?"
            required
            autosize
            minRows={2}
            value={reason}
            onChange={event => setReason(event.currentTarget.value)}
          />
          {change.error && <Problem error={change.error} />}
          <Group gap="xs" mt="sm">
            <Button
              disabled={reason.trim() === ''}
              loading={change.isPending}
              onClick={() => decide('approve')}
            >
              Approve
            </Button>
            <Button
              variant="default"
              disabled={reason.trim() === ''}
              loading={change.isPending}
              onClick={() => decide('reject')}
            >
              Reject
            </Button>
          </Group>
        </>
      ) : (
        <p className="quiet">A key with the permission pipeline:approve decides.</p>
      )}
    </form>
  )
}

function questionOf({ parameters }: PipelineStage): string {
  const question = (parameters as { readonly question?: unknown } | null)?.question
  return typeof question === 'string' ? question : 'May the run go on?'
}
