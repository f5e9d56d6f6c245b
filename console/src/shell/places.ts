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
        path: '/board',
        needs: 'metric:read',
        label: 'Board',
        icon: 'screen',
        about: 'Everything live, for a wall',
        keywords: 'dashboard metrics wall monitor engines host latency',
      },
      {
        path: '/alerts',
        needs: 'alert:list',
        label: 'Alerts',
        icon: 'warning',
        about: 'What fires, and who is told',
        keywords: 'silence acknowledge rules channels pager slack oncall incident',
      },
      {
        path: '/monitors',
        needs: 'monitor:list',
        label: 'Monitors',
        icon: 'chart',
        about: 'What is watched for changes',
        keywords: 'drift quality alarm detector reference stream',
      },
      {
        path: '/rollouts',
        needs: 'rollout:read',
        label: 'Rollouts',
        icon: 'flow',
        about: 'Releases that are brought to a service by steps',
        keywords: 'canary release promote abort shadow split verdict',
      },
      {
        path: '/timeline',
        needs: 'alert:list',
        label: 'Timeline',
        icon: 'clock',
        about: 'What happened to a service, and what came of it',
        keywords: 'story history events incident rollout alarm retrain what when',
      },
      {
        path: '/slos',
        needs: 'alert:list',
        label: 'Objectives',
        icon: 'check',
        about: 'Error budgets, and how fast they burn',
        keywords: 'slo sli availability budget burn rate promise',
      },
      {
        path: '/inferences',
        needs: 'inference:list',
        label: 'Inferences',
        icon: 'inferences',
        about: 'Every request, live',
        keywords: 'traces logs requests tail',
      },
      {
        path: '/conversations',
        needs: 'inference:list',
        label: 'Conversations',
        icon: 'playground',
        about: 'Inferences by what they belong to',
        keywords: 'sessions threads turns chats',
      },
      {
        path: '/drift',
        needs: 'drift:read',
        label: 'Drift',
        icon: 'chart',
        about: 'What has changed in traffic or data',
        keywords: 'shift psi distribution compare windows slices monitor change',
      },
      {
        path: '/reviews',
        needs: 'review:list',
        label: 'Reviews',
        icon: 'reviews',
        about: 'What waits for a person',
        keywords: 'approve reject edit queue human oversight escalate hitl',
      },
      {
        path: '/guardrails',
        needs: 'guardrail:list',
        label: 'Guardrails',
        icon: 'guardrails',
        about: 'What is looked for, and what was found',
        keywords:
          'policy policies checks verdicts block mask personal data pii secrets injection shadow enforce',
      },
      {
        path: '/judges',
        needs: 'inference:list',
        label: 'Judges',
        icon: 'judges',
        about: 'What models say of answers',
        keywords: 'scores rubric evaluation quality groundedness hallucination',
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
    label: 'Improve',
    places: [
      {
        path: '/datasets',
        needs: 'dataset:read',
        label: 'Datasets',
        icon: 'table',
        about: 'Versions of examples, and what is wrong with them',
        keywords: 'data rows profile schema branch tag diff validation labels import',
      },
      {
        path: '/evaluations',
        needs: 'evaluation:read',
        label: 'Evaluations',
        icon: 'check',
        about: 'Releases held against data, and each other',
        keywords: 'eval suite scores compare regression gate parity bias judge',
      },
      {
        path: '/training',
        needs: 'training:read',
        label: 'Training',
        icon: 'train',
        about: 'Jobs that train models, and their curves',
        keywords: 'fine-tune finetune loss lora adapter distil checkpoint epochs trainer job',
      },
      {
        path: '/models',
        needs: 'model:read',
        label: 'Models',
        icon: 'model',
        about: 'Versions, what is live, and who put it there',
        keywords: 'registry alias lineage approve promote production card signature weights gguf history',
      },
      {
        path: '/pipelines',
        needs: 'pipeline:read',
        label: 'Pipelines',
        icon: 'flow',
        about: 'Declared stages, and the runs of them',
        keywords: 'workflow dag retrain schedule cron stages approve artifacts runs orchestrate',
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
