import { Button } from '@mantine/core'
import { type DatasetPlace, useApplyDrive, useDrives } from '../../api/datasets.ts'
import { useMe } from '../../api/queries.ts'
import type { CollectionDrive } from '../../api/types.ts'
import { formatCount } from '../../format/number.ts'
import { Loaded } from '../../parts/loaded.tsx'
import { Panel } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'

/** What people were asked of traffic so that a dataset lacks less, and what they said. */
export function DrivesPanel({ place }: { readonly place: DatasetPlace }) {
  return (
    <Loaded query={useDrives(place)} height={120}>
      {drives => drives.map(drive => <Drive key={drive.id} drive={drive} />)}
    </Loaded>
  )
}

function Drive({ drive }: { readonly drive: CollectionDrive }) {
  const mayWrite = useMe().data?.permissions.includes('dataset:write') === true
  const apply = useApplyDrive()
  const { pending } = drive.questions
  return (
    <Panel
      title={`${formatCount(drive.candidates)} ${drive.candidates === 1 ? 'example' : 'examples'} that people are asked about`}
      side={
        mayWrite && drive.answered > 0 ? (
          <Button
            size="compact-sm"
            variant="default"
            loading={apply.isPending}
            onClick={() => apply.mutate(drive.id)}
          >
            Make rows of what they said
          </Button>
        ) : (
          <span className="quiet">{formatCount(pending)} questions wait</span>
        )
      }
    >
      {apply.error && <Problem error={apply.error} />}
      <p className="quiet">
        Of version {drive.number}, <TimeAgo iso={drive.created_at} />; {formatCount(pending)} questions wait
        {apply.data &&
          `. ${formatCount(apply.data.added)} rows are on the branch ${apply.data.branch}${apply.data.known > 0 ? `, beside ${formatCount(apply.data.known)} that were there` : ''}`}
        .
      </p>
      <ScrollRegion className="scroll-x" label="What is collected">
        <table className="rows row-table">
          <thead>
            <tr>
              <th scope="col">Lacking</th>
              <th scope="col">Missing</th>
              <th scope="col">Asked</th>
              <th scope="col">Expected</th>
              <th scope="col">Answered</th>
              <th scope="col">Found</th>
              <th scope="col">Still missing</th>
            </tr>
          </thead>
          <tbody>
            {drive.needs.map(need => (
              <tr key={`${need.kind} ${need.name}`}>
                <td>
                  <span className="quiet">{need.kind}</span> {need.name}
                </td>
                <td>{formatCount(need.missing)}</td>
                <td>{formatCount(need.asked)}</td>
                <td>{need.expected.toFixed(1)}</td>
                <td>{formatCount(need.answered)}</td>
                <td>{formatCount(need.found)}</td>
                <td>{formatCount(need.still_missing)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </Panel>
  )
}
