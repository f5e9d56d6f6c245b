import { Button, Group, Textarea, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { type ModelPlace, useDecideVersion, useModelRequirements, useMoveAlias } from '../../api/models.ts'
import { useMe } from '../../api/queries.ts'
import type { Model, ModelVersionDetail } from '../../api/types.ts'
import { Icon } from '../../parts/icon.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Panel } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { Prose } from '../../parts/prose.tsx'
import { ToneMark } from '../../parts/status.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { EvidenceList } from './evidence-list.tsx'

const requirementNames: Readonly<Record<string, string>> = {
  approvals: 'Approvals',
  rejections: 'Rejections',
  evaluation: 'Evaluation',
  dataset: 'Training data',
  attachment: 'Attachment',
  format: 'Format',
  verified: 'Verified',
}

interface Props {
  readonly place: ModelPlace
  readonly model: Model
  readonly version: ModelVersionDetail
}

/** What each alias asks of a version, who has decided what, and the moves. */
export function ReleaseView(props: Props) {
  const { model, version } = props
  const free = model.aliases.map(({ name }) => name).filter(name => !model.protected.includes(name))
  return (
    <div className="stack">
      {model.protected.map(alias => (
        <ProtectedAlias key={alias} {...props} alias={alias} />
      ))}
      <FreeAliases {...props} names={free} />
      {version.decisions.length > 0 && (
        <Panel title="Decisions">
          <ol className="timeline" aria-label="Decisions">
            {version.decisions.map(decision => (
              <li key={decision.id} data-tone={decision.decision === 'approved' ? 'good' : 'bad'}>
                <p>
                  <b>{decision.actor_name}</b> {decision.decision} it for <b>{decision.alias}</b>{' '}
                  <span className="quiet">
                    <TimeAgo iso={decision.created_at} />
                  </span>
                </p>
                {decision.reason !== '' && <p className="timeline-reason">“{decision.reason}”</p>}
                <EvidenceList evidence={decision.evidence} />
              </li>
            ))}
          </ol>
        </Panel>
      )}
    </div>
  )
}

function ProtectedAlias({ place, model, version, alias }: Props & { readonly alias: string }) {
  const [reason, setReason] = useState('')
  const [evaluation, setEvaluation] = useState('')
  const at = String(version.number)
  const run = evaluation.trim() === '' ? undefined : evaluation.trim()
  const requirements = useModelRequirements(place, { at, alias, evaluation: run })
  const permissions = useMe().data?.permissions
  const decide = useDecideVersion(place, at)
  const move = useMoveAlias(place)
  const present = model.aliases.find(({ name }) => name === alias)
  const isHere = present?.version === version.number
  const said = {
    reason: reason.trim(),
    ...(run !== undefined && { evidence: [{ kind: 'evaluation', id: run }] }),
  }
  const done = (message: string) => ({
    onSuccess: () => {
      setReason('')
      notifications.show({ message })
    },
  })
  const asksForRun = requirements.data?.data.some(({ name }) => name === 'evaluation') === true
  return (
    <Panel
      title={alias}
      side={
        isHere ? (
          <ToneMark tone="good">is here</ToneMark>
        ) : (
          <span className="quiet">{present ? `at version ${present.version}` : 'nowhere yet'}</span>
        )
      }
    >
      <Loaded query={requirements} height={120}>
        {({ data }) => (
          <ul className="checklist" aria-label={`What ${alias} asks`}>
            {data.map(({ name, is_met: isMet, explanation }) => (
              <li key={`${name} ${explanation}`} data-tone={isMet ? 'good' : 'bad'}>
                <Icon name={isMet ? 'check' : 'close'} size={16} />
                <span>
                  <b>{requirementNames[name] ?? name}</b>
                  {!isMet && <span className="tag">missing</span>} <Prose text={explanation} />
                </span>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      <form
        className="release-form"
        aria-label={`Decide on ${alias}`}
        onSubmit={event => event.preventDefault()}
      >
        {asksForRun && (
          <TextInput
            label="Evaluation that is evidence"
            placeholder="The id of a run"
            value={evaluation}
            onChange={event => setEvaluation(event.currentTarget.value)}
          />
        )}
        <Textarea
          label="Why"
          autosize
          minRows={2}
          value={reason}
          onChange={event => setReason(event.currentTarget.value)}
        />
        {[decide.error, move.error].map((error, index) => error && <Problem key={index} error={error} />)}
        <Group gap="xs">
          {permissions?.includes('model:approve') === true && (
            <>
              <Button
                variant="default"
                disabled={reason.trim() === ''}
                loading={decide.isPending && decide.variables.decision === 'approved'}
                onClick={() =>
                  decide.mutate({ alias, decision: 'approved', ...said }, done('The version is approved'))
                }
              >
                Approve
              </Button>
              <Button
                variant="default"
                disabled={reason.trim() === ''}
                loading={decide.isPending && decide.variables.decision === 'rejected'}
                onClick={() =>
                  decide.mutate({ alias, decision: 'rejected', ...said }, done('The version is rejected'))
                }
              >
                Reject
              </Button>
            </>
          )}
          {permissions?.includes('model:write') === true && !isHere && (
            <Button
              disabled={requirements.data?.data.every(({ is_met: isMet }) => isMet) !== true}
              loading={move.isPending}
              onClick={() =>
                move.mutate(
                  { alias, version: version.number, expected: present?.version ?? null, ...said },
                  done(`${alias} is at version ${version.number}`),
                )
              }
            >
              Move {alias} here
            </Button>
          )}
        </Group>
      </form>
    </Panel>
  )
}

function FreeAliases({ place, model, version, names }: Props & { readonly names: readonly string[] }) {
  const [alias, setAlias] = useState('')
  const [reason, setReason] = useState('')
  const mayMove = useMe().data?.permissions.includes('model:write') === true
  const move = useMoveAlias(place)
  if (!mayMove) return null
  const name = alias.trim()
  const present = model.aliases.find(one => one.name === name)
  return (
    <Panel title="Aliases without rules">
      <p className="quiet">
        {names.length === 0 ? 'There is none yet.' : `There are ${names.join(', ')}.`} One without rules moves
        when somebody moves it.
      </p>
      <form
        className="release-form"
        aria-label="Move an alias"
        onSubmit={event => {
          event.preventDefault()
          move.mutate(
            {
              alias: name,
              version: version.number,
              expected: present?.version ?? null,
              reason: reason.trim(),
            },
            {
              onSuccess: () => {
                notifications.show({ message: `${name} is at version ${version.number}` })
                setAlias('')
                setReason('')
              },
            },
          )
        }}
      >
        <Group gap="xs" align="flex-end">
          <TextInput
            label="Alias"
            placeholder="candidate"
            value={alias}
            onChange={event => setAlias(event.currentTarget.value)}
          />
          <TextInput label="Why" value={reason} onChange={event => setReason(event.currentTarget.value)} />
          <Button
            type="submit"
            loading={move.isPending}
            disabled={name === '' || present?.version === version.number || model.protected.includes(name)}
          >
            Move here
          </Button>
        </Group>
        {move.error && <Problem error={move.error} />}
      </form>
    </Panel>
  )
}
