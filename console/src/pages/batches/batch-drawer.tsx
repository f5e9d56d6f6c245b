import { Button, Drawer, Stack, Table } from '@mantine/core'
import { useBatch, useBatchFailures } from '../../api/queries.ts'
import type { Batch } from '../../api/types.ts'
import { formatUptime } from '../../format/duration.ts'
import { formatNanoUsd } from '../../format/money.ts'
import { none } from '../../format/number.ts'
import { Snippet } from '../../parts/copy.tsx'
import { Fact, Facts } from '../../parts/facts.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { ScrollRegion } from '../../parts/scroll-region.tsx'
import { Status } from '../../parts/status.tsx'
import { TimeAgo } from '../../parts/time-ago.tsx'
import { BatchProgress } from './batch-progress.tsx'
import { isRunning, stateOf } from './batch-state.ts'
import { describePace } from './batch-table.tsx'

interface Props {
  readonly onCancel?: (batch: Batch) => void
}

/** One batch: how far it is, what is wrong with its input, and which lines failed. */
export function BatchDrawer(
  props: Props & { readonly id: string | undefined; readonly onClose: () => void },
) {
  return (
    <Drawer.Root opened={props.id !== undefined} onClose={props.onClose} position="right" size={720}>
      <Drawer.Overlay backgroundOpacity={0.2} />
      <Drawer.Content aria-label="Batch">
        <Drawer.Header className="drawer-head">
          <Drawer.Title tabIndex={-1} data-autofocus>
            Batch
          </Drawer.Title>
          <Drawer.CloseButton aria-label="Close batch" />
        </Drawer.Header>
        <Drawer.Body>{props.id !== undefined && <BatchDetail {...props} id={props.id} />}</Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  )
}

function BatchDetail({ id, onCancel }: Props & { readonly id: string }) {
  return (
    <Loaded query={useBatch(id)} height={400}>
      {batch => (
        <Stack gap="lg" pt="md">
          <BatchProgress batch={batch} />
          <Facts>
            <Fact name="Id">
              <code>{batch.id}</code>
            </Fact>
            <Fact name="State">
              <Status state={stateOf(batch)} />
            </Fact>
            <Fact name="Tenant">{batch.tenant}</Fact>
            <Fact name="Endpoint">
              <code>{batch.endpoint}</code>
            </Fact>
            <Fact name="Pace">{describePace(batch)}</Fact>
            <Fact name="Left">
              {batch.remaining_seconds === null ? none : formatUptime(batch.remaining_seconds)}
            </Fact>
            <Fact name="Cost so far">{formatNanoUsd(batch.cost_nano_usd)}</Fact>
            <Fact name="Made">
              <TimeAgo iso={batch.created_at} />
            </Fact>
            {batch.ended_at === null ? (
              <Fact name="Ends at the latest">
                <TimeAgo iso={batch.expires_at} />
              </Fact>
            ) : (
              <Fact name="Ended">
                <TimeAgo iso={batch.ended_at} />
              </Fact>
            )}
          </Facts>
          {onCancel && isRunning(batch) && batch.status !== 'cancelling' && (
            <div>
              <Button variant="default" onClick={() => onCancel(batch)}>
                Cancel batch
              </Button>
            </div>
          )}
          {batch.errors.length > 0 && <InputErrors errors={batch.errors} />}
          {batch.failed > 0 && <FailedLines batch={batch} />}
          {batch.output_file_id !== null && (
            <Snippet text={`npm run slipway -- batch results ${batch.id}`} label="command" />
          )}
        </Stack>
      )}
    </Loaded>
  )
}

/** Why nothing was asked. */
function InputErrors({ errors }: { readonly errors: Batch['errors'] }) {
  return (
    <section aria-label="Errors of the input">
      <h3>The input is wrong</h3>
      <Rows
        rows={errors.map(error => ({ line: error.line, what: error.code, message: error.message }))}
        label="Errors of the input"
      />
    </section>
  )
}

function FailedLines({ batch }: { readonly batch: Batch }) {
  const failures = useBatchFailures(batch)
  return (
    <section aria-label="Lines that failed">
      <h3>Lines that failed</h3>
      <Loaded query={failures} height={160}>
        {known => (
          <>
            <Rows
              rows={known.map(({ line, custom_id: customId, status, code, message }) => ({
                line,
                customId,
                what: [status, code].filter(part => part !== null).join(' '),
                message,
              }))}
              label="Lines that failed"
            />
            {known.length < batch.failed && (
              <p className="quiet">
                The first {known.length} of {batch.failed}; <code>batch results --errors</code> has them all.
              </p>
            )}
          </>
        )}
      </Loaded>
    </section>
  )
}

function Rows(props: {
  readonly label: string
  readonly rows: readonly {
    readonly line: number | null
    readonly customId?: string
    readonly what: string
    readonly message: string
  }[]
}) {
  return (
    <ScrollRegion className="scroll-x" label={props.label}>
      <Table className="rows">
        <Table.Thead>
          <Table.Tr>
            <Table.Th ta="right">Line</Table.Th>
            <Table.Th>What</Table.Th>
            <Table.Th>Why</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {props.rows.map(row => (
            <Table.Tr key={`${row.line} ${row.what}`}>
              <Table.Td ta="right">{row.line ?? none}</Table.Td>
              <Table.Td>
                {row.what}
                {row.customId !== undefined && <div className="quiet">{row.customId}</div>}
              </Table.Td>
              <Table.Td>{row.message}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollRegion>
  )
}
