import { Button } from '@mantine/core'
import { useServices } from '../../api/queries.ts'
import { Empty } from '../../parts/empty.tsx'
import { Icon } from '../../parts/icon.tsx'
import { curlSnippet } from '../../parts/call-snippets.ts'
import { useHref } from '../../routing/scope.ts'

/** Before the first request there is nothing to chart, only a first request to make. */
export function FirstCall({ service }: { readonly service: string | undefined }) {
  const services = useServices()
  const href = useHref()
  const name = service ?? services.data?.[0]?.name ?? 'support'
  return (
    <Empty
      icon="overview"
      title="No requests in this period"
      command={curlSnippet(window.location.origin, {
        model: name,
        messages: [{ role: 'user', content: 'Hello' }],
      })}
    >
      <p>The charts fill with the first inference. Send one with your key, or from the playground.</p>
      <Button component="a" href={href('/playground')} rightSection={<Icon name="arrowRight" size={16} />}>
        Open the playground
      </Button>
    </Empty>
  )
}
