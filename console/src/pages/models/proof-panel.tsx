import { Button } from '@mantine/core'
import { type ModelPlace, useModelVerification, useVerifyFiles } from '../../api/models.ts'
import type { ModelVerification, ModelVersionDetail } from '../../api/types.ts'
import { Fact, Facts } from '../../parts/facts.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Panel } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { Prose } from '../../parts/prose.tsx'
import { type Tone, ToneMark } from '../../parts/status.tsx'

const words: Readonly<
  Record<
    ModelVerification['signature']['state'] | ModelVerification['files']['state'],
    { readonly word: string; readonly tone: Tone }
  >
> = {
  verified: { word: 'verified', tone: 'good' },
  refused: { word: 'refused', tone: 'bad' },
  missing: { word: 'missing', tone: 'idle' },
  not_read: { word: 'not read', tone: 'idle' },
}

/** Whether what is said of a version is true of its files. */
export function ProofPanel(props: { readonly place: ModelPlace; readonly version: ModelVersionDetail }) {
  const at = String(props.version.number)
  const verification = useModelVerification(props.place, at)
  const verify = useVerifyFiles(props.place, at)
  return (
    <Panel
      title="What is verified"
      side={
        <Button
          variant="default"
          size="compact-sm"
          loading={verify.isPending}
          onClick={() => verify.mutate()}
        >
          Read files again
        </Button>
      }
    >
      {verify.error && <Problem error={verify.error} />}
      <Loaded query={verification} height={116}>
        {found => (
          <Facts>
            <Proved name="Files" proof={found.files} />
            <Proved name="Signature" proof={found.signature} />
            <Proved name="Bill of materials" proof={found.bom} />
            <Proved name="Card" proof={found.card} />
          </Facts>
        )}
      </Loaded>
    </Panel>
  )
}

function Proved(props: {
  readonly name: string
  readonly proof: { readonly state: keyof typeof words; readonly reason: string }
}) {
  const { word, tone } = words[props.proof.state]
  return (
    <Fact name={props.name}>
      <ToneMark tone={tone}>{word}</ToneMark>{' '}
      <span className="quiet">
        <Prose text={props.proof.reason} />
      </span>
    </Fact>
  )
}
