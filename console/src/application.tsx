import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { onConnectionRestored } from './api/connection.ts'
import { useMe } from './api/queries.ts'
import { ApiError, NoAnswer } from './api/request.ts'
import { SignInPage } from './pages/sign-in/sign-in-page.tsx'
import { Empty } from './parts/empty.tsx'
import { ErrorBoundary } from './parts/error-boundary.tsx'
import { Problem } from './parts/problem.tsx'
import { PageWaiting } from './parts/page-waiting.tsx'
import { navigate, usePath } from './routing/location.ts'
import { Shell } from './shell/shell.tsx'
import { cssVariables, theme } from './theme.ts'

const OverviewPage = lazy(async () => ({
  default: (await import('./pages/overview/overview-page.tsx')).OverviewPage,
}))
const BoardPage = lazy(async () => ({ default: (await import('./pages/board/board-page.tsx')).BoardPage }))
const AlertsPage = lazy(async () => ({
  default: (await import('./pages/alerts/alerts-page.tsx')).AlertsPage,
}))
const TimelinePage = lazy(async () => ({
  default: (await import('./pages/timeline/timeline-page.tsx')).TimelinePage,
}))
const RolloutsPage = lazy(async () => ({
  default: (await import('./pages/rollouts/rollouts-page.tsx')).RolloutsPage,
}))
const RolloutPage = lazy(async () => ({
  default: (await import('./pages/rollouts/rollout-page.tsx')).RolloutPage,
}))
const MonitorsPage = lazy(async () => ({
  default: (await import('./pages/monitors/monitors-page.tsx')).MonitorsPage,
}))
const SlosPage = lazy(async () => ({ default: (await import('./pages/slos/slos-page.tsx')).SlosPage }))
const InferencesPage = lazy(async () => ({
  default: (await import('./pages/inferences/inferences-page.tsx')).InferencesPage,
}))
const DriftPage = lazy(async () => ({ default: (await import('./pages/drift/drift-page.tsx')).DriftPage }))
const ConversationsPage = lazy(async () => ({
  default: (await import('./pages/conversations/conversations-page.tsx')).ConversationsPage,
}))
const PlaygroundPage = lazy(async () => ({
  default: (await import('./pages/playground/playground-page.tsx')).PlaygroundPage,
}))
const ServicesPage = lazy(async () => ({
  default: (await import('./pages/services/services-page.tsx')).ServicesPage,
}))
const EnginesPage = lazy(async () => ({
  default: (await import('./pages/engines/engines-page.tsx')).EnginesPage,
}))
const BatchesPage = lazy(async () => ({
  default: (await import('./pages/batches/batches-page.tsx')).BatchesPage,
}))
const ReviewsPage = lazy(async () => ({
  default: (await import('./pages/reviews/reviews-page.tsx')).ReviewsPage,
}))
const DatasetsPage = lazy(async () => ({
  default: (await import('./pages/datasets/datasets-page.tsx')).DatasetsPage,
}))
const EvaluationsPage = lazy(async () => ({
  default: (await import('./pages/evaluations/evaluations-page.tsx')).EvaluationsPage,
}))
const ModelsPage = lazy(async () => ({
  default: (await import('./pages/models/models-page.tsx')).ModelsPage,
}))
const PipelinesPage = lazy(async () => ({
  default: (await import('./pages/pipelines/pipelines-page.tsx')).PipelinesPage,
}))
const TrainingPage = lazy(async () => ({
  default: (await import('./pages/training/training-page.tsx')).TrainingPage,
}))
const LimitsPage = lazy(async () => ({
  default: (await import('./pages/limits/limits-page.tsx')).LimitsPage,
}))
const CachePage = lazy(async () => ({ default: (await import('./pages/cache/cache-page.tsx')).CachePage }))
const GuardrailsPage = lazy(async () => ({
  default: (await import('./pages/guardrails/guardrails-page.tsx')).GuardrailsPage,
}))
const JudgesPage = lazy(async () => ({
  default: (await import('./pages/judges/judges-page.tsx')).JudgesPage,
}))
const KeysPage = lazy(async () => ({ default: (await import('./pages/keys/keys-page.tsx')).KeysPage }))
const TenantsPage = lazy(async () => ({
  default: (await import('./pages/tenants/tenants-page.tsx')).TenantsPage,
}))
const AuditPage = lazy(async () => ({ default: (await import('./pages/audit/audit-page.tsx')).AuditPage }))
const CostsPage = lazy(async () => ({ default: (await import('./pages/costs/costs-page.tsx')).CostsPage }))
const SystemPage = lazy(async () => ({
  default: (await import('./pages/system/system-page.tsx')).SystemPage,
}))

/** Sends whoever has no session to the sign-in, and back to the same address afterwards. */
function askForKey(error: unknown): void {
  if (!(error instanceof ApiError) || error.status !== 401) return
  const { pathname, search } = window.location
  if (pathname === '/sign-in') return
  navigate(`/sign-in?next=${encodeURIComponent(pathname + search)}`, { isReplacing: true })
}

const client = new QueryClient({
  queryCache: new QueryCache({ onError: askForKey }),
  mutationCache: new MutationCache({ onError: askForKey }),
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      networkMode: 'always',
      refetchOnWindowFocus: false,
      retry: (count, error) =>
        count < 2 && !(error instanceof NoAnswer) && error instanceof ApiError && error.status >= 500,
    },
    mutations: { networkMode: 'always' },
  },
})

onConnectionRestored(() => void client.invalidateQueries())

export function Application() {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={client}>
        <Notifications position="bottom-right" />
        <ErrorBoundary>
          <Place />
        </ErrorBoundary>
      </QueryClientProvider>
    </MantineProvider>
  )
}

function Place() {
  const path = usePath()
  return path === '/sign-in' ? <SignInPage /> : <SignedIn path={path} />
}

function SignedIn({ path }: { readonly path: string }) {
  const me = useMe()
  if (me.data) {
    return (
      <Shell me={me.data}>
        <ErrorBoundary key={path.split('/')[1]}>
          <Suspense fallback={<PageWaiting />}>
            <Page path={path} />
          </Suspense>
        </ErrorBoundary>
      </Shell>
    )
  }
  const isSigningIn = me.error instanceof ApiError && me.error.status === 401
  if (me.error && !isSigningIn) {
    return (
      <main className="alone">
        <Problem error={me.error} onRetry={() => void me.refetch()} />
      </main>
    )
  }
  return null
}

function Page({ path }: { readonly path: string }) {
  const [, first = '', id] = path.split('/')
  switch (first) {
    case '':
      return <OverviewPage />
    case 'board':
      return <BoardPage />
    case 'alerts':
      return <AlertsPage openId={id === undefined || id === '' ? undefined : decodeURIComponent(id)} />
    case 'timeline':
      return <TimelinePage />
    case 'slos':
      return <SlosPage />
    case 'inferences':
      return <InferencesPage openId={id === undefined || id === '' ? undefined : decodeURIComponent(id)} />
    case 'rollouts':
      return id === undefined || id === '' ? <RolloutsPage /> : <RolloutPage id={decodeURIComponent(id)} />
    case 'monitors':
      return <MonitorsPage name={id === undefined || id === '' ? undefined : decodeURIComponent(id)} />
    case 'drift':
      return <DriftPage id={id === undefined || id === '' ? undefined : decodeURIComponent(id)} />
    case 'conversations':
      return <ConversationsPage openId={id === undefined || id === '' ? undefined : decodeURIComponent(id)} />
    case 'playground':
      return <PlaygroundPage />
    case 'services':
      return <ServicesPage />
    case 'engines':
      return <EnginesPage />
    case 'batches':
      return <BatchesPage openId={id === undefined || id === '' ? undefined : decodeURIComponent(id)} />
    case 'reviews':
      return <ReviewsPage openId={id === undefined || id === '' ? undefined : decodeURIComponent(id)} />
    case 'datasets':
      return <DatasetsPage name={id === undefined || id === '' ? undefined : decodeURIComponent(id)} />
    case 'evaluations':
      return <EvaluationsPage id={id === undefined || id === '' ? undefined : decodeURIComponent(id)} />
    case 'models':
      return <ModelsPage name={id === undefined || id === '' ? undefined : decodeURIComponent(id)} />
    case 'pipelines':
      return <PipelinesPage id={id === undefined || id === '' ? undefined : decodeURIComponent(id)} />
    case 'training':
      return <TrainingPage id={id === undefined || id === '' ? undefined : decodeURIComponent(id)} />
    case 'limits':
      return <LimitsPage />
    case 'guardrails':
      return <GuardrailsPage />
    case 'judges':
      return <JudgesPage />
    case 'cache':
      return <CachePage />
    case 'keys':
      return <KeysPage />
    case 'tenants':
      return <TenantsPage />
    case 'audit':
      return <AuditPage />
    case 'costs':
      return <CostsPage />
    case 'system':
      return <SystemPage />
    default:
      return (
        <Empty icon="search" title="There is nothing at this address">
          <a href="/">Go to the overview</a>, or press Ctrl K to find what you wanted.
        </Empty>
      )
  }
}
