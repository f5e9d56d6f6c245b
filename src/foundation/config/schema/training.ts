import { z } from 'zod'
import { clusterPlaceShape, podResources } from './kubernetes.ts'
import { name, secret } from './parts.ts'

const methods = z
  .array(z.enum(['supervised', 'dpo', 'distillation']))
  .min(1)
  .default(['supervised'])
  .describe('What it can learn by.')
const timeoutMinutes = z
  .int()
  .min(1)
  .max(525_600)
  .default(1_440)
  .describe('How long one try may take; after that it is ended and has failed.')
const attempts = z
  .int()
  .min(1)
  .max(100)
  .default(3)
  .describe('Tries in a row that bring no new checkpoint, after which a job has failed.')
const modelName = z.string().min(1).max(200)
const models = z
  .record(modelName, z.string().min(1))
  .refine(all => Object.keys(all).length > 0, 'No model is named here.')
  .describe('What jobs may begin with, by name: a file, a folder, or whatever the trainer knows it by.')

const environment = z
  .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.union([z.string(), secret]))
  .optional()

const processTrainer = z
  .strictObject({
    kind: z.literal('process').describe('A command on this machine.'),
    command: z
      .array(z.string().min(1))
      .min(1)
      .describe('Program and words; the folder of the job is added. See docs/extend/trainer.md.'),
    models,
    methods,
    hasAdapters: z.boolean().default(false).describe('Whether it trains low-rank adapters.'),
    canContinue: z
      .boolean()
      .default(true)
      .describe('Whether it can begin with what one of its jobs has left, or with a model of the registry.'),
    environment: environment.describe(
      'What it gets beside PATH, HOME, LANG and TMPDIR. Secret values come from `env` or `file`.',
    ),
    timeoutMinutes,
    graceSeconds: z
      .int()
      .min(1)
      .max(3_600)
      .default(30)
      .describe('How long it may take to write a checkpoint after it was asked to stop.'),
    attempts,
  })
  .describe(
    'A command of yours. It runs as the server’s user, so that only who writes this file can add one.',
  )

const providerTrainer = z
  .strictObject({
    kind: z.literal('provider').describe('The fine-tuning API of a provider, shaped like OpenAI’s.'),
    provider: name.describe(
      'One of `providers`, of the kind `openai`, `azure-openai` or `openai-compatible`; another Slipway is the last.',
    ),
    models: z.array(modelName).min(1).describe('What jobs may begin with, as the provider names it.'),
    methods: z
      .array(z.enum(['supervised', 'dpo']))
      .min(1)
      .default(['supervised'])
      .describe('What it can learn by.'),
    pollSeconds: z
      .number()
      .min(0.1)
      .max(600)
      .default(10)
      .describe('How often a job is looked at; less often, up to a minute, while nothing moves.'),
    timeoutMinutes: timeoutMinutes.describe(
      'How long the provider may take; after that the job is cancelled there.',
    ),
    attempts,
  })
  .describe(
    'A provider that trains. The data of a tenant go there only where it says `useForTraining: true`.',
  )

const kubernetesTrainer = z
  .strictObject({
    kind: z.literal('kubernetes').describe('A command in a container, as a Job of a cluster.'),
    ...clusterPlaceShape,
    image: z.string().min(1).max(500).describe('Of the trainer; name it by digest where it must not change.'),
    command: z
      .array(z.string().min(1))
      .min(1)
      .describe(
        'Program and words in the image; the folder of the job is added. See docs/extend/trainer.md.',
      ),
    models,
    methods,
    hasAdapters: z.boolean().default(false).describe('Whether it trains low-rank adapters.'),
    canContinue: z
      .boolean()
      .default(true)
      .describe('Whether it can begin with what one of its jobs has left, or with a model of the registry.'),
    resources: podResources,
    runtime: z
      .enum(['job', 'trainjob'])
      .default('job')
      .describe('A Job of Kubernetes itself, or a TrainJob of Kubeflow Trainer.'),
    trainingRuntime: z
      .strictObject({
        name: z.string().min(1).max(253).describe('Of the runtime.'),
        kind: z
          .enum(['ClusterTrainingRuntime', 'TrainingRuntime'])
          .default('ClusterTrainingRuntime')
          .describe('Of the whole cluster, or of the namespace.'),
      })
      .optional()
      .describe(
        'Of a TrainJob: the runtime, with the containers of the courier. See docs/kubernetes-jobs.md.',
      ),
    environment: environment.describe('For the trainer. Secret values come from `env` or `file`.'),
    timeoutMinutes,
    attempts,
  })
  .refine(
    given => (given.runtime === 'trainjob') === (given.trainingRuntime !== undefined),
    '`trainingRuntime` belongs to `runtime: trainjob`, which needs it.',
  )
  .describe('A trainer in a cluster of Kubernetes. Nobody needs a disk in common with it.')

export const trainer = z.discriminatedUnion('kind', [processTrainer, providerTrainer, kubernetesTrainer])

export const training = z
  .strictObject({
    concurrency: z.int().min(1).max(64).default(1).describe('Jobs that this server works on at once.'),
    maxExamples: z.int().min(1).max(100_000_000).default(1_000_000).describe('Of one file of a job.'),
    maxFileMegabytes: z.int().min(1).max(1_000_000).default(1_024).describe('Of one file of a job.'),
    timeoutMinutes: timeoutMinutes.describe('How long the built-in trainer may work on one job.'),
    folderRetentionDays: z
      .int()
      .min(1)
      .max(3_650)
      .default(30)
      .describe('How long checkpoints and logs of ended jobs are kept. Their models are in the registry.'),
    trainers: z
      .record(
        name.refine(given => given !== 'builtin', '`builtin` is the trainer that is there already.'),
        trainer,
      )
      .nullish()
      .transform(value => value ?? {})
      .describe('Trainers beside the built-in one, by name.'),
  })
  .describe('How models are trained.')

export type TrainingConfig = z.output<typeof training>
export type TrainerConfig = z.output<typeof trainer>
