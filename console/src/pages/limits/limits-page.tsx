import { PageHead } from '../../parts/page.tsx'
import { Shares } from './shares.tsx'

export function LimitsPage() {
  return (
    <>
      <PageHead title="Limits" lead="What each tenant gets of the targets that are bounded, and who waits." />
      <Shares />
    </>
  )
}
