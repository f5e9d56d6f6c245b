import type { Me } from '../api/types.ts'
import type { IconName } from '../parts/icon.tsx'

export interface Place {
  readonly path: string
  readonly label: string
  readonly icon: IconName
  readonly about: string
  readonly keywords?: string
  /** The Cedar action without which the page has nothing to show. */
  readonly needs: string
}

/** Where everything is, in the order of the loop; only what exists. */
export const groups: readonly { readonly label: string; readonly places: readonly Place[] }[] = [
  {
    label: 'Observe',
    places: [
      {
        path: '/',
        needs: 'overview:read',
        label: 'Overview',
        icon: 'overview',
        about: 'Traffic, speed and cost',
        keywords: 'dashboard charts home',
      },
      {
        path: '/inferences',
        needs: 'inference:list',
        label: 'Inferences',
        icon: 'inferences',
        about: 'Every request, live',
        keywords: 'traces logs requests tail',
      },
    ],
  },
  {
    label: 'Serve',
    places: [
      {
        path: '/playground',
        needs: 'service:invoke',
        label: 'Playground',
        icon: 'playground',
        about: 'Talk to a service',
        keywords: 'chat try',
      },
      {
        path: '/services',
        needs: 'service:list',
        label: 'Services',
        icon: 'services',
        about: 'Releases and how to call them',
        keywords: 'models endpoints releases',
      },
      {
        path: '/engines',
        needs: 'engine:list',
        label: 'Engines & providers',
        icon: 'engines',
        about: 'What answers',
        keywords: 'upstreams llama models',
      },
      {
        path: '/batches',
        needs: 'batch:list',
        label: 'Batches',
        icon: 'batches',
        about: 'Files of calls, and how far they are',
        keywords: 'jobs jsonl bulk offline progress',
      },
      {
        path: '/limits',
        needs: 'limit:list',
        label: 'Limits & budgets',
        icon: 'limits',
        about: 'What is left, and who waits',
        keywords: 'queue fairness shares capacity priority quota rate budget money spend hard soft lease',
      },
      {
        path: '/cache',
        needs: 'cache:list',
        label: 'Cache',
        icon: 'cache',
        about: 'Answers that are given again',
        keywords: 'semantic exact hits savings embeddings forget clear',
      },
    ],
  },
  {
    label: 'Govern',
    places: [
      {
        path: '/keys',
        needs: 'key:list',
        label: 'Keys',
        icon: 'keys',
        about: 'Who may call',
        keywords: 'access tokens secrets api',
      },
      {
        path: '/tenants',
        needs: 'tenant:list',
        label: 'Tenants',
        icon: 'tenants',
        about: 'Units of isolation',
        keywords: 'access customers teams',
      },
      {
        path: '/audit',
        needs: 'audit:list',
        label: 'Audit',
        icon: 'audit',
        about: 'Who changed what',
        keywords: 'log history evidence',
      },
    ],
  },
  {
    label: 'Operate',
    places: [
      {
        path: '/costs',
        needs: 'overview:read',
        label: 'Costs',
        icon: 'costs',
        about: 'What was spent on what',
        keywords: 'money dollars spend budget prices savings capacity',
      },
      {
        path: '/system',
        needs: 'system:read',
        label: 'System',
        icon: 'system',
        about: 'Health and configuration',
        keywords: 'version memory database config',
      },
    ],
  },
]

export function isAt(place: Place, path: string): boolean {
  return place.path === '/' ? path === '/' : path === place.path || path.startsWith(`${place.path}/`)
}

export function maySee(place: Place, me: Me): boolean {
  return me.permissions.includes(place.needs)
}
