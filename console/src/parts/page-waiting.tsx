import { Skeleton } from '@mantine/core'

export function PageWaiting() {
  return (
    <div role="status" aria-label="Loading">
      <Skeleton height={32} width={180} mb="xl" />
      <Skeleton height={420} />
    </div>
  )
}
