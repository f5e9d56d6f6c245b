import { Button } from '@mantine/core'
import { changeSearch } from '../routing/location.ts'

/** Says that the address narrows a page to a tenant or a service, and leads back to all of them. */
export function OnlyOf(props: {
  readonly tenant?: string | undefined
  readonly service?: string | undefined
}) {
  const { tenant, service } = props
  const named = [
    ...(tenant === undefined ? [] : [`tenant ${tenant}`]),
    ...(service === undefined ? [] : [`service ${service}`]),
  ]
  if (named.length === 0) return null
  return (
    <p className="only-of">
      Only of {named.join(' and ')}
      <Button
        variant="default"
        size="compact-xs"
        onClick={() => changeSearch({ tenant: undefined, service: undefined })}
      >
        Show all
      </Button>
    </p>
  )
}
