import { Skeleton } from '@mantine/core'

export function PageWaiting() {
  return (
    <output aria-label="Loading">
      <Skeleton height={32} width={180} mb="xl" />
      <Skeleton height={420} />
    </output>
  )
}
