// Made from docs/reference/openapi.json by scripts/generate-api.ts. Do not edit.

export type Part0 =
  | string
  | number
  | boolean
  | null
  | Part0[]
  | {
      [k: string]: Part0
    }

export interface Api {
  listInferences: {
    answer: InferenceList
  }
  getInference: {
    answer: InferenceDetail
  }
  giveFeedback: {
    body: {
      /**
       * From 0, useless, to 1, perfect.
       */
      score?: number
      /**
       * A word or two of your own, e.g. `wrong-product`.
       */
      label?: string
      comment?: string
      /**
       * What the answer should have been: text or any other JSON.
       */
      corrected_output?:
        | string
        | number
        | boolean
        | null
        | Part0[]
        | {
            [k: string]: Part0
          }
    }
    answer: Feedback
  }
  getInferenceTrace: {
    answer: Trace
  }
  getTrace: {
    answer: Trace
  }
  explainInference: {
    answer: Explanation
  }
  listConversations: {
    answer: ConversationList
  }
  getConversation: {
    answer: ConversationDetail
  }
  getOverview: {
    answer: Overview
  }
  listExampleReviews: {
    answer: {
      data: ExampleReview[]
      next_cursor: string | null
    }
  }
  claimNextExampleReview: {
    body: {
      tenant?: string
      purpose?: 'label-suspects' | 'collection' | 'evaluation-labels'
      /**
       * Of what: the id of a report of suspects, say.
       */
      subject?: string
    }
    answer: {
      review: ExampleReview | null
    }
  }
  readExampleReview: {
    answer: ExampleReview
  }
  claimExampleReview: {
    answer: ExampleReview
  }
  answerExampleReview: {
    body: {
      /**
       * One of `choices`, or a text where there are none; null where it cannot be told.
       */
      answer: string | null
      /**
       * Why, in words.
       */
      note?: string | null
    }
    answer: ExampleReview
  }
  listReviews: {
    answer: {
      data: Review[]
      next_cursor: string | null
    }
  }
  readReviewStats: {
    answer: ReviewStats
  }
  listKnownAnswers: {
    answer: {
      data: KnownAnswer[]
    }
  }
  createKnownAnswer: {
    body: {
      tenant?: string
      service: string
      prompt: string
      answer: string
      expected: 'approve' | 'edit' | 'reject'
      /**
       * Why, in words: it is kept with the decision.
       */
      reason: string
    }
    answer: KnownAnswer
  }
  listReviewers: {
    answer: {
      data: Reviewer[]
    }
  }
  recordTraining: {
    body: {
      /**
       * What was taught, and by whom.
       */
      training: string
      /**
       * The last day on which it holds.
       */
      trained_until: string
      note?: string | null
    }
    answer: Reviewer
  }
  claimNextReview: {
    body: {
      tenant?: string
      service?: string
      priority?: 'urgent' | 'high' | 'normal' | 'low'
      waits_for?: 'request' | 'answer'
    }
    answer: {
      review: ReviewDetail | null
    }
  }
  readReview: {
    answer: ReviewDetail
  }
  claimReview: {
    answer: ReviewDetail
  }
  decideReview: {
    body: {
      verdict: 'approve' | 'reject'
      /**
       * The `content_hash` of what you have read.
       */
      content_hash: string
      /**
       * Why, in words: it is kept with the decision.
       */
      rationale: string
    }
    answer: ReviewDetail
  }
  editReview: {
    body: {
      /**
       * The `content_hash` of what you have read.
       */
      content_hash: string
      /**
       * New texts by their index in `texts`. Placeholders like ⟦EMAIL_ADDRESS 1⟧ keep standing for what they stood for.
       *
       * @minItems 1
       * @maxItems 100
       */
      texts: {
        index: number
        text: string
      }[]
      /**
       * Why, in words: it is kept with the decision.
       */
      rationale: string
    }
    answer: ReviewDetail
  }
  unmaskReview: {
    body: {
      /**
       * Why, in words: it is kept with the decision.
       */
      reason: string
    }
    answer: {
      context: ReviewText[]
      texts: ReviewText[]
    }
  }
  listScores: {
    answer: ScoreList
  }
  listJudges: {
    answer: JudgeList
  }
  getCosts: {
    answer: CostReport
  }
  listAnswers: {
    answer: AnswerList
  }
  getPrices: {
    answer: PriceReport
  }
  listServices: {
    answer: {
      data: Service[]
      next_cursor: null
    }
  }
  listQueues: {
    answer: {
      data: Queue[]
      next_cursor: null
    }
  }
  listLimits: {
    answer: {
      data: ScopeLimits[]
      next_cursor: null
    }
  }
  setLimits: {
    body: {
      /**
       * How much may be asked for; what exceeds it is answered 429.
       *
       * @maxItems 20
       *
       * Items: `{ requests, per }`, `{ tokens, per }` or `{ concurrent }`.
       */
      limits?: (
        | {
            /**
             * Requests in each window.
             */
            requests: number
            /**
             * The window, in UTC; weeks begin on Monday.
             */
            per: 'minute' | 'hour' | 'day' | 'week' | 'month'
          }
        | {
            /**
             * Tokens in each window, of prompts and answers together.
             */
            tokens: number
            /**
             * The window, in UTC; weeks begin on Monday.
             */
            per: 'minute' | 'hour' | 'day' | 'week' | 'month'
          }
        | {
            /**
             * Requests under way at once.
             */
            concurrent: number
          }
      )[]
      /**
       * What may be spent.
       *
       * @maxItems 20
       *
       * Items: `{ usd, per, kind }`.
       */
      budgets?: {
        /**
         * US dollars in each window.
         */
        usd: number
        /**
         * The window, in UTC; weeks begin on Monday.
         */
        per: 'minute' | 'hour' | 'day' | 'week' | 'month'
        /**
         * `hard` refuses what could exceed it; `soft` lets it pass and tells.
         */
        kind?: 'hard' | 'soft'
      }[]
    }
    answer: ScopeLimits
  }
  listBatches: {
    answer: {
      data: Batch[]
      next_cursor: string | null
    }
  }
  readBatch: {
    answer: Batch
  }
  listBatchFailures: {
    answer: {
      data: BatchLineFailure[]
    }
  }
  cancelBatch: {
    answer: Batch
  }
  listDatasets: {
    answer: {
      data: Dataset[]
      next_cursor: string | null
    }
  }
  createDataset: {
    body: {
      name: string
      description?: string
      /**
       * YAML: key, columns, splits, checks.
       */
      definition?: string
    }
    answer: Dataset
  }
  readDataset: {
    answer: Dataset
  }
  defineDataset: {
    body: {
      /**
       * YAML: key, columns, splits, checks.
       */
      definition: string
      /**
       * Publish a version under it where `main` has one: the same rows, held to the new definition.
       */
      publish?: boolean
    }
    answer: {
      dataset: Dataset
      published: DatasetPublication | null
    }
  }
  listDatasetPins: {
    answer: {
      data: DatasetPin[]
    }
  }
  listDatasetVersions: {
    answer: {
      data: DatasetVersion[]
      /**
       * Branches and tags, to be drawn beside the versions.
       */
      refs: DatasetRef[]
      next_cursor: string | null
    }
  }
  readDatasetVersion: {
    answer: {
      version: DatasetVersion
      definition: {
        [k: string]: unknown
      }
      /**
       * The YAML that the version was held to.
       */
      definition_text: string
      parents: {
        id: string
        number: number
      }[]
      /**
       * Branches and tags that are at it.
       */
      refs: DatasetRef[]
    }
  }
  readDatasetReport: {
    answer: DatasetReport
  }
  readDatasetReportById: {
    answer: DatasetReport
  }
  listDatasetRows: {
    answer: {
      version: string
      number: number
      data: {
        /**
         * Names the row in every version: the JSON list of its key, or its hash and copy.
         */
        key: string
        row: {
          [k: string]: unknown
        }
      }[]
      next_cursor: string | null
    }
  }
  commitDatasetRows: {
    body: {
      branch?: string
      /**
       * The id of the version that the branch must be at; another answer is 409. Or where a new branch begins.
       */
      parent?: string
      message?: string
      /**
       * Rows that are new, or replace the one of the same key.
       *
       * @maxItems 100000
       */
      upserts?: {
        [k: string]: unknown
      }[]
      /**
       * Keys of rows that go.
       *
       * @maxItems 100000
       */
      deletes?: string[]
    }
    answer: DatasetPublication
  }
  createDatasetRef: {
    body: {
      name: string
      kind: 'branch' | 'tag'
      /**
       * A branch, a tag, the number of a version, or eight or more digits of its id.
       */
      at?: string
    }
    answer: DatasetRef
  }
  diffDatasetVersions: {
    answer: DatasetDiff
  }
  mergeDatasetBranch: {
    body: {
      /**
       * A branch, a tag, the number of a version, or eight or more digits of its id.
       */
      from: string
      into?: string
      /**
       * Whose cells stand where both have changed them: of `into` (ours) or of `from` (theirs).
       */
      favour?: 'ours' | 'theirs'
      message?: string
    }
    answer: DatasetMerge
  }
  queryDatasets: {
    body: {
      /**
       * One SELECT of DuckDB; tables are versions: `"support@12"`.
       */
      sql: string
      /**
       * Rows at most; `datasets.queryRows` bounds it.
       */
      limit?: number
    }
    answer: DatasetQuery
  }
  countDatasetSplits: {
    answer: {
      version: string
      number: number
      by: string[]
      salt: string
      data: {
        name: string
        rows: number
        share: number
      }[]
    }
  }
  blameDatasetRows: {
    body: {
      /**
       * Of rows that are there, or were: JSON lists, as `rows` shows them.
       *
       * @minItems 1
       * @maxItems 100
       */
      keys: string[]
      /**
       * Only these; all by default.
       *
       * @minItems 1
       * @maxItems 1000
       */
      columns?: string[]
    }
    answer: DatasetBlame
  }
  listDatasetRules: {
    answer: {
      data: {
        name: string
        description: string
        /**
         * Whether it may be written below a column.
         */
        in_columns: boolean
        /**
         * JSON Schema of what is written under `checks`.
         */
        parameters: {
          [k: string]: unknown
        }
      }[]
    }
  }
  readDatasetProfile: {
    answer: DatasetProfile
  }
  checkDatasetVersion: {
    body: {
      /**
       * A definition (YAML) to try; the one in force by default.
       */
      definition?: string
    }
    answer: DatasetTask
  }
  removeDatasetNearDuplicates: {
    body: {
      branch?: string
      /**
       * The columns whose texts are compared, together.
       *
       * @minItems 1
       * @maxItems 20
       */
      on: string[]
      /**
       * Jaccard similarity from which on two texts are the same; 1 for equal ones.
       */
      similarity?: number
      /**
       * What is compared: runs of five characters by default.
       */
      shingles?: {
        of: 'characters' | 'words'
        length: number
      }
      /**
       * Which of them stays; the first by default.
       */
      prefer?: {
        column: string
        keep?: 'largest' | 'smallest'
      }
      /**
       * Only say what would go.
       */
      dry_run?: boolean
      message?: string
    }
    answer: DatasetTask
  }
  readDatasetBias: {
    answer: DatasetBias
  }
  mitigateDatasetBias: {
    body: {
      /**
       * `reweigh` writes a weight into a column; `undersample` and `oversample` leave rows out or repeat them; `augment` adds rows with words of other groups.
       */
      method: 'reweigh' | 'undersample' | 'oversample' | 'augment'
      branch?: string
      /**
       * The branch that gets the version, made where it is new; `branch` by default.
       */
      onto?: string
      /**
       * By default the columns with the role `slice` and the `slices` of the definition.
       *
       * @minItems 1
       * @maxItems 5
       */
      slices?: string[]
      /**
       * By default the column with the role `label`.
       */
      label?: string
      /**
       * The column that `reweigh` writes.
       */
      weight?: string
      /**
       * What `augment` swaps.
       *
       * @minItems 1
       * @maxItems 20
       */
      attributes?: string[]
      message?: string
    }
    answer: DatasetTask
  }
  compareDatasetBias: {
    body: {
      /**
       * A branch, tag, number or id; its rows are also what is predicted.
       */
      before?: string
      /**
       * The version that a mitigation made.
       */
      after: string
      /**
       * By default the columns with the role `slice` and the `slices` of the definition.
       *
       * @minItems 1
       * @maxItems 5
       */
      slices?: string[]
      /**
       * By default the column with the role `label`.
       */
      label?: string
      /**
       * By default the columns with the role `input`.
       *
       * @minItems 1
       * @maxItems 20
       */
      texts?: string[]
      /**
       * Rows count by it, in versions that have it.
       */
      weight?: string
      /**
       * The label whose gap is compared; by default that of the largest.
       */
      predicted?: string
      /**
       * The slice, as `female` or `de × female`.
       */
      slice?: string
      seeds?: number
    }
    answer: DatasetTask
  }
  makeDatasetCounterfactuals: {
    body: {
      revision?: string
      /**
       * The dataset that holds them; `NAME-counterfactuals` by default.
       */
      into?: string
      /**
       * @minItems 1
       * @maxItems 20
       */
      attributes?: string[]
      /**
       * By default those with the role `input`.
       *
       * @minItems 1
       * @maxItems 10
       */
      columns?: string[]
      /**
       * Whether a sentence with a name is put before texts that give none.
       */
      introduce?: boolean
      /**
       * Attributes of your own, beside those that ship.
       *
       * @maxItems 50
       */
      lexicon?: {
        name: string
        language?: string
        /**
         * @minItems 2
         * @maxItems 20
         */
        groups: string[]
        terms?: string[][]
        names?: string[][]
        introduction?: string
      }[]
      /**
       * Examples of each attribute at most, the first.
       */
      most?: number
    }
    answer: DatasetTask
  }
  listCounterfactualAttributes: {
    answer: {
      /**
       * Names the words that are swapped.
       */
      lexicon: string
      data: {
        name: string
        language: string
        groups: string[]
        terms: number
        names: number
      }[]
    }
  }
  listDatasetTasks: {
    answer: {
      data: DatasetTask[]
      next_cursor: string | null
    }
  }
  readDatasetTask: {
    answer: DatasetTask
  }
  cancelDatasetTask: {
    answer: DatasetTask
  }
  collectDatasetGarbage: {
    body: {
      /**
       * Only count what would be deleted.
       */
      dry_run?: boolean
      /**
       * Keeps what is younger; `datasets.garbageGraceHours` by default.
       */
      grace_hours?: number
    }
    answer: DatasetGarbage
  }
  importDataset: {
    body: {
      /**
       * Chosen by who sends the file: the same for the same file goes on where it stopped.
       */
      upload: string
      /**
       * What the file is called; it is written into the version.
       */
      file: string
      /**
       * What its content says, by default.
       */
      format?:
        | 'jsonl'
        | 'csv'
        | 'tsv'
        | 'parquet'
        | 'openai-chat'
        | 'openai-preference'
        | 'openai-evals'
        | 'openai-eval-items'
        | 'promptfoo'
      /**
       * Of a table; the one that divides its header most, by default.
       */
      delimiter?: string
      branch?: string
      /**
       * The version that the branch has to be at.
       */
      parent?: string
      message?: string
      /**
       * `all`: the version holds exactly the rows of the file. `upsert`: rows with other keys stay. `append`: as well, and a known key is an error.
       */
      mode?: 'all' | 'upsert' | 'append'
      /**
       * The columns that name a row, where the dataset is new.
       *
       * @maxItems 20
       */
      key?: string[]
      /**
       * YAML that is put in force with the rows.
       */
      definition?: string
      /**
       * With an archive of files: an upload of JSON lines with `path` and `sha256`, of files whose contents the branch has. They are in the version as if they were in the archive.
       */
      listing?: string
    }
    answer: DatasetTask
  }
  exportDataset: {
    body: {
      /**
       * A branch, a tag, the number of a version, or digits of its id.
       */
      revision?: string
      split?: string
      /**
       * `tar`: the files themselves, where the rows are files.
       */
      format?:
        | 'jsonl'
        | 'csv'
        | 'tsv'
        | 'parquet'
        | 'openai-chat'
        | 'openai-preference'
        | 'openai-evals'
        | 'openai-eval-items'
        | 'promptfoo'
        | 'tar'
      compression?: 'none' | 'gzip' | 'zstd'
    }
    answer: DatasetTask
  }
  measureLabelAgreement: {
    body: {
      /**
       * Wide: a column of labels for each annotator; a row is an item. Instead of the three below.
       *
       * @minItems 2
       * @maxItems 50
       */
      annotators?: string[]
      /**
       * Long: the columns that name the item; a row is one label.
       *
       * @minItems 1
       * @maxItems 50
       */
      item?: string[]
      /**
       * Long: who gave it. The column of role `annotator` by default.
       */
      annotator?: string
      /**
       * The column of the label. That of role `label` by default.
       */
      label?: string
      /**
       * How labels differ: as names, as places in an order, as numbers, as amounts.
       */
      level?: 'nominal' | 'ordinal' | 'interval' | 'ratio'
      /**
       * The labels in their order, for `ordinal` where they are no numbers.
       *
       * @minItems 2
       * @maxItems 100
       */
      order?: string[]
      /**
       * Columns: agreement within each of their values.
       *
       * @maxItems 10
       */
      slices?: string[]
      /**
       * A condition in SQL: only these rows.
       */
      where?: string
      /**
       * The same seed gives the same figures.
       */
      seed?: string
    }
    answer: DatasetTask
  }
  rateAnnotators: {
    body: {
      /**
       * Wide: a column of labels for each annotator; a row is an item. Instead of the three below.
       *
       * @minItems 2
       * @maxItems 50
       */
      annotators?: string[]
      /**
       * Long: the columns that name the item; a row is one label.
       *
       * @minItems 1
       * @maxItems 50
       */
      item?: string[]
      /**
       * Long: who gave it. The column of role `annotator` by default.
       */
      annotator?: string
      /**
       * The column of the label. That of role `label` by default.
       */
      label?: string
      /**
       * A condition in SQL: only these rows.
       */
      where?: string
      /**
       * The same seed gives the same figures.
       */
      seed?: string
    }
    answer: DatasetTask
  }
  findLabelSuspects: {
    body: {
      /**
       * The column of the label. That of role `label` by default.
       */
      label?: string
      /**
       * Columns that a classifier of ours learns from. Those of role `input` by default.
       *
       * @minItems 1
       * @maxItems 50
       */
      text?: string[]
      /**
       * A column with what a model that has not seen the row says, as an object of label and probability; instead of `text`.
       */
      probabilities?: string
      /**
       * A service that is asked for the label of each row, at the tenant’s cost; 5,000 rows at most.
       */
      service?: string
      /**
       * How often it is asked of each.
       */
      samples?: number
      /**
       * How many of which are suspected; docs/labels.md compares them.
       */
      method?: 'margin' | 'noise-rate' | 'class' | 'both' | 'joint'
      ranking?: 'margin' | 'self-confidence'
      folds?: number
      /**
       * A condition in SQL: only these rows.
       */
      where?: string
      /**
       * The same seed gives the same figures.
       */
      seed?: string
    }
    answer: DatasetTask
  }
  listLabelReports: {
    answer: {
      data: LabelReportSummary[]
    }
  }
  readLabelReport: {
    answer: LabelReport
  }
  sendLabelSuspects: {
    body: {
      /**
       * The most suspect of them.
       */
      most?: number
      /**
       * How many have to answer each.
       */
      people?: number
      priority?: 'urgent' | 'high' | 'normal' | 'low'
      due_minutes?: number
      question?: string
      /**
       * Columns that people see; what the labels were told from by default.
       *
       * @minItems 1
       * @maxItems 20
       */
      show?: string[]
    }
    answer: {
      asked: number
      known: number
    }
  }
  withdrawLabelSuspects: {
    answer: {
      withdrawn: number
    }
  }
  publishLabelConsensus: {
    body: {
      /**
       * `dawid-skene` counts who is good for more; `majority` counts heads.
       */
      method?: 'dawid-skene' | 'majority'
      /**
       * What is less certain is left empty: the posterior, or the share of the votes.
       */
      least?: number
      /**
       * Gets the label; beside it `…_certainty` and `…_annotators`, how many labelled the item.
       */
      column?: string
      /**
       * That the version is published on; a new one that begins at the version looked at by default.
       */
      branch?: string
      message?: string
    }
    answer: DatasetTask
  }
  applyLabelDecisions: {
    body: {
      /**
       * That the new version is published on; a new one that begins at the version looked at by default.
       */
      branch?: string
      message?: string
    }
    answer: AppliedLabels
  }
  startCollectionDrive: {
    body: {
      /**
       * The version whose lack is to be made up: a branch, tag, number or id.
       */
      revision?: string
      /**
       * Which traffic is looked through; only what may be used is.
       */
      filter: {
        /**
         * `feedback` and `reviews` take only inferences that have some.
         */
        from?: 'inferences' | 'feedback' | 'reviews'
        /**
         * @minItems 1
         * @maxItems 100
         */
        services?: string[]
        release?: string
        outcome?: 'ok' | 'error' | 'aborted'
        since: string
        /**
         * Now, by default.
         */
        until?: string
        feedback?: {
          /**
           * Of the newest score that was given.
           */
          least?: number
          most?: number
          label?: string
          /**
           * Whether somebody said what the answer should have been.
           */
          corrected?: boolean
        }
        /**
         * What a judge found.
         */
        score?: {
          judge: string
          least?: number
          most?: number
        }
        /**
         * What a person decided on the answer.
         */
        review?: 'approved' | 'edited' | 'rejected'
      }
      /**
       * What is looked at for too few rows.
       */
      of?: 'slices' | 'labels' | 'both'
      /**
       * By default the columns with the role `slice` and the `slices` of the definition.
       *
       * @minItems 1
       * @maxItems 5
       */
      slices?: string[]
      /**
       * By default the column with the role `label`.
       */
      label?: string
      /**
       * The column that gets what was asked; by default the one with the role `input`.
       */
      input?: string
      /**
       * How many rows each slice and label is to have; by default what `half_width` asks for.
       */
      each?: number
      /**
       * How sure a share of each is to be: the half of its interval.
       */
      half_width?: number
      /**
       * How many answers people are asked for, in all.
       */
      budget?: number
      /**
       * How probable it has to be that an inference belongs to what is lacking.
       */
      least?: number
      /**
       * How many inferences are looked at; of more, a sample.
       */
      look_at?: number
      /**
       * How many have to answer each question.
       */
      people?: number
      priority?: 'urgent' | 'high' | 'normal' | 'low'
      due_minutes?: number
    }
    answer: DatasetTask
  }
  listCollectionDrives: {
    answer: {
      data: CollectionDrive[]
    }
  }
  readCollectionDrive: {
    answer: CollectionDrive
  }
  withdrawCollectionDrive: {
    answer: {
      withdrawn: number
    }
  }
  applyCollectionDrive: {
    body: {
      /**
       * That the rows are published on; a new one that begins at the version looked at by default.
       */
      branch?: string
      message?: string
    }
    answer: AppliedDrive
  }
  previewDatasetCollection: {
    body: {
      filter: {
        /**
         * `feedback` and `reviews` take only inferences that have some.
         */
        from?: 'inferences' | 'feedback' | 'reviews'
        /**
         * @minItems 1
         * @maxItems 100
         */
        services?: string[]
        release?: string
        outcome?: 'ok' | 'error' | 'aborted'
        since: string
        /**
         * Now, by default.
         */
        until?: string
        feedback?: {
          /**
           * Of the newest score that was given.
           */
          least?: number
          most?: number
          label?: string
          /**
           * Whether somebody said what the answer should have been.
           */
          corrected?: boolean
        }
        /**
         * What a judge found.
         */
        score?: {
          judge: string
          least?: number
          most?: number
        }
        /**
         * What a person decided on the answer.
         */
        review?: 'approved' | 'edited' | 'rejected'
      }
      sample?: {
        /**
         * What divides the examples into strata.
         *
         * @maxItems 3
         */
        by?: ('service' | 'release' | 'outcome' | 'label' | 'review')[]
        /**
         * Of all strata together, each by its share.
         */
        size?: number
        /**
         * Of each stratum, as far as it has so many.
         */
        each?: number
        /**
         * Of each stratum, 0 to 1.
         */
        rate?: number
        /**
         * Another salt is another sample.
         */
        salt?: string
      }
    }
    answer: DatasetCollectionCounts
  }
  collectDataset: {
    body: {
      filter: {
        /**
         * `feedback` and `reviews` take only inferences that have some.
         */
        from?: 'inferences' | 'feedback' | 'reviews'
        /**
         * @minItems 1
         * @maxItems 100
         */
        services?: string[]
        release?: string
        outcome?: 'ok' | 'error' | 'aborted'
        since: string
        /**
         * Now, by default.
         */
        until?: string
        feedback?: {
          /**
           * Of the newest score that was given.
           */
          least?: number
          most?: number
          label?: string
          /**
           * Whether somebody said what the answer should have been.
           */
          corrected?: boolean
        }
        /**
         * What a judge found.
         */
        score?: {
          judge: string
          least?: number
          most?: number
        }
        /**
         * What a person decided on the answer.
         */
        review?: 'approved' | 'edited' | 'rejected'
      }
      sample?: {
        /**
         * What divides the examples into strata.
         *
         * @maxItems 3
         */
        by?: ('service' | 'release' | 'outcome' | 'label' | 'review')[]
        /**
         * Of all strata together, each by its share.
         */
        size?: number
        /**
         * Of each stratum, as far as it has so many.
         */
        each?: number
        /**
         * Of each stratum, 0 to 1.
         */
        rate?: number
        /**
         * Another salt is another sample.
         */
        salt?: string
      }
      branch?: string
      parent?: string
      message?: string
      /**
       * `upsert`: examples that are there already stay. `all`: the version holds these alone.
       */
      mode?: 'all' | 'upsert'
    }
    answer: DatasetTask
  }
  sendDatasetUpload: {
    answer: DatasetUpload
  }
  readDatasetUpload: {
    answer: DatasetUpload
  }
  readDatasetFileEntry: {
    answer: DatasetFile
  }
  createDriftReport: {
    body: {
      /**
       * What it is held against.
       */
      reference:
        | {
            /**
             * Inferences of this service.
             */
            service: string
            release?: string
            since: string
            until: string
          }
        | {
            /**
             * A version: `NAME@REVISION` or `NAME@REVISION:SPLIT`.
             */
            dataset: string
          }
      /**
       * What is to be explained.
       */
      current:
        | {
            /**
             * Inferences of this service.
             */
            service: string
            release?: string
            since: string
            until: string
          }
        | {
            /**
             * A version: `NAME@REVISION` or `NAME@REVISION:SPLIT`.
             */
            dataset: string
          }
      /**
       * All that both have by default, without texts of inferences: name `question` or `answer` for these.
       *
       * @minItems 1
       * @maxItems 100
       */
      columns?: (
        | string
        | {
            name: string
            kind?: 'number' | 'category' | 'text' | 'vector'
            /**
             * What the reference calls it, where that is another name.
             */
            reference?: string
            current?: string
          }
      )[]
      /**
       * Where no columns are named: also what was asked and answered, of inferences whose service keeps it and whose client does not refuse training.
       */
      texts?: boolean
      /**
       * What the label would be where it is not known.
       */
      quality?: {
        /**
         * A column from 0 to 1 that the reference has: `feedback`, `score.NAME`, or one of a dataset.
         */
        label: string
        /**
         * A column from 0 to 1 of a judge.
         */
        judge?: string
      }
      /**
       * Decides what is drawn; the same gives the same report.
       */
      seed?: string
      /**
       * For keys of the installation: whose inferences and datasets; all inferences by default.
       */
      tenant?: string
    }
    answer: DriftReport
  }
  listDriftReports: {
    answer: {
      data: DriftReportSummary[]
      next_cursor: string | null
    }
  }
  readDriftReport: {
    answer: DriftReport
  }
  cancelDriftReport: {
    answer: DriftReport
  }
  startEvaluation: {
    body: {
      /**
       * For keys of the installation; a tenant’s own key needs none.
       */
      tenant?: string
      /**
       * The YAML of a suite; it is stored as its next version.
       */
      text?: string
      /**
       * Or the name of a suite that is stored.
       */
      suite?: string
      /**
       * Of the stored suite; the newest by default.
       */
      version?: number
      /**
       * Another baseline: `service` or `service@release`.
       */
      against?: string
      /**
       * So many examples instead of what the suite says.
       */
      sample?: number
      /**
       * Instead of what the suite says.
       */
      budget_usd?: number
      /**
       * Whether answers and scores that are kept from other runs do.
       */
      uses_cache?: boolean
    }
    answer: EvaluationRun
  }
  listEvaluations: {
    answer: {
      data: EvaluationRun[]
      next_cursor: string | null
    }
  }
  compareEvaluations: {
    answer: {
      comparisons: EvaluationComparison[]
      shared_examples: number
      /**
       * What is not comparable, and why.
       */
      notes: string[]
    }
  }
  readEvaluation: {
    answer: EvaluationRunDetail
  }
  cancelEvaluation: {
    answer: EvaluationRun
  }
  resumeEvaluation: {
    body: {
      /**
       * What the run may cost from now on, all in all.
       */
      budget_usd?: number
      /**
       * Asks again what got no answer, also of a completed run.
       */
      retry_failed?: boolean
    }
    answer: EvaluationRun
  }
  listEvaluationExamples: {
    answer: {
      data: EvaluationExample[]
      /**
       * How many the filter lets through.
       */
      total: number
      next_cursor: number | null
    }
  }
  readEvaluationExample: {
    answer: EvaluationExampleDetail
  }
  readEvaluationParity: {
    answer: EvaluationParity
  }
  readEvaluationOdds: {
    answer: EvaluationOdds
  }
  requestEvaluationLabels: {
    body: {
      /**
       * A judge of the run.
       */
      evaluator: string
      /**
       * How many answers shall have a label in the end.
       */
      wanted?: number
      /**
       * How many people have to answer each.
       */
      people?: number
      priority?: 'urgent' | 'high' | 'normal' | 'low'
    }
    answer: {
      /**
       * New questions in the queue.
       */
      asked: number
      /**
       * Answers that have a label, or were asked about before.
       */
      known: number
    }
  }
  collectEvaluationLabels: {
    answer: {
      collected: number
      /**
       * Labels of this run’s answers, all in all.
       */
      labels: number
    }
  }
  putEvaluationLabels: {
    body: {
      /**
       * @minItems 1
       * @maxItems 5000
       */
      labels: {
        ordinal: number
        release: string
        repeat?: number
        evaluator: string
        /**
         * From 0, the worst, to 1.
         */
        value: number
      }[]
    }
  }
  listEvaluationSuites: {
    answer: {
      data: EvaluationSuite[]
      next_cursor: string | null
    }
  }
  storeEvaluationSuite: {
    body: {
      /**
       * For keys of the installation; a tenant’s own key needs none.
       */
      tenant?: string
      /**
       * The YAML of a suite.
       */
      text: string
    }
    answer: EvaluationSuite
  }
  checkEvaluationSuite: {
    body: {
      /**
       * For keys of the installation; a tenant’s own key needs none.
       */
      tenant?: string
      /**
       * The YAML of a suite.
       */
      text: string
    }
    answer: {
      ok: boolean
      problems: SuiteProblem[]
    }
  }
  importEvaluationSuite: {
    body: {
      format: 'promptfoo' | 'openai-evals' | 'openai-registry'
      /**
       * YAML or JSON.
       */
      text: string
      /**
       * What the suite is called.
       */
      name: string
      /**
       * The dataset that the tests were imported into.
       */
      dataset: string
      /**
       * Who is asked.
       *
       * @minItems 1
       * @maxItems 20
       */
      releases: string[]
      /**
       * The service that judges, where the file has judges.
       */
      judge?: string
      /**
       * The service that embeds, where the file compares by meaning.
       */
      embedder?: string
      /**
       * Which eval of a file of the registry; the one there is, by default.
       */
      eval?: string
      /**
       * The YAML of `registry/modelgraded` that an eval of the registry names.
       */
      modelgraded?: string
    }
    answer: {
      /**
       * The YAML of a suite.
       */
      text: string
      /**
       * What the file has and the suite has not.
       */
      notes: string[]
      /**
       * Of an eval of the registry, the file below `registry/data` that is its dataset.
       */
      samples: string | null
      /**
       * The specification of `registry/modelgraded` that it names and that was not given.
       */
      needs: string | null
    }
  }
  readEvaluationSuite: {
    answer: EvaluationSuite
  }
  listEvaluationSuiteVersions: {
    answer: {
      data: EvaluationSuite[]
    }
  }
  listTrainers: {
    answer: {
      data: Trainer[]
      next_cursor: null
    }
  }
  createTrainingJob: {
    body: {
      /**
       * `builtin/support`, `TRAINER/MODEL`, a model of the registry, or `ftjob-…` with or without `:step-N`.
       */
      model: string
      /**
       * A file with the purpose `fine-tune`, or `dataset:NAME@REVISION:SPLIT`.
       */
      training_file: string
      validation_file?: string | null
      method?:
        | {
            type: 'supervised'
            supervised?: {
              hyperparameters?: {
                n_epochs?: 'auto' | number
                batch_size?: ('auto' | number) | null
                learning_rate_multiplier?: 'auto' | number
              }
            }
          }
        | {
            type: 'dpo'
            dpo?: {
              hyperparameters?: {
                n_epochs?: 'auto' | number
                batch_size?: ('auto' | number) | null
                learning_rate_multiplier?: 'auto' | number
                beta?: 'auto' | number
              }
            }
          }
      hyperparameters?: {
        n_epochs?: 'auto' | number
        batch_size?: ('auto' | number) | null
        learning_rate_multiplier?: 'auto' | number
      }
      seed?: number | null
      suffix?: string | null
      metadata?: {
        [k: string]: string
      } | null
      integrations?:
        | {
            [k: string]: unknown
          }[]
        | null
      /**
       * Beyond OpenAI’s API.
       */
      slipway?: {
        /**
         * Which trainer, where several know the model.
         */
        trainer?: string
        /**
         * The model of the registry that gets a version.
         */
        output_model?: string
        /**
         * Instead of `n_epochs`.
         */
        steps?: number
        /**
         * Before the multiplier.
         */
        learning_rate?: number
        /**
         * Trains low-rank corrections (LoRA) instead of all weights.
         */
        adapter?: {
          /**
           * Of the low-rank corrections.
           */
          rank: number
          /**
           * Their weight is alpha / rank; twice the rank by default.
           */
          alpha?: number
        }
        /**
         * Learns the logits of a teacher as well.
         */
        distillation?: {
          /**
           * The model whose logits are learned, as the trainer knows it.
           */
          teacher: string
          temperature?: number
          /**
           * The share of the teacher in the loss.
           */
          alpha?: number
        }
        early_stopping?: {
          /**
           * Evaluations in a row that are no better.
           */
          patience: number
          /**
           * What counts as better.
           */
          min_delta?: number
        }
        checkpoint_every_steps?: number
        evaluate_every_steps?: number
        /**
         * For this trainer alone.
         */
        options?: {
          [k: string]: unknown
        }
      }
      /**
       * For keys of the installation; a tenant’s own key needs none.
       */
      tenant?: string
    }
    answer: TrainingJob
  }
  listTrainingJobs: {
    answer: {
      data: {
        id: string
        tenant: string
        /**
         * What it begins with, as it was asked for.
         */
        model: string
        trainer: string
        method: 'supervised' | 'dpo' | 'distillation'
        state: 'validating_files' | 'queued' | 'running' | 'paused' | 'succeeded' | 'failed' | 'cancelled'
        training: {
          /**
           * As it was asked for.
           */
          named: string
          kind: 'file' | 'dataset'
          /**
           * Of the file, or of the version of the dataset.
           */
          id: string
          dataset: string | null
          version: number | null
          split: string | null
          /**
           * Null until it was looked at.
           */
          examples: number | null
        }
        validation: {
          /**
           * As it was asked for.
           */
          named: string
          kind: 'file' | 'dataset'
          /**
           * Of the file, or of the version of the dataset.
           */
          id: string
          dataset: string | null
          version: number | null
          split: string | null
          /**
           * Null until it was looked at.
           */
          examples: number | null
        } | null
        hyperparameters: {
          [k: string]: unknown
        }
        seed: number
        step: number
        steps: number | null
        training_loss: number | null
        validation_loss: number | null
        tokens_seen: number
        /**
         * The model that gets a version.
         */
        output_model: string
        /**
         * The version that it has left.
         */
        fine_tuned_model: string | null
        /**
         * What the provider that has trained it calls it: the `model` of a target.
         */
        remote_model: string | null
        result_file: string | null
        error: {
          code: string
          message: string
          param: string | null
        } | null
        metadata: {
          [k: string]: string
        } | null
        author: string
        created_at: string
        started_at: string | null
        finished_at: string | null
        worked_ms: number
        /**
         * The shape of its training loss: means over equal parts of its steps, at most 40.
         */
        curve: number[]
      }[]
      next_cursor: string | null
    }
  }
  readTrainingJob: {
    answer: TrainingJob
  }
  listTrainingPoints: {
    answer: {
      data: TrainingPoint[]
      next_cursor: null
    }
  }
  listTrainingEvents: {
    answer: {
      data: TrainingEvent[]
      next_cursor: string | null
    }
  }
  listTrainingCheckpoints: {
    answer: {
      data: TrainingCheckpoint[]
      next_cursor: null
    }
  }
  readTrainingLog: {
    answer: {
      text: string
    }
  }
  cancelTrainingJob: {
    answer: TrainingJob
  }
  pauseTrainingJob: {
    answer: TrainingJob
  }
  resumeTrainingJob: {
    answer: TrainingJob
  }
  quantizeModel: {
    body: {
      /**
       * A version of the registry in floats: `NAME@ALIAS`, `NAME@NUMBER` or `NAME`, its newest.
       */
      model: string
      /**
       * What weights become.
       */
      to:
        | 'F16'
        | 'BF16'
        | 'Q8_0'
        | 'Q6_K'
        | 'Q5_K_M'
        | 'Q5_K_S'
        | 'Q4_K_M'
        | 'Q4_K_S'
        | 'Q4_0'
        | 'IQ4_NL'
        | 'IQ4_XS'
        | 'Q3_K_M'
        | 'Q2_K'
      /**
       * The model that gets a version; the same by default.
       */
      name?: string
      /**
       * What both are compared on: a file with the purpose `fine-tune`, or `dataset:NAME@REVISION:SPLIT`.
       */
      check: string
      /**
       * What says which weights matter; not that of `check`.
       */
      calibrate?: string
      /**
       * What the perplexity may rise.
       */
      max_rise_percent?: number
      /**
       * What the share of right answers may fall.
       */
      max_drop_percent?: number
      /**
       * Examples of `check` that are looked at.
       */
      examples?: number
      /**
       * Of how many of them answers are written and compared.
       */
      answers?: number
      /**
       * How the result keeps keys and values while it is compared.
       */
      cache?: 'f16' | 'q8_0' | 'q4_0'
      context_size?: number
      /**
       * Leave a version also where a limit does not hold.
       */
      keep?: boolean
      /**
       * For keys of the installation; a tenant’s own key needs none.
       */
      tenant?: string
    }
    answer: Quantization
  }
  listQuantizations: {
    answer: {
      data: Quantization[]
      next_cursor: string | null
    }
  }
  readQuantization: {
    answer: Quantization
  }
  cancelQuantization: {
    answer: Quantization
  }
  listModels: {
    answer: {
      data: Model[]
      next_cursor: string | null
    }
  }
  createModel: {
    body: {
      name: string
      description?: string
      /**
       * YAML: which aliases are protected, and by what.
       */
      definition?: string
      tags?: {
        [k: string]: string
      }
    }
    answer: Model
  }
  readModel: {
    answer: Model
  }
  changeModel: {
    body: {
      description?: string
      /**
       * YAML: which aliases are protected, and by what.
       */
      definition?: string
      /**
       * Instead of those that it has.
       */
      tags?: {
        [k: string]: string
      }
      /**
       * Written into the history.
       */
      reason?: string
    }
    answer: Model
  }
  listModelVersions: {
    answer: {
      data: ModelVersion[]
      next_cursor: string | null
    }
  }
  publishModelVersion: {
    body: {
      /**
       * Files that were sent, or are stored from before.
       *
       * @minItems 1
       * @maxItems 10000
       */
      files: {
        path: string
        bytes: number
        sha256: string
      }[]
      /**
       * What the files say, by default.
       */
      format?: 'gguf' | 'huggingface' | 'mlflow' | 'other'
      lineage?: {
        /**
         * @maxItems 100
         */
        datasets?: {
          /**
           * `support@12`, `support@main`.
           */
          reference: string
          split?: string
          role?: 'training' | 'validation' | 'evaluation'
        }[]
        /**
         * @maxItems 100
         */
        runs?: {
          kind: 'training' | 'pipeline' | 'mlflow'
          id: string
        }[]
        /**
         * @maxItems 100
         */
        models?: {
          /**
           * `support@3`, `support@production`.
           */
          reference: string
          role: 'base' | 'teacher' | 'quantized'
        }[]
      }
      metrics?: {
        [k: string]: number
      }
      tags?: {
        [k: string]: string
      }
      description?: string
      source?: {
        kind: string
        [k: string]: unknown
      }
      /**
       * @maxItems 100
       */
      evidence?: ModelEvidence[]
      /**
       * Written into the history.
       */
      reason?: string
    }
    answer: {
      version: ModelVersion
      /**
       * False where a version of the same files and the same lineage is there.
       */
      is_new: boolean
    }
  }
  readModelVersion: {
    answer: ModelVersionDetail
  }
  describeModelVersion: {
    body: {
      description?: string
      /**
       * Instead of those that it has.
       */
      tags?: {
        [k: string]: string
      }
    }
    answer: ModelVersion
  }
  attachToModelVersion: {
    body: {
      /**
       * `card`, `signature`, `sbom`.
       */
      kind: string
      name: string
      media_type?: string
      /**
       * In base64.
       */
      content: string
      details?: {
        [k: string]: unknown
      }
    }
    answer: ModelAttachment
  }
  moveModelAlias: {
    body: {
      version: number
      /**
       * The version that the alias has to be at now; null: it has to be new. Not looked at where left out.
       */
      expected?: number | null
      /**
       * Written into the history.
       */
      reason?: string
      /**
       * @maxItems 100
       */
      evidence?: ModelEvidence[]
    }
    answer: ModelAlias
  }
  judgeModelVersion: {
    answer: {
      data: ModelRequirement[]
    }
  }
  decideModelVersion: {
    body: {
      alias: string
      decision: 'approved' | 'rejected'
      /**
       * Written into the history.
       */
      reason?: string
      /**
       * @maxItems 100
       */
      evidence?: ModelEvidence[]
    }
    answer: ModelDecision
  }
  listModelHistory: {
    answer: {
      data: ModelEvent[]
      next_cursor: string | null
    }
  }
  readLiveModel: {
    answer: {
      at: string
      aliases: LiveModelAlias[]
      servings: ModelServing[]
    }
  }
  readModelFileState: {
    answer: ModelFileState
  }
  sendModelFile: {
    answer: ModelFileState
  }
  storeModelFile: {
    answer: ModelFileState
  }
  readLineage: {
    answer: {
      of: string
      nodes: LineageNode[]
      edges: LineageEdge[]
      /**
       * Whether any of the nodes has more.
       */
      truncated: boolean
    }
  }
  writeModelCard: {
    body: {
      /**
       * Runs that the card is to tell of, beside those that it told of before and those that approvals name.
       *
       * @maxItems 20
       */
      evaluations?: string[]
    }
    answer: ModelAttachment
  }
  writeModelBom: {
    answer: ModelAttachment
  }
  signModelVersion: {
    answer: ModelAttachment
  }
  readModelVerification: {
    answer: ModelVerification
  }
  verifyModelVersion: {
    answer: ModelVerification
  }
  listSigningKeys: {
    answer: {
      data: SigningKey[]
      next_cursor: null
    }
  }
  trustSigningKey: {
    body: {
      /**
       * Whose it is: it is named in what is found of signatures.
       */
      name: string
      /**
       * PEM, of the curve P-256, P-384 or P-521.
       */
      public_key: string
    }
    answer: SigningKey
  }
  rotateSigningKey: {
    answer: SigningKey
  }
  revokeSigningKey: {
    body: {
      reason: string
    }
    answer: SigningKey
  }
  listModelRegistries: {
    answer: {
      data: {
        name: string
      }[]
      next_cursor: null
    }
  }
  pushModelVersion: {
    body: {
      /**
       * As the configuration names it under `packaging: registries`.
       */
      registry: string
      /**
       * Below the prefix of the registry; the name of the model by default.
       */
      repository?: string
      /**
       * The number of the version by default.
       */
      tag?: string
    }
    answer: ModelTransfer
  }
  pullModelVersion: {
    body: {
      /**
       * As the configuration names it under `packaging: registries`.
       */
      registry: string
      /**
       * Below the prefix of the registry; the name of the model by default.
       */
      repository?: string
      /**
       * A tag, or the digest of the manifest.
       */
      reference: string
      /**
       * Takes it also where nobody has signed it, or only who is not known here. The history says so.
       */
      allow_unverified?: boolean
    }
    answer: ModelTransfer
  }
  listModelTransfers: {
    answer: {
      data: ModelTransfer[]
      next_cursor: null
    }
  }
  readModelTransfer: {
    answer: ModelTransfer
  }
  cancelModelTransfer: {
    answer: ModelTransfer
  }
  takeModelPackage: {
    body: {
      /**
       * In base64.
       */
      manifest: string
      /**
       * Manifests that refer to it: card, bill of materials, signatures.
       *
       * @maxItems 100
       *
       * Items: In base64.
       */
      referrers?: string[]
      /**
       * What they name and is small, by its SHA-256; files are sent to `/api/model-files` before.
       */
      blobs?: {
        /**
         * In base64.
         */
        [k: string]: string
      }
      allow_unverified?: boolean
    }
    answer: {
      model: string
      version: number
      /**
       * Of the manifest of the package.
       */
      digest: string
      is_new: boolean
      /**
       * What was found of its signatures.
       */
      signature: string
    }
  }
  listPipelineKinds: {
    answer: {
      data: PipelineStageKind[]
    }
  }
  listPipelines: {
    answer: {
      data: {
        tenant: string
        name: string
        version: number
        /**
         * SHA-256 of the text.
         */
        hash: string
        /**
         * The YAML as it was given.
         */
        text: string
        author: string
        created_at: string
        /**
         * When it begins next by itself.
         */
        next_run_at: string | null
      }[]
      next_cursor: string | null
    }
  }
  definePipeline: {
    body: {
      /**
       * For keys of the installation; a tenant’s own key needs none.
       */
      tenant?: string
      /**
       * The YAML of a pipeline.
       */
      text: string
    }
    answer: Pipeline
  }
  checkPipeline: {
    body: {
      /**
       * For keys of the installation; a tenant’s own key needs none.
       */
      tenant?: string
      /**
       * The YAML of a pipeline.
       */
      text: string
    }
    answer: {
      ok: boolean
      problems: PipelineProblem[]
    }
  }
  readPipeline: {
    answer: Pipeline
  }
  listPipelineVersions: {
    answer: {
      data: Pipeline[]
    }
  }
  listPipelineEvents: {
    answer: {
      data: PipelineEventKind[]
    }
  }
  listPipelineTriggers: {
    answer: {
      data: PipelineTrigger[]
    }
  }
  listTriggerDecisions: {
    answer: {
      data: PipelineTriggerDecision[]
      next_cursor: string | null
    }
  }
  callPipelineTrigger: {
    body: {
      /**
       * For keys of the installation; a tenant’s own key needs none.
       */
      tenant?: string
      /**
       * What the trigger declares under `api`, all of it.
       */
      facts?: {
        [k: string]: string | number | boolean
      }
      /**
       * The same call is decided once, however often it is made; later ones get that decision.
       */
      key?: string
    }
    answer: PipelineTriggerDecision
  }
  beginPipelineRun: {
    body: {
      /**
       * For keys of the installation; a tenant’s own key needs none.
       */
      tenant?: string
      pipeline: string
      /**
       * The newest by default.
       */
      version?: number
      parameters?: {
        [k: string]: string | number | boolean
      }
      /**
       * False runs every stage anew.
       */
      uses_cache?: boolean
      trigger?: 'manual' | 'api'
      /**
       * Begins the run once, however often it is asked for under this key; the later ones conflict.
       */
      key?: string
    }
    answer: PipelineRun
  }
  listPipelineRuns: {
    answer: {
      data: PipelineRun[]
      next_cursor: string | null
    }
  }
  readPipelineRun: {
    answer: PipelineRunDetail
  }
  readPipelineLogs: {
    answer: {
      data: PipelineLogLine[]
      next_after: number | null
    }
  }
  readPipelineMetrics: {
    answer: {
      data: {
        stage: string
        name: string
        points: {
          step: number
          value: number
        }[]
      }[]
    }
  }
  cancelPipelineRun: {
    body: {
      reason?: string
    }
    answer: PipelineRun
  }
  resumePipelineRun: {
    answer: PipelineRun
  }
  approvePipelineRun: {
    body: {
      /**
       * Where several stages wait.
       */
      stage?: string
      /**
       * Why; it stays with the run.
       */
      reason: string
    }
    answer: PipelineRun
  }
  rejectPipelineRun: {
    body: {
      /**
       * Where several stages wait.
       */
      stage?: string
      /**
       * Why; it stays with the run.
       */
      reason: string
    }
    answer: PipelineRun
  }
  startRollout: {
    body: {
      /**
       * For keys of the installation: whose models `onPromoted` names, and who is told.
       */
      tenant?: string
      /**
       * Of your own, so that asking again begins nothing new.
       */
      id?: string
      service: string
      /**
       * A release of the service; a test names its own.
       */
      candidate?: string
      /**
       * YAML, as under `services.<name>.rollout`; that one where it is left out.
       */
      plan?: string
      /**
       * How problems of the plan name it.
       */
      file?: string
      /**
       * Why; it stays with the rollout.
       */
      reason: string
    }
    answer: Rollout
  }
  listRollouts: {
    answer: {
      data: Rollout[]
      next_cursor: string | null
    }
  }
  readRollout: {
    answer: RolloutDetail
  }
  listRolloutVerdicts: {
    answer: {
      data: RolloutVerdict[]
      next_cursor: string | null
    }
  }
  readRolloutVerdict: {
    answer: RolloutOutcome
  }
  postRolloutVerdict: {
    answer: RolloutOutcome
  }
  readServiceVerdict: {
    answer: RolloutOutcome
  }
  postServiceVerdict: {
    answer: RolloutOutcome
  }
  pauseRollout: {
    body: {
      /**
       * Why; it stays with the rollout.
       */
      reason: string
    }
    answer: Rollout
  }
  resumeRollout: {
    body: {
      /**
       * Why; it stays with the rollout.
       */
      reason: string
    }
    answer: Rollout
  }
  approveRollout: {
    body: {
      /**
       * Why; it stays with the rollout.
       */
      reason: string
    }
    answer: Rollout
  }
  promoteRollout: {
    body: {
      /**
       * Why; it stays with the rollout.
       */
      reason: string
      /**
       * The next step, or past all of them.
       */
      to?: 'next' | 'all'
    }
    answer: Rollout
  }
  abortRollout: {
    body: {
      /**
       * Why; it stays with the rollout.
       */
      reason: string
    }
    answer: Rollout
  }
  readLiveRelease: {
    answer: ServiceLive
  }
  setLiveRelease: {
    body: {
      release: string
      /**
       * Why; it stays with the rollout.
       */
      reason: string
    }
    answer: ServiceLive
  }
  distil: {
    body: {
      /**
       * For keys of the installation; a tenant’s own key needs none.
       */
      tenant?: string
      /**
       * The YAML of a recipe.
       */
      text: string
      /**
       * Whether what has not changed is taken from earlier runs.
       */
      uses_cache?: boolean
    }
    answer: Distillation
  }
  listCaches: {
    answer: {
      data: ServiceCache[]
      next_cursor: null
    }
  }
  clearCache: {
    answer: {
      /**
       * Of the process that was asked.
       */
      forgotten: number
    }
  }
  listMetrics: {
    answer: {
      data: Metric[]
      next_cursor: null
    }
  }
  queryMetrics: {
    body: {
      query: {
        /**
         * One of docs/metrics.md.
         */
        metric: string
        /**
         * Only series with these labels: one value, or a list of which one must fit. A value that begins with `!` must not be it.
         */
        where?: {
          [k: string]: string | string[]
        }
        /**
         * What is taken of it. Counters: `rate` (a second; the default) or `increase`. Gauges: `average` (the default), `highest`, `lowest` or `latest`. Histograms: `quantile`, `average` (the default), `rate` or `increase` of what was observed.
         */
        measure?: 'rate' | 'increase' | 'average' | 'highest' | 'lowest' | 'latest' | 'quantile'
        /**
         * For `quantile`: 0.95 is what 95 % are below.
         */
        quantile?: number
        /**
         * The stretch of time that is looked at, up to now.
         */
        over?: string
        /**
         * One number for each combination of these labels.
         *
         * @maxItems 5
         */
        by?: string[]
        /**
         * How the series of a group become one number; `sum` by default.
         */
        together?: 'sum' | 'average' | 'highest' | 'lowest'
        /**
         * Divides by the same measure of this one: a share, or what one of them costs. Nothing comes out where that is 0.
         */
        per?: {
          /**
           * What is divided by.
           */
          metric: string
          /**
           * Only series with these labels: one value, or a list of which one must fit. A value that begins with `!` must not be it.
           */
          where?: {
            [k: string]: string | string[]
          }
        }
      }
      /**
       * Gives one number for each step since then.
       */
      since?: string
      /**
       * Now by default.
       */
      until?: string
      step_seconds?: number
    }
    answer: MetricAnswer
  }
  readBoard: {
    answer: Board
  }
  listAlerts: {
    answer: {
      data: Alert[]
      next_cursor: string | null
    }
  }
  readAlert: {
    answer: AlertDetail
  }
  acknowledgeAlert: {
    body: {
      note?: string
    }
    answer: Alert
  }
  listSilences: {
    answer: {
      data: Silence[]
      next_cursor: null
    }
  }
  createSilence: {
    body: {
      /**
       * Labels that an alert must have; `*` at the end of a value stands for anything.
       */
      matchers: {
        [k: string]: string
      }
      reason: string
      /**
       * Now by default.
       */
      starts_at?: string
      ends_at: string
    }
    answer: Silence
  }
  endSilence: {
    answer: Silence
  }
  listSlos: {
    answer: {
      data: Slo[]
      next_cursor: null
    }
  }
  listRules: {
    answer: {
      data: AlertRule[]
      next_cursor: null
    }
  }
  listChannels: {
    answer: {
      data: Channel[]
      next_cursor: null
    }
  }
  testChannel: {
    answer: {
      is_sent: boolean
      /**
       * Why it did not get through.
       */
      problem: string | null
    }
  }
  exportObservability: {
    answer: {
      files: {
        path: string
        content: string
      }[]
    }
  }
  listMonitors: {
    answer: {
      data: Monitor[]
      next_cursor: null
    }
  }
  readMonitor: {
    answer: Monitor
  }
  readMonitorStream: {
    answer: MonitorStreamPoints
  }
  listMonitorAlarms: {
    answer: {
      data: MonitorAlarm[]
      next_cursor: string | null
    }
  }
  pauseMonitor: {
    answer: Monitor
  }
  resumeMonitor: {
    answer: Monitor
  }
  resetMonitor: {
    body: {
      /**
       * Only this one; all where left out.
       */
      stream?: string
    }
    answer: Monitor
  }
  setMonitorReference: {
    /**
     * From when to when; the window of the configuration up to now where left out.
     */
    body: {
      from?: string
      until?: string
      /**
       * Only that of this one; of all where left out.
       */
      stream?: string
    }
    answer: Monitor
  }
  listPolicies: {
    answer: {
      data: Policy[]
      next_cursor: null
    }
  }
  readPolicy: {
    answer: {
      hash: string
      name: string
      first_used_at: string
      content: unknown
    }
  }
  countVerdicts: {
    answer: {
      since: string
      data: VerdictCount[]
      next_cursor: null
    }
  }
  listGuardrailChecks: {
    answer: {
      data: GuardrailCheck[]
      next_cursor: null
    }
  }
  listGuardrailReports: {
    answer: {
      data: GuardrailReport[]
      next_cursor: null
    }
  }
  createGuardrailReport: {
    body: {
      policy: string
      /**
       * The entry of the policy: its name, else its check.
       */
      guard: string
      /**
       * Since it is as it is now, where this is left out.
       */
      since?: string
    }
    answer: GuardrailReport
  }
  readGuardrailReport: {
    answer: GuardrailReport
  }
  listEngines: {
    answer: {
      data: Engine[]
      next_cursor: null
    }
  }
  restartEngine: {
    answer: Engine
  }
  listProviders: {
    answer: {
      data: Provider[]
      next_cursor: null
    }
  }
  readModelCard: {
    answer: ModelCard
  }
  openSession: {
    body: {
      key: string
    }
  }
  readMe: {
    answer: Me
  }
  listKeys: {
    answer: {
      data: Key[]
      next_cursor: string | null
    }
  }
  createKey: {
    body: {
      name: string
      role: 'owner' | 'operator' | 'developer' | 'reviewer' | 'auditor' | 'service'
      /**
       * Null is the whole installation; left out, it is where your own key belongs.
       */
      tenant?: string | null
      services?: string[] | null
      expires_at?: string | null
    }
    answer: NewKey
  }
  listTenants: {
    answer: {
      data: Tenant[]
      next_cursor: null
    }
  }
  createTenant: {
    body: {
      id: string
      name?: string
      services?: string[] | null
    }
    answer: Tenant
  }
  updateTenant: {
    body: {
      name?: string | null
      services?: string[] | null
    }
    answer: Tenant
  }
  listAuditEntries: {
    answer: {
      data: AuditEntry[]
      next_cursor: string | null
    }
  }
  listDataKeys: {
    answer: {
      data: DataKey[]
      next_cursor: null
    }
  }
  rotateDataKey: {
    body: {
      tenant: string
      purpose: 'pseudonyms' | 'content' | 'signing'
    }
    answer: DataKey
  }
  shredDataKey: {
    body: {
      /**
       * The id once more: what the key has sealed is lost for good.
       */
      confirm: string
    }
    answer: DataKey
  }
  unmaskConversation: {
    body: {
      tenant: string
      /**
       * The id of the conversation; of an inference without one, its own id.
       */
      conversation: string
      /**
       * Only what this key has sent.
       */
      key_id?: string
      /**
       * Kept with your name, for whoever looks later.
       */
      reason: string
    }
    answer: {
      data: UnmaskedValue[]
      next_cursor: null
    }
  }
  listUnmaskings: {
    answer: {
      data: Unmasking[]
      next_cursor: string | null
    }
  }
  readConfiguration: {
    answer: {
      hash: string
      file: string
      loaded_at: string
      /**
       * The one that is in force here, of those published for all replicas.
       */
      revision: number | null
      /**
       * Whether a revision is followed that was published after what the file says.
       */
      is_file_stale: boolean
      problem: {
        message: string
        problems: ConfigurationProblem[]
      } | null
    }
  }
  checkConfiguration: {
    body: {
      /**
       * The text of a slipway.yaml.
       */
      text: string
    }
    answer: {
      ok: boolean
      problems: ConfigurationProblem[]
    }
  }
  listConfigurationRevisions: {
    answer: {
      data: ConfigurationRevision[]
      next_cursor: string | null
    }
  }
  publishConfiguration: {
    body: {
      /**
       * The text of a slipway.yaml.
       */
      text: string
    }
    answer: WrittenConfigurationRevision
  }
  readConfigurationRevision: {
    answer: WrittenConfigurationRevision
  }
  rollBackConfiguration: {
    answer: WrittenConfigurationRevision
  }
  readSystem: {
    answer: System
  }
  readOpenApi: {
    answer: {
      [k: string]: unknown
    }
  }
  readApiPage: {
    answer: string
  }
}
export interface InferenceList {
  data: Inference[]
  next_cursor: string | null
}
export interface Inference {
  /**
   * UUIDv7; orders inferences by their start.
   */
  id: string
  request_id: string
  /**
   * W3C trace id, 32 hex digits.
   */
  trace_id: string
  span_id: string
  parent_span_id: string | null
  tenant: string
  /**
   * What it belongs to, unique within the tenant: as the client named it, or a hash that begins with `~`.
   */
  conversation_id: string | null
  /**
   * How its client said that nothing may be learned from it: by the header `slipway-no-training`, or by `store: false`.
   */
  no_training: ('header' | 'store') | null
  key_id: string
  service: string
  release: string | null
  /**
   * The rollout of the service that was under way.
   */
  rollout: string | null
  /**
   * Its step, from 0.
   */
  rollout_step: number | null
  /**
   * The side that it is compared on: `baseline`, `candidate`, or the name of one of several; null where it is on none.
   */
  arm: string | null
  /**
   * Whether it is a copy of a client’s request, answered to nobody.
   */
  is_shadow: boolean
  /**
   * `engine:<name>` or `provider:<name>`.
   */
  target: string | null
  upstream_model: string | null
  operation:
    | 'chat'
    | 'completion'
    | 'embedding'
    | 'messages'
    | 'count_tokens'
    | 'tokenize'
    | 'responses'
    | 'moderation'
    | 'rerank'
    | 'classification'
    | 'image'
    | 'image_edit'
    | 'image_variation'
    | 'speech'
    | 'transcription'
    | 'translation'
  is_stream: boolean
  outcome: 'ok' | 'error' | 'aborted'
  /**
   * The HTTP status that the client saw; 499 where it left first.
   */
  status: number
  failure_code: string | null
  failure_message: string | null
  finish_reason: string | null
  usage: {
    input_tokens: number
    cache_read_tokens: number
    cache_write_tokens: number
    output_tokens: number
    reasoning_tokens: number
    cache_write_hour_tokens: number
    audio_input_tokens: number
    image_input_tokens: number
    audio_output_tokens: number
    image_output_tokens: number
    /**
     * What is charged beside tokens, where there was any.
     */
    units: {
      [k: string]: number
    } | null
  } | null
  /**
   * Billionths of a US dollar; null is unpriced, not free.
   */
  cost_nano_usd: number | null
  /**
   * What the upstream itself said that it cost.
   */
  reported_cost_nano_usd: number | null
  /**
   * The tier that the upstream says it served.
   */
  service_tier: string | null
  /**
   * The id that the upstream gave its answer.
   */
  upstream_id: string | null
  /**
   * Whether usage and cost are partly a guess: an upstream that broke off or was left never told.
   */
  is_cost_estimate: boolean
  /**
   * How a cache answered it; null where the model did.
   */
  cache: ('exact' | 'semantic') | null
  /**
   * What the answer had cost the first time, where a cache gave it again.
   */
  saved_nano_usd: number | null
  started_at: string
  latency_ms: number
  /**
   * Time to the first token, from the start.
   */
  ttft_ms: number | null
  /**
   * From the start until limits and budgets had let it through.
   */
  admitted_ms: number | null
  /**
   * From the start to the call of the upstream.
   */
  upstream_start_ms: number | null
  /**
   * From the start to the head of its answer.
   */
  upstream_headers_ms: number | null
  /**
   * Every call that was sent for it and why; null where there was one target and one attempt.
   */
  attempts: InferenceAttempt[] | null
  /**
   * The configuration that decided this request.
   */
  snapshot_hash: string
  /**
   * The policy that held for it.
   */
  policy_hash: string | null
  /**
   * The gravest of its verdicts, `shadow …` where nothing followed; null where all passed.
   */
  verdict: string | null
  /**
   * What the checks of the policy said.
   */
  verdicts: Verdict[] | null
}
export interface InferenceAttempt {
  /**
   * `engine:NAME` or `provider:NAME`.
   */
  target: string
  model: string
  /**
   * Why it went there.
   */
  reason: string
  /**
   * All times count from the start of the inference.
   */
  start_ms: number
  /**
   * When it had its place and was sent.
   */
  sent_ms: number | null
  headers_ms: number | null
  first_token_ms: number | null
  end_ms: number | null
  /**
   * `ok`, the code of a failure, or `abandoned` where another was faster.
   */
  outcome: string | null
  message: string | null
}
export interface Verdict {
  /**
   * The entry of the policy.
   */
  guard: string
  check: string
  stage: 'input' | 'context' | 'tool_call' | 'reasoning' | 'output'
  mode: 'shadow' | 'enforce'
  /**
   * What the entry declares.
   */
  action: string
  /**
   * What became of it, or would have in `shadow`; `error` and `timeout`: it could not tell.
   */
  outcome:
    'pass' | 'flag' | 'block' | 'mask' | 'replace' | 'retry' | 'fallback' | 'escalate' | 'error' | 'timeout'
  /**
   * The first of them.
   */
  findings: {
    type: string
    start: number
    end: number
    score: number
    /**
     * The same of the same text; nothing of the text itself.
     */
    hmac: string
  }[]
  found: number
  scanned_texts: number
  /**
   * UTF-16 units that it has truly looked at.
   */
  scanned_chars: number
  duration_ms: number
  start_ms: number
  why: string
  /**
   * What followed where it could not tell; `open`: the text went through unchecked.
   */
  failed: ('closed' | 'open' | 'fallback') | null
}
export interface InferenceDetail {
  /**
   * UUIDv7; orders inferences by their start.
   */
  id: string
  request_id: string
  /**
   * W3C trace id, 32 hex digits.
   */
  trace_id: string
  span_id: string
  parent_span_id: string | null
  tenant: string
  /**
   * What it belongs to, unique within the tenant: as the client named it, or a hash that begins with `~`.
   */
  conversation_id: string | null
  /**
   * How its client said that nothing may be learned from it: by the header `slipway-no-training`, or by `store: false`.
   */
  no_training: ('header' | 'store') | null
  key_id: string
  service: string
  release: string | null
  /**
   * The rollout of the service that was under way.
   */
  rollout: string | null
  /**
   * Its step, from 0.
   */
  rollout_step: number | null
  /**
   * The side that it is compared on: `baseline`, `candidate`, or the name of one of several; null where it is on none.
   */
  arm: string | null
  /**
   * Whether it is a copy of a client’s request, answered to nobody.
   */
  is_shadow: boolean
  /**
   * `engine:<name>` or `provider:<name>`.
   */
  target: string | null
  upstream_model: string | null
  operation:
    | 'chat'
    | 'completion'
    | 'embedding'
    | 'messages'
    | 'count_tokens'
    | 'tokenize'
    | 'responses'
    | 'moderation'
    | 'rerank'
    | 'classification'
    | 'image'
    | 'image_edit'
    | 'image_variation'
    | 'speech'
    | 'transcription'
    | 'translation'
  is_stream: boolean
  outcome: 'ok' | 'error' | 'aborted'
  /**
   * The HTTP status that the client saw; 499 where it left first.
   */
  status: number
  failure_code: string | null
  failure_message: string | null
  finish_reason: string | null
  usage: {
    input_tokens: number
    cache_read_tokens: number
    cache_write_tokens: number
    output_tokens: number
    reasoning_tokens: number
    cache_write_hour_tokens: number
    audio_input_tokens: number
    image_input_tokens: number
    audio_output_tokens: number
    image_output_tokens: number
    /**
     * What is charged beside tokens, where there was any.
     */
    units: {
      [k: string]: number
    } | null
  } | null
  /**
   * Billionths of a US dollar; null is unpriced, not free.
   */
  cost_nano_usd: number | null
  /**
   * What the upstream itself said that it cost.
   */
  reported_cost_nano_usd: number | null
  /**
   * The tier that the upstream says it served.
   */
  service_tier: string | null
  /**
   * The id that the upstream gave its answer.
   */
  upstream_id: string | null
  /**
   * Whether usage and cost are partly a guess: an upstream that broke off or was left never told.
   */
  is_cost_estimate: boolean
  /**
   * How a cache answered it; null where the model did.
   */
  cache: ('exact' | 'semantic') | null
  /**
   * What the answer had cost the first time, where a cache gave it again.
   */
  saved_nano_usd: number | null
  started_at: string
  latency_ms: number
  /**
   * Time to the first token, from the start.
   */
  ttft_ms: number | null
  /**
   * From the start until limits and budgets had let it through.
   */
  admitted_ms: number | null
  /**
   * From the start to the call of the upstream.
   */
  upstream_start_ms: number | null
  /**
   * From the start to the head of its answer.
   */
  upstream_headers_ms: number | null
  /**
   * Every call that was sent for it and why; null where there was one target and one attempt.
   */
  attempts: InferenceAttempt[] | null
  /**
   * The configuration that decided this request.
   */
  snapshot_hash: string
  /**
   * The policy that held for it.
   */
  policy_hash: string | null
  /**
   * The gravest of its verdicts, `shadow …` where nothing followed; null where all passed.
   */
  verdict: string | null
  /**
   * What the checks of the policy said.
   */
  verdicts: Verdict[] | null
  feedback: Feedback[]
  /**
   * Null where the service does not keep it.
   */
  content: InferenceContent | null
}
export interface Feedback {
  id: string
  inference_id: string
  score: number | null
  label: string | null
  comment: string | null
  /**
   * What the answer should have been; null where nothing was said.
   */
  corrected_output: {
    [k: string]: unknown
  }
  created_at: string
  /**
   * The id of the key that gave it.
   */
  created_by: string
}
export interface InferenceContent {
  request: unknown
  response: unknown
  /**
   * Whether anything was too large to keep; the places say so in the text itself.
   */
  truncated: boolean
  /**
   * How it was made fit to be kept: masked by a policy on its way, before it was stored, or not at all.
   */
  masking: 'none' | 'stored' | 'policy'
}
export interface Trace {
  trace_id: string
  /**
   * The inference that was asked for.
   */
  inference_id: string | null
  /**
   * The start of the first span.
   */
  started_at: string
  duration_ms: number
  /**
   * In the order of reading: parents first, siblings by their starts.
   */
  spans: TraceSpan[]
  /**
   * Whether the trace has more spans than are shown.
   */
  is_truncated: boolean
}
export interface TraceSpan {
  /**
   * 16 hex digits.
   */
  id: string
  parent_id: string | null
  /**
   * How many spans stand above it.
   */
  depth: number
  kind:
    | 'inference'
    | 'read'
    | 'admission'
    | 'check'
    | 'cache'
    | 'attempt'
    | 'queue'
    | 'connect'
    | 'first_token'
    | 'stream'
    | 'answer'
    | 'settle'
    | 'llm'
    | 'embedding'
    | 'retriever'
    | 'reranker'
    | 'tool'
    | 'agent'
    | 'chain'
    | 'guardrail'
    | 'evaluator'
    | 'prompt'
    | 'http'
    | 'database'
    | 'messaging'
    | 'other'
  name: string
  /**
   * `slipway`, or the name that an application gives itself (`service.name`).
   */
  origin: string
  /**
   * The inference that it is a part of.
   */
  inference_id: string | null
  /**
   * Since `started_at` of the trace.
   */
  start_ms: number
  end_ms: number
  /**
   * `ended`: given up, and no failure.
   */
  outcome: 'ok' | 'error' | 'ended'
  why: string | null
  facts: {
    [k: string]: string | number | boolean
  }
}
export interface Explanation {
  inference_id: string
  outcome: 'ok' | 'error' | 'aborted'
  /**
   * False for an inference that was recorded before decisions were: some are missing then.
   */
  is_complete: boolean
  steps: ExplainStep[]
}
export interface ExplainStep {
  kind:
    | 'access'
    | 'service'
    | 'limits'
    | 'check'
    | 'cache'
    | 'queue'
    | 'route'
    | 'attempt'
    | 'review'
    | 'answer'
    | 'price'
  /**
   * What was decided, as a name, e.g. `admitted`, `miss`, `fallback`.
   */
  decision: string
  /**
   * Since the request came.
   */
  at_ms: number
  /**
   * The decision in a sentence.
   */
  text: string
  /**
   * Why, in a sentence.
   */
  reason: string
  /**
   * What it rests on.
   */
  ground: {
    kind: 'configuration' | 'policy'
    hash: string
  } | null
  evidence: {
    [k: string]: unknown
  }
}
export interface ConversationList {
  data: Conversation[]
  next_cursor: string | null
}
export interface Conversation {
  /**
   * As the client named it, or a hash that begins with `~`; unique within the tenant.
   */
  id: string
  tenant: string
  /**
   * Whether nobody named it: the same key began with the same words. Two may be taken for one.
   */
  is_guessed: boolean
  services: string[]
  turns: number
  errors: number
  started_at: string
  last_at: string
  /**
   * Of the turns that have a price.
   */
  cost_nano_usd: number
  unpriced_turns: number
  input_tokens: number
  output_tokens: number
  /**
   * Of all turns together.
   */
  latency_ms: number
}
export interface ConversationDetail {
  /**
   * As the client named it, or a hash that begins with `~`; unique within the tenant.
   */
  id: string
  tenant: string
  /**
   * Whether nobody named it: the same key began with the same words. Two may be taken for one.
   */
  is_guessed: boolean
  services: string[]
  turns: number
  errors: number
  started_at: string
  last_at: string
  /**
   * Of the turns that have a price.
   */
  cost_nano_usd: number
  unpriced_turns: number
  input_tokens: number
  output_tokens: number
  /**
   * Of all turns together.
   */
  latency_ms: number
  /**
   * The turns in their order; the first 200.
   */
  inferences: ConversationTurn[]
  is_truncated: boolean
}
export interface ConversationTurn {
  /**
   * UUIDv7; orders inferences by their start.
   */
  id: string
  request_id: string
  /**
   * W3C trace id, 32 hex digits.
   */
  trace_id: string
  span_id: string
  parent_span_id: string | null
  tenant: string
  /**
   * What it belongs to, unique within the tenant: as the client named it, or a hash that begins with `~`.
   */
  conversation_id: string | null
  /**
   * How its client said that nothing may be learned from it: by the header `slipway-no-training`, or by `store: false`.
   */
  no_training: ('header' | 'store') | null
  key_id: string
  service: string
  release: string | null
  /**
   * The rollout of the service that was under way.
   */
  rollout: string | null
  /**
   * Its step, from 0.
   */
  rollout_step: number | null
  /**
   * The side that it is compared on: `baseline`, `candidate`, or the name of one of several; null where it is on none.
   */
  arm: string | null
  /**
   * Whether it is a copy of a client’s request, answered to nobody.
   */
  is_shadow: boolean
  /**
   * `engine:<name>` or `provider:<name>`.
   */
  target: string | null
  upstream_model: string | null
  operation:
    | 'chat'
    | 'completion'
    | 'embedding'
    | 'messages'
    | 'count_tokens'
    | 'tokenize'
    | 'responses'
    | 'moderation'
    | 'rerank'
    | 'classification'
    | 'image'
    | 'image_edit'
    | 'image_variation'
    | 'speech'
    | 'transcription'
    | 'translation'
  is_stream: boolean
  outcome: 'ok' | 'error' | 'aborted'
  /**
   * The HTTP status that the client saw; 499 where it left first.
   */
  status: number
  failure_code: string | null
  failure_message: string | null
  finish_reason: string | null
  usage: {
    input_tokens: number
    cache_read_tokens: number
    cache_write_tokens: number
    output_tokens: number
    reasoning_tokens: number
    cache_write_hour_tokens: number
    audio_input_tokens: number
    image_input_tokens: number
    audio_output_tokens: number
    image_output_tokens: number
    /**
     * What is charged beside tokens, where there was any.
     */
    units: {
      [k: string]: number
    } | null
  } | null
  /**
   * Billionths of a US dollar; null is unpriced, not free.
   */
  cost_nano_usd: number | null
  /**
   * What the upstream itself said that it cost.
   */
  reported_cost_nano_usd: number | null
  /**
   * The tier that the upstream says it served.
   */
  service_tier: string | null
  /**
   * The id that the upstream gave its answer.
   */
  upstream_id: string | null
  /**
   * Whether usage and cost are partly a guess: an upstream that broke off or was left never told.
   */
  is_cost_estimate: boolean
  /**
   * How a cache answered it; null where the model did.
   */
  cache: ('exact' | 'semantic') | null
  /**
   * What the answer had cost the first time, where a cache gave it again.
   */
  saved_nano_usd: number | null
  started_at: string
  latency_ms: number
  /**
   * Time to the first token, from the start.
   */
  ttft_ms: number | null
  /**
   * From the start until limits and budgets had let it through.
   */
  admitted_ms: number | null
  /**
   * From the start to the call of the upstream.
   */
  upstream_start_ms: number | null
  /**
   * From the start to the head of its answer.
   */
  upstream_headers_ms: number | null
  /**
   * Every call that was sent for it and why; null where there was one target and one attempt.
   */
  attempts: InferenceAttempt[] | null
  /**
   * The configuration that decided this request.
   */
  snapshot_hash: string
  /**
   * The policy that held for it.
   */
  policy_hash: string | null
  /**
   * The gravest of its verdicts, `shadow …` where nothing followed; null where all passed.
   */
  verdict: string | null
  /**
   * What the checks said that did not simply pass.
   */
  verdicts: {
    guard: string
    stage: string
    mode: 'shadow' | 'enforce'
    outcome: string
    found: number
  }[]
  feedback: {
    score: number | null
    label: string | null
  }[]
  /**
   * What judges found.
   */
  scores: {
    name: string
    value: number | null
    label: string | null
  }[]
}
export interface Overview {
  since: string
  until: string
  bucket_seconds: number
  totals: OverviewTotals
  previous: OverviewTotals1
  series: {
    at: string
    requests: number
    errors: number
    latency_p50_ms: number | null
    latency_p95_ms: number | null
    ttft_p50_ms: number | null
    ttft_p95_ms: number | null
    /**
     * Of all inferences together.
     */
    output_tokens_per_second: number
    cost_nano_usd: number | null
  }[]
  services: {
    service: string
    requests: number
    errors: number
    latency_p95_ms: number | null
    cost_nano_usd: number | null
  }[]
}
export interface OverviewTotals {
  requests: number
  errors: number
  aborted: number
  /**
   * All prompt tokens, cached ones included.
   */
  input_tokens: number
  /**
   * All answer tokens, reasoning included.
   */
  output_tokens: number
  /**
   * Of the priced inferences; null where none was.
   */
  cost_nano_usd: number | null
  unpriced_requests: number
  /**
   * Of successful inferences, within 1 %; null where there were none.
   */
  latency_p50_ms: number | null
  latency_p95_ms: number | null
  ttft_p50_ms: number | null
  ttft_p95_ms: number | null
}
/**
 * The same for the period just before, equally long.
 */
export interface OverviewTotals1 {
  requests: number
  errors: number
  aborted: number
  /**
   * All prompt tokens, cached ones included.
   */
  input_tokens: number
  /**
   * All answer tokens, reasoning included.
   */
  output_tokens: number
  /**
   * Of the priced inferences; null where none was.
   */
  cost_nano_usd: number | null
  unpriced_requests: number
  /**
   * Of successful inferences, within 1 %; null where there were none.
   */
  latency_p50_ms: number | null
  latency_p95_ms: number | null
  ttft_p50_ms: number | null
  ttft_p95_ms: number | null
}
export interface ExampleReview {
  id: string
  tenant: string
  purpose: 'label-suspects' | 'collection' | 'evaluation-labels'
  subject: string
  /**
   * The key of the row.
   */
  item: string
  /**
   * What it belongs to.
   */
  title: string
  question: string
  /**
   * The example, masked.
   */
  shown: {
    name: string
    text: string
  }[]
  /**
   * Null where the answer is a text.
   */
  choices: string[] | null
  /**
   * How many have to answer.
   */
  people: number
  answered: number
  state: 'pending' | 'decided' | 'withdrawn'
  priority: 'urgent' | 'high' | 'normal' | 'low'
  /**
   * What more than half said; null while it waits, and where they differ or cannot tell.
   */
  answer: string | null
  /**
   * Who works on it now: `you`, or the name of a key.
   */
  claimed_by: string | null
  claim_until: string | null
  created_at: string
  due_at: string
  decided_at: string | null
}
export interface Review {
  id: string
  tenant: string
  service: string
  inference_id: string
  state: 'pending' | 'approved' | 'edited' | 'rejected' | 'expired'
  priority: 'urgent' | 'high' | 'normal' | 'low'
  /**
   * What waits: a request, before the model is asked, or an answer.
   */
  waits_for: 'request' | 'answer'
  policy: string
  policy_hash: string
  fired: {
    guard: string
    check: string
    stage: string
    action: string
    outcome: string
    types: string[]
    why: string
  }[]
  /**
   * Masked.
   */
  preview: string
  /**
   * Counts the edits.
   */
  version: number
  /**
   * The SHA-256 of exactly what would be released; a decision names it.
   */
  content_hash: string
  four_eyes: boolean
  on_expire: string
  /**
   * Who works on it now: `you`, or the name of a key.
   */
  claimed_by: string | null
  claim_until: string | null
  created_at: string
  due_at: string
  expires_at: string
  decided_at: string | null
  decided_by: string | null
}
export interface ReviewStats {
  days: number
  pending: number
  /**
   * Pending and past their due time.
   */
  overdue: number
  /**
   * How long the oldest pending item has waited.
   */
  oldest_seconds: number | null
  backlog: {
    service: string
    priority: string
    count: number
    overdue: number
    oldest_at: string
  }[]
  decided: {
    approved: number
    edited: number
    rejected: number
    expired: number
  }
  /**
   * From when something was given to people until it was decided; what expired is not among it.
   */
  decision_seconds: {
    p50: number | null
    p95: number | null
    count: number
  }
  agreement: {
    /**
     * Fleiss’ κ over items that two or more people have judged. One no ends an item, so items that the first reviewer rejected are not among them.
     */
    shared: {
      kappa: number
      items: number
      observed: number
      expected: number
    } | null
    /**
     * Fleiss’ κ among reviewers over items whose answer is known.
     */
    known: {
      kappa: number
      items: number
      observed: number
      expected: number
    } | null
    /**
     * Cohen’s κ between what reviewers said and what is known to be right.
     */
    truth: {
      kappa: number
      items: number
      standard_error: number
    } | null
  }
  reviewers: {
    reviewer: string
    name: string
    approved: number
    edited: number
    rejected: number
    p50_seconds: number
    p95_seconds: number
    unmasked: number
    known_given: number
    known_right: number
  }[]
}
export interface KnownAnswer {
  id: string
  tenant: string
  service: string
  prompt: string
  answer: string
  expected: 'approve' | 'edit' | 'reject'
  reason: string
  is_active: boolean
  given: number
  right: number
  created_at: string
}
export interface Reviewer {
  key_id: string
  name: string
  tenant: string | null
  training: string
  trained_until: string
  is_trained: boolean
  note: string | null
  updated_at: string
}
export interface ReviewDetail {
  id: string
  tenant: string
  service: string
  inference_id: string
  state: 'pending' | 'approved' | 'edited' | 'rejected' | 'expired'
  priority: 'urgent' | 'high' | 'normal' | 'low'
  /**
   * What waits: a request, before the model is asked, or an answer.
   */
  waits_for: 'request' | 'answer'
  policy: string
  policy_hash: string
  fired: {
    guard: string
    check: string
    stage: string
    action: string
    outcome: string
    types: string[]
    why: string
  }[]
  /**
   * Masked.
   */
  preview: string
  /**
   * Counts the edits.
   */
  version: number
  /**
   * The SHA-256 of exactly what would be released; a decision names it.
   */
  content_hash: string
  four_eyes: boolean
  on_expire: string
  /**
   * Who works on it now: `you`, or the name of a key.
   */
  claimed_by: string | null
  claim_until: string | null
  created_at: string
  due_at: string
  expires_at: string
  decided_at: string | null
  decided_by: string | null
  /**
   * What was said before, masked.
   */
  context: ReviewText[]
  /**
   * What is to be decided, masked.
   */
  texts: ReviewText[]
  versions: {
    version: number
    content_hash: string
    editor: string | null
    created_at: string
    texts: ReviewText[]
  }[]
  /**
   * How many different people have to stand behind it, and how many do.
   */
  people: {
    needed: number
    have: number
  }
  may_decide: boolean
  may_not_because: string | null
  /**
   * While it is pending, only your own: nobody should follow another.
   */
  votes: {
    reviewer: string
    version: number
    verdict: string
    rationale: string
    seconds: number
    created_at: string
  }[]
  events: {
    at: string
    actor: string
    kind: string
    note: string | null
  }[]
  deliveries: {
    id: string
    url: string
    state: string
    attempts: number
    status: number | null
    problem: string | null
    updated_at: string
  }[]
  /**
   * Told once you have decided on an item whose answer was known.
   */
  known_answer: {
    expected: string
    reason: string
    is_right: boolean
  } | null
}
export interface ReviewText {
  role: string
  kind: 'text' | 'reasoning' | 'tool_call'
  /**
   * Of the tool.
   */
  name: string | null
  text: string
  marks: {
    start: number
    end: number
    type: string
    /**
     * The entry of the policy that found it; null where it is only hidden.
     */
    guard: string | null
  }[]
  is_editable: boolean
}
export interface ScoreList {
  data: Score[]
  /**
   * The judges that have still to see it.
   */
  waiting: string[]
  next_cursor: null
}
export interface Score {
  id: string
  inference_id: string
  /**
   * The judge.
   */
  name: string
  /**
   * From 0 to 1; null where there was nothing to judge, or `failure` says why it could not tell.
   */
  value: number | null
  label: string | null
  /**
   * In the words of the judge, masked.
   */
  rationale: string | null
  failure: string | null
  /**
   * What the judge went by; scores of two hashes are not to be compared.
   */
  judge_hash: string
  model: string | null
  /**
   * Null is unpriced.
   */
  cost_nano_usd: number | null
  created_at: string
}
export interface JudgeList {
  data: Judge[]
  next_cursor: null
}
export interface Judge {
  name: string
  kind: string
  description: string | null
  hash: string
  /**
   * The service that judges.
   */
  service: string
  rubric_version: string | null
  sample_percent: number
  nano_usd_per_day: number | null
  /**
   * The services whose answers it judges.
   */
  judges: string[]
  waiting: number
  figures: {
    /**
     * Whose answers it judged.
     */
    service: string
    judged: number
    /**
     * Those that it could not judge in three tries.
     */
    failed: number
    /**
     * Those that were not judged: the queue was full, the budget spent, or nothing was kept of them.
     */
    skipped: number
    /**
     * Of the scores that have a value.
     */
    mean: number | null
    cost_nano_usd: number
  }[]
}
export interface CostReport {
  since: string
  /**
   * The last day, within.
   */
  until: string
  group_by: string
  totals: {
    calls: number
    /**
     * Calls that used something without a declared price; they cost nothing here.
     */
    unpriced_calls: number
    /**
     * Calls whose usage is partly a guess, as the upstream never told.
     */
    estimated_calls: number
    /**
     * Calls that the cache of answers gave: nothing was sent, nothing is paid.
     */
    cached_calls: number
    /**
     * Of the priced calls.
     */
    cost_nano_usd: number
    /**
     * What the providers' prompt caches saved; negative where writing cost more than reading brought in.
     */
    cache_saved_nano_usd: number
    /**
     * What the cache of answers saved.
     */
    answers_saved_nano_usd: number
    /**
     * Tokens in disjoint buckets: their sum is all that was processed.
     */
    usage: {
      input_tokens: number
      cache_read_tokens: number
      cache_write_tokens: number
      output_tokens: number
      reasoning_tokens: number
      cache_write_hour_tokens: number
      audio_input_tokens: number
      image_input_tokens: number
      audio_output_tokens: number
      image_output_tokens: number
      /**
       * What is charged beside tokens, where there was any.
       */
      units: {
        [k: string]: number
      } | null
    }
  }
  /**
   * The truth for money, of the same period, written through a journal: more than the totals where traces were lost. Null where it is asked by target.
   */
  ledger: {
    inferences: number
    cost_nano_usd: number
    /**
     * Calls of processes that died: their worst case is what is written.
     */
    interrupted: number
  } | null
  /**
   * The dearest first.
   */
  groups: {
    group: string
    calls: number
    /**
     * Calls that used something without a declared price; they cost nothing here.
     */
    unpriced_calls: number
    /**
     * Calls whose usage is partly a guess, as the upstream never told.
     */
    estimated_calls: number
    /**
     * Calls that the cache of answers gave: nothing was sent, nothing is paid.
     */
    cached_calls: number
    /**
     * Of the priced calls.
     */
    cost_nano_usd: number
    /**
     * What the providers' prompt caches saved; negative where writing cost more than reading brought in.
     */
    cache_saved_nano_usd: number
    /**
     * What the cache of answers saved.
     */
    answers_saved_nano_usd: number
    /**
     * Tokens in disjoint buckets: their sum is all that was processed.
     */
    usage: {
      input_tokens: number
      cache_read_tokens: number
      cache_write_tokens: number
      output_tokens: number
      reasoning_tokens: number
      cache_write_hour_tokens: number
      audio_input_tokens: number
      image_input_tokens: number
      audio_output_tokens: number
      image_output_tokens: number
      /**
       * What is charged beside tokens, where there was any.
       */
      units: {
        [k: string]: number
      } | null
    }
  }[]
  days: {
    day: string
    group: string
    calls: number
    /**
     * Calls that used something without a declared price; they cost nothing here.
     */
    unpriced_calls: number
    /**
     * Calls whose usage is partly a guess, as the upstream never told.
     */
    estimated_calls: number
    /**
     * Calls that the cache of answers gave: nothing was sent, nothing is paid.
     */
    cached_calls: number
    /**
     * Of the priced calls.
     */
    cost_nano_usd: number
    /**
     * What the providers' prompt caches saved; negative where writing cost more than reading brought in.
     */
    cache_saved_nano_usd: number
    /**
     * What the cache of answers saved.
     */
    answers_saved_nano_usd: number
    /**
     * Tokens in disjoint buckets: their sum is all that was processed.
     */
    usage: {
      input_tokens: number
      cache_read_tokens: number
      cache_write_tokens: number
      output_tokens: number
      reasoning_tokens: number
      cache_write_hour_tokens: number
      audio_input_tokens: number
      image_input_tokens: number
      audio_output_tokens: number
      image_output_tokens: number
      /**
       * What is charged beside tokens, where there was any.
       */
      units: {
        [k: string]: number
      } | null
    }
  }[]
  unpriced: {
    target: string
    model: string
    calls: number
    /**
     * What gives it a price.
     */
    mend: string
  }[]
}
export interface AnswerList {
  data: {
    inference_id: string
    /**
     * The id that the upstream gave its answer.
     */
    answer_id: string
    cost_nano_usd: number | null
  }[]
  next_cursor: string | null
}
export interface PriceReport {
  day: string
  data: {
    provider: string | null
    engine: string | null
    /**
     * Null holds for all models that have none of their own.
     */
    model: string | null
    from: string
    /**
     * `slipway.yaml`, or the price list that ships with Slipway.
     */
    origin: string
    source: string | null
    /**
     * By bucket; a bucket that is not named has no price.
     */
    usd_per_million_tokens: {
      [k: string]: number
    }
    usd_per_thousand_units: {
      [k: string]: number
    }
    long_prompts: {
      above_input_tokens: number
      usd_per_million_tokens: {
        [k: string]: number
      }
    }[]
    /**
     * The factor of each tier.
     */
    service_tiers: {
      [k: string]: number
    }
  }[]
  /**
   * Targets of services that have no price on that day.
   */
  unpriced: {
    service: string
    target: string
    model: string
    mend: string
  }[]
  /**
   * Rows of price lists that are left out, and why.
   */
  problems: string[]
}
export interface Service {
  name: string
  description: string | null
  /**
   * The release that serves.
   */
  release: string
  /**
   * Whether prompts and answers are kept.
   */
  store_content: boolean
  /**
   * Whether what is kept of them is masked first.
   */
  masks_content: boolean
  releases: {
    name: string
    /**
     * The first of its targets: `engine:NAME` or `provider:NAME`.
     */
    target: string
    /**
     * The model at the provider.
     */
    model: string | null
    /**
     * Everywhere that its calls may go.
     */
    targets: ServiceTarget[]
    system_prompt: string | null
    parameters: {
      [k: string]: unknown
    }
    active: boolean
  }[]
  state: 'ready' | 'degraded' | 'starting'
  state_reason: string | null
}
export interface ServiceTarget {
  /**
   * `engine:NAME` or `provider:NAME`.
   */
  target: string
  /**
   * The model at the provider.
   */
  model: string | null
  weight: number
  /**
   * The causes that it takes over on; null for the targets that serve while nothing fails.
   */
  fallback_on: ('outage' | 'rate_limit' | 'context_too_long' | 'content_refused')[] | null
  /**
   * Of its circuit breaker; `cooling` while it limits our rate, `unknown` before the first call.
   */
  state: 'closed' | 'open' | 'half-open' | 'cooling' | 'unknown'
  /**
   * Why it is left alone.
   */
  reason: string | null
  /**
   * When it is tried again; 0 where it takes calls.
   */
  retry_in_ms: number
  /**
   * Calls of this process that are under way.
   */
  in_flight: number
  /**
   * Recent time to the first token, or to the whole answer.
   */
  latency_ms: number | null
}
export interface Queue {
  /**
   * `engine:NAME`, `provider:NAME`, or `provider:NAME MODEL`.
   */
  target: string
  fairness: 'vtc' | 'locality' | 'fifo'
  in_flight_tokens: number
  in_flight_requests: number
  /**
   * The part of this server; null where tokens are not bounded.
   */
  token_limit: number | null
  request_limit: number | null
  queued: {
    interactive: number
    standard: number
    batch: number
  }
  queued_tokens: number
  oldest_ms: number
  max_queue_ms: number
  max_queued: number
  /**
   * Until all that waits now has gone out at the present pace; null before that is known.
   */
  drain_ms: number | null
  tenants: QueueTenant[]
}
export interface QueueTenant {
  tenant: string
  weight: number
  /**
   * What the order goes by, by priority. `vtc` and `fifo`: units served over weight; `locality`: units of credit.
   */
  counters: {
    [k: string]: number
  }
  in_flight_requests: number
  queued_requests: number
  queued_tokens: number
  /**
   * Since the processes of this server started.
   */
  served_tokens: number
  /**
   * Tokens in each five seconds of the last five minutes, oldest first.
   */
  served_history: number[]
  /**
   * Of its last 256 requests.
   */
  wait_p50_ms: number | null
  wait_p99_ms: number | null
}
export interface ScopeLimits {
  scope: 'tenant' | 'key' | 'service'
  id: string
  /**
   * Those of the configuration file are changed there.
   */
  source: 'file' | 'api'
  rules: {
    measure: 'requests' | 'tokens' | 'usd' | 'concurrent'
    /**
     * Requests, tokens, nano-dollars, or requests under way.
     */
    limit: number
    /**
     * Null for what is under way.
     */
    per: ('minute' | 'hour' | 'day' | 'week' | 'month') | null
    kind: 'hard' | 'soft'
    /**
     * The window that holds now, by its name.
     */
    window: string
    ends_at: string | null
    /**
     * Used by requests that have ended, in all processes.
     */
    spent: number
    /**
     * Held by processes: set aside for requests under way, or for the next ones.
     */
    leased: number
    remaining: number
    /**
     * What will be spent at the end of the window if it goes on like this.
     */
    forecast: number | null
  }[]
}
export interface Batch {
  id: string
  tenant: string
  endpoint: string
  status: string
  input_file_id: string
  output_file_id: string | null
  error_file_id: string | null
  total: number
  completed: number
  failed: number
  /**
   * Of the lines answered so far, as far as they have a price.
   */
  cost_nano_usd: number
  /**
   * Since it began.
   */
  lines_per_minute: number | null
  /**
   * At that pace; null where nothing is left or known.
   */
  remaining_seconds: number | null
  errors: {
    code: string
    message: string
    param: string | null
    line: number | null
  }[]
  created_at: string
  in_progress_at: string | null
  ended_at: string | null
  expires_at: string
}
export interface BatchLineFailure {
  line: number
  custom_id: string
  status: number | null
  code: string | null
  message: string
}
export interface Dataset {
  name: string
  tenant: string
  description: string
  created_at: string
  key: string[]
  /**
   * Of the newest definition.
   */
  splits:
    | {
        name: string
        share: number
      }[]
    | null
  /**
   * What columns are for, by their names.
   */
  roles: {
    [k: string]: string
  }
  /**
   * What the next version is held to.
   */
  definition: {
    hash: string
    text: string
    author: string
    created_at: string
  }
  refs: DatasetRef[]
  /**
   * Of the branch `main`, or of the newest branch where there is none.
   */
  head: DatasetVersion | null
}
export interface DatasetRef {
  name: string
  kind: 'branch' | 'tag'
  version: string
  number: number
  author: string
  updated_at: string
}
export interface DatasetVersion {
  /**
   * SHA-256 of the manifest.
   */
  id: string
  number: number
  dataset: string
  tenant: string
  rows: number
  /**
   * Of schema and rows alone: equal where the content is.
   */
  content_hash: string
  columns: {
    name: string
    type: 'boolean' | 'integer' | 'number' | 'string' | 'timestamp' | 'json'
    nullable: boolean
  }[]
  key: string[]
  parents: string[]
  source: {
    kind: string
    [k: string]: unknown
  }
  definition_hash: string
  checks: {
    check: string
    severity: 'error' | 'warn'
    outcome: 'passed' | 'failed' | 'skipped'
    /**
     * Rows at fault; null where the fault is of the whole.
     */
    rows: number | null
  }[]
  author: string
  message: string
  segments: number
  /**
   * Of all its objects; most are shared with other versions.
   */
  bytes: number
  created_at: string
}
export interface DatasetPublication {
  version: DatasetVersion
  /**
   * False where nothing had changed, and the version is the one that was there.
   */
  is_new: boolean
  added: number
  changed: number
  removed: number
  /**
   * What was not stored before.
   */
  stored_bytes: number
  /**
   * The report of the checks.
   */
  report: string | null
}
export interface DatasetPin {
  version: string
  kind: string
  subject: string
  why: string
  created_at: string
}
export interface DatasetReport {
  id: string
  branch: string
  /**
   * Null where the checks refused it.
   */
  version: string | null
  is_refused: boolean
  checks: {
    check: string
    severity: string
    outcome: string
    [k: string]: unknown
  }[]
  profile: {
    rows: number
    durationMs: number
    columns: {
      name: string
      type: 'boolean' | 'integer' | 'number' | 'string' | 'timestamp' | 'json'
      role?: string
      rows: number
      nulls: number
      /**
       * Texts without a character.
       */
      empty?: number
      distinct: {
        count: number
        isExact: boolean
        /**
         * The relative standard error of an estimate (HyperLogLog).
         */
        error?: number
      }
      /**
       * Of the values; times in seconds since 1970.
       */
      numbers?: {
        min: number
        max: number
        mean: number
        /**
         * Standard deviation, of the population.
         */
        deviation: number
        /**
         * Exact up to 50,000 distinct numbers; else approximate (t-digest), off by about a hundredth of the rows at most.
         */
        quantiles: {
          p05: number
          p25: number
          p50: number
          p75: number
          p95: number
        }
        /**
         * For a bar chart.
         */
        histogram?: {
          from: number
          to: number
          /**
           * Bins of equal width between `from` and `to`; the first and the last also hold what lies beyond.
           */
          counts: number[]
        }
      }
      /**
       * Of texts, in characters.
       */
      lengths?: {
        min: number
        max: number
        mean: number
        /**
         * Standard deviation, of the population.
         */
        deviation: number
        /**
         * Exact up to 50,000 distinct numbers; else approximate (t-digest), off by about a hundredth of the rows at most.
         */
        quantiles: {
          p05: number
          p25: number
          p50: number
          p75: number
          p95: number
        }
        /**
         * For a bar chart.
         */
        histogram?: {
          from: number
          to: number
          /**
           * Bins of equal width between `from` and `to`; the first and the last also hold what lies beyond.
           */
          counts: number[]
        }
      }
      /**
       * A quarter of the bytes in UTF-8.
       */
      tokens?: {
        counter: 'estimate'
        mean: number
        p95: number
        max: number
        total: number
      }
      /**
       * The most frequent values, where any is there twice.
       */
      top: {
        value: string
        count: number
      }[]
      languages?: {
        /**
         * How many texts were looked at, chosen by hash.
         */
        sampled: number
        shares: {
          language: string
          share: number
        }[]
      }
      chat?: {
        conversations: number
        /**
         * Messages in a conversation.
         */
        turns: {
          mean: number
          max: number
          /**
           * For a bar chart.
           */
          histogram?: {
            from: number
            to: number
            /**
             * Bins of equal width between `from` and `to`; the first and the last also hold what lies beyond.
             */
            counts: number[]
          }
        }
        roles: {
          role: string
          messages: number
        }[]
        /**
         * Conversations that begin with a system message.
         */
        withSystem: number
        lastByAssistant: number
        toolCalls: number
        tools: {
          name: string
          calls: number
        }[]
      }
      /**
       * Some values, chosen by hash, cut at 200 characters.
       */
      examples: string[]
    }[]
    splits?: {
      split: string
      rows: number
    }[]
  } | null
  /**
   * What each rule found, with rows.
   */
  details: {
    rows: number
    /**
     * `failed` where a rule of severity `error` failed.
     */
    outcome: 'passed' | 'warned' | 'failed'
    durationMs: number
    checks: {
      /**
       * The name of the rule: what its author called it, or `kind(columns)`.
       */
      check: string
      kind: string
      severity: 'error' | 'warn'
      outcome: 'passed' | 'failed' | 'skipped'
      /**
       * How many rows are at fault, exactly; absent where the fault is of the whole.
       */
      rows?: number
      /**
       * How many rows were looked at.
       */
      checked: number
      /**
       * Where only some rows were looked at, as the rule declares.
       */
      sampled?: {
        rows: number
        of: number
      }
      message: string
      measured?: {
        [k: string]: unknown
      }
      /**
       * Rows at fault, the first twenty.
       */
      examples: {
        /**
         * The key of the row.
         */
        key: string
        /**
         * Its place in the version, counted from 1.
         */
        row: number
        says?: string
        /**
         * A piece of the value; personal data and secrets are masked.
         */
        excerpt?: string
        /**
         * The key of the row that it is like, or that it collides with.
         */
        other?: string
      }[]
      /**
       * Where in the definition the rule is written.
       */
      path: string
    }[]
  } | null
  created_at: string
}
export interface DatasetDiff {
  from: DatasetVersion
  to: DatasetVersion
  counts: {
    added: number
    changed: number
    removed: number
    unchanged: number
    /**
     * How many of the changed rows differ in it.
     */
    columns: {
      [k: string]: number
    }
  } | null
  data: {
    kind: 'added' | 'changed' | 'removed'
    key: string
    /**
     * Those that differ, of a changed row.
     */
    columns: string[]
    before: {
      [k: string]: unknown
    } | null
    after: {
      [k: string]: unknown
    } | null
  }[]
  next_cursor: string | null
}
export interface DatasetMerge {
  outcome: 'merged' | 'up_to_date' | 'conflicts'
  published: DatasetPublication | null
  conflicts: number
  /**
   * The first 100.
   */
  shown: {
    key: string
    /**
     * `row`: one side has removed what the other has changed.
     */
    kind: 'cells' | 'row'
    columns: string[]
    base: {
      [k: string]: unknown
    } | null
    ours: {
      [k: string]: unknown
    } | null
    theirs: {
      [k: string]: unknown
    } | null
  }[]
}
export interface DatasetQuery {
  columns: {
    name: string
    type: string
  }[]
  rows: unknown[][]
  /**
   * Whether there were more rows.
   */
  is_cut: boolean
  versions: {
    name: string
    id: string
    number: number
  }[]
}
export interface DatasetBlame {
  version: DatasetVersion
  columns: string[]
  rows: {
    key: string
    /**
     * `unknown`: neither this version nor one before it is known to have the row.
     */
    state: 'present' | 'removed' | 'unknown'
    row: {
      [k: string]: unknown
    } | null
    cells: {
      column: string
      /**
       * The number of the version that gave it its value.
       */
      version: number | null
      kind: ('added' | 'changed') | null
    }[]
    removed: {
      /**
       * That no longer has the row.
       */
      version: number
      /**
       * That still had it.
       */
      last: number
    } | null
  }[]
  /**
   * The versions that rows and cells name, by their numbers.
   */
  origins: DatasetOrigin[]
  /**
   * Null where all was found. Else the number of the version at which the time was up (`datasets.queryTimeoutSeconds`).
   */
  followed_to: number | null
}
export interface DatasetOrigin {
  id: string
  number: number
  author: string
  message: string
  source: {
    kind: string
    [k: string]: unknown
  }
  created_at: string
}
export interface DatasetProfile {
  rows: number
  durationMs: number
  columns: {
    name: string
    type: 'boolean' | 'integer' | 'number' | 'string' | 'timestamp' | 'json'
    role?: string
    rows: number
    nulls: number
    /**
     * Texts without a character.
     */
    empty?: number
    distinct: {
      count: number
      isExact: boolean
      /**
       * The relative standard error of an estimate (HyperLogLog).
       */
      error?: number
    }
    /**
     * Of the values; times in seconds since 1970.
     */
    numbers?: {
      min: number
      max: number
      mean: number
      /**
       * Standard deviation, of the population.
       */
      deviation: number
      /**
       * Exact up to 50,000 distinct numbers; else approximate (t-digest), off by about a hundredth of the rows at most.
       */
      quantiles: {
        p05: number
        p25: number
        p50: number
        p75: number
        p95: number
      }
      /**
       * For a bar chart.
       */
      histogram?: {
        from: number
        to: number
        /**
         * Bins of equal width between `from` and `to`; the first and the last also hold what lies beyond.
         */
        counts: number[]
      }
    }
    /**
     * Of texts, in characters.
     */
    lengths?: {
      min: number
      max: number
      mean: number
      /**
       * Standard deviation, of the population.
       */
      deviation: number
      /**
       * Exact up to 50,000 distinct numbers; else approximate (t-digest), off by about a hundredth of the rows at most.
       */
      quantiles: {
        p05: number
        p25: number
        p50: number
        p75: number
        p95: number
      }
      /**
       * For a bar chart.
       */
      histogram?: {
        from: number
        to: number
        /**
         * Bins of equal width between `from` and `to`; the first and the last also hold what lies beyond.
         */
        counts: number[]
      }
    }
    /**
     * A quarter of the bytes in UTF-8.
     */
    tokens?: {
      counter: 'estimate'
      mean: number
      p95: number
      max: number
      total: number
    }
    /**
     * The most frequent values, where any is there twice.
     */
    top: {
      value: string
      count: number
    }[]
    languages?: {
      /**
       * How many texts were looked at, chosen by hash.
       */
      sampled: number
      shares: {
        language: string
        share: number
      }[]
    }
    chat?: {
      conversations: number
      /**
       * Messages in a conversation.
       */
      turns: {
        mean: number
        max: number
        /**
         * For a bar chart.
         */
        histogram?: {
          from: number
          to: number
          /**
           * Bins of equal width between `from` and `to`; the first and the last also hold what lies beyond.
           */
          counts: number[]
        }
      }
      roles: {
        role: string
        messages: number
      }[]
      /**
       * Conversations that begin with a system message.
       */
      withSystem: number
      lastByAssistant: number
      toolCalls: number
      tools: {
        name: string
        calls: number
      }[]
    }
    /**
     * Some values, chosen by hash, cut at 200 characters.
     */
    examples: string[]
  }[]
  splits?: {
    split: string
    rows: number
  }[]
  version: string
  number: number
}
export interface DatasetTask {
  id: string
  tenant: string
  dataset: string | null
  kind: string
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'
  /**
   * 0 to 1.
   */
  progress: number
  /**
   * What is done now.
   */
  step: string
  /**
   * What came of it, by its kind; null before its end.
   */
  result: {
    [k: string]: unknown
  }
  error: {
    code: string
    message: string
  } | null
  author: string
  /**
   * How often it was begun; more than once after a crash of the server.
   */
  attempts: number
  created_at: string
  started_at: string | null
  ended_at: string | null
}
export interface DatasetBias {
  version: string
  number: number
  /**
   * The columns and conditions.
   */
  slices: string[]
  label: string | null
  says: string
  representation: {
    slice: string
    rows: number
    share: number
    low: number
    high: number
    expected: number | null
    /**
     * Share over expected: below 1 where there is too little.
     */
    ratio: number | null
    is_small: boolean
  }[]
  test: {
    p: number
    effect: number
  } | null
  /**
   * How much likelier each label is in a slice than elsewhere; the largest 100.
   */
  gaps: {
    label: string
    slice: string
    rows: number
    share: number
    others: number
    difference: number
    low: number
    high: number
    /**
     * Adjusted for all that was looked at (Benjamini–Hochberg).
     */
    p: number
  }[]
  /**
   * How many rows more each slice needs for the interval that is wanted.
   */
  needs: {
    slice: string
    rows: number
    missing: number
  }[]
}
export interface DatasetGarbage {
  dry_run: boolean
  versions: number
  objects: number
  bytes: number
  /**
   * Packs of files of which little was needed, and that were written anew.
   */
  rewritten: number
}
export interface LabelReportSummary {
  id: string
  tenant: string
  dataset: string
  version: string
  number: number
  kind: 'agreement' | 'annotators' | 'suspects'
  split: string | null
  parameters: {
    [k: string]: unknown
  }
  author: string
  created_at: string
}
export interface LabelReport {
  id: string
  tenant: string
  dataset: string
  version: string
  number: number
  kind: 'agreement' | 'annotators' | 'suspects'
  split: string | null
  parameters: {
    [k: string]: unknown
  }
  author: string
  created_at: string
  result:
    | {
        kind: 'agreement'
        level: 'nominal' | 'ordinal' | 'interval' | 'ratio'
        items: number
        /**
         * Items that two or more have labelled.
         */
        compared: number
        labels: number
        /**
         * Krippendorff's α; null where all labels are one, or nothing is compared.
         */
        alpha: {
          estimate: number
          low: number
          high: number
          confidence: number
        } | null
        /**
         * Fleiss' κ.
         */
        fleiss: {
          estimate: number
          low: number
          high: number
          confidence: number
        } | null
        /**
         * The share of pairs of labels of one item that are the same.
         */
        observed: number | null
        annotators: {
          name: string
          labels: number
          /**
           * α of the others: above α, this one pulls it down.
           */
          alpha_without: number | null
        }[]
        pairs: {
          first: string
          second: string
          items: number
          /**
           * Cohen's; weighted by squares where the level has an order.
           */
          kappa: number | null
          low: number | null
          high: number | null
          observed: number
        }[]
        per_label: {
          label: string
          labels: number
          /**
           * Of this label against all others.
           */
          alpha: {
            estimate: number
            low: number
            high: number
            confidence: number
          } | null
        }[]
        confusions: {
          first: string
          second: string
          /**
           * Pairs of annotators that differ so.
           */
          count: number
          /**
           * Of all that differ.
           */
          share: number
        }[]
        slices: {
          column: string
          value: string
          items: number
          alpha: {
            estimate: number
            low: number
            high: number
            confidence: number
          } | null
        }[]
        /**
         * Where annotators differ most.
         */
        disputed: {
          item: string
          labels: {
            annotator: string
            label: string
          }[]
        }[]
        advice: {
          level: 'fine' | 'look' | 'act'
          /**
           * What was seen and what to do about it.
           */
          text: string
        }[]
      }
    | {
        kind: 'annotators'
        items: number
        labels: number
        classes: {
          label: string
          share: number
        }[]
        iterations: number
        has_converged: boolean
        annotators: {
          name: string
          labels: number
          /**
           * The estimated chance that a label of theirs is right.
           */
          accuracy: number
          low: number
          high: number
          /**
           * What always giving their own mix of labels at random would reach.
           */
          chance: number
          /**
           * [true][said], by `classes`; rows sum to 1.
           */
          confusion: number[][]
          weak_spots: {
            true: string
            said: string
            share: number
          }[]
        }[]
        /**
         * Items whose consensus is not what most said.
         */
        changed: number
        /**
         * Items whose consensus is less likely than 0.8.
         */
        unsure: number
        /**
         * The least certain first.
         */
        consensus: {
          item: string
          label: string
          confidence: number
          majority: string
        }[]
        /**
         * Whether there are more items than are listed.
         */
        is_cut: boolean
        advice: {
          level: 'fine' | 'look' | 'act'
          /**
           * What was seen and what to do about it.
           */
          text: string
        }[]
      }
    | {
        kind: 'suspects'
        label_column: string
        from: 'classifier' | 'column' | 'service'
        /**
         * What it was told from.
         */
        columns: string[]
        rows: number
        /**
         * Rows without a label, or without what it could be told from.
         */
        left_out: number
        /**
         * Of asking a service.
         */
        cost_nano_usd: number | null
        method: string
        ranking: string
        /**
         * How often what a model says first is the label that was given.
         */
        agreement: number
        /**
         * The estimated share of wrong labels.
         */
        error_rate: number
        classes: {
          label: string
          given: number
          threshold: number
          /**
           * Of those given.
           */
          estimated_wrong: number
          suspects: number
        }[]
        /**
         * [given][likely]: estimated rows, by `classes`.
         */
        joint: number[][]
        total: number
        suspects: {
          key: string
          given: string
          likely: string
          self_confidence: number
          margin: number
        }[]
        advice: {
          level: 'fine' | 'look' | 'act'
          /**
           * What was seen and what to do about it.
           */
          text: string
        }[]
      }
  /**
   * What was asked of people about its suspects.
   */
  reviews: {
    pending: number
    decided: number
    withdrawn: number
  }
}
export interface AppliedLabels {
  branch: string
  /**
   * Null where nothing was to be changed.
   */
  publication: DatasetPublication | null
  decided: number
  pending: number
  changed: number
  /**
   * Changed so before.
   */
  applied: number
  confirmed: number
  /**
   * People differ, or cannot tell.
   */
  undecided: number
  /**
   * The row is gone or has another label by now; it was left alone.
   */
  stale: number
}
export interface CollectionDrive {
  id: string
  tenant: string
  dataset: string
  version: string
  number: number
  label: string
  input: string
  /**
   * What people say of each example.
   */
  fields: {
    column: string
    choices: string[]
  }[]
  budget: number
  people: number
  looked_at: number
  left_out: {
    why: string
    count: number
  }[]
  needs: {
    kind: 'slice' | 'label'
    name: string
    rows: number
    /**
     * When it was looked at.
     */
    missing: number
    /**
     * Examples that people were asked about for it.
     */
    asked: number
    /**
     * Of them, how many were expected to be of it.
     */
    expected: number
    /**
     * Of them, those of which people have said all.
     */
    answered: number
    /**
     * Answered examples of the whole drive that are of it.
     */
    found: number
    still_missing: number
  }[]
  candidates: number
  answered: number
  /**
   * People differ, or cannot tell.
   */
  undecided: number
  questions: {
    pending: number
    decided: number
    withdrawn: number
  }
  author: string
  created_at: string
}
export interface AppliedDrive {
  branch: string
  /**
   * Null where nothing was to be added.
   */
  publication: DatasetPublication | null
  added: number
  /**
   * That the branch has already.
   */
  known: number
  undecided: number
  /**
   * What was said is kept no more, or may not be used any more.
   */
  gone: number
}
export interface DatasetCollectionCounts {
  /**
   * Inferences that service, release, outcome and time let through.
   */
  looked_at: number
  /**
   * Of them, those that the other filters let through and that may be used.
   */
  matched: number
  left_out: {
    reason: string
    why: string
    count: number
  }[]
  sampled: number
  strata: {
    stratum: string
    matched: number
    sampled: number
  }[]
}
export interface DatasetUpload {
  id: string
  bytes: number
}
export interface DatasetFile {
  tenant: string
  path: string
  bytes: number
  sha256: string
  media_type: string
  /**
   * Whether the version was named by its number or id, so that it stays the same.
   */
  is_fixed: boolean
  /**
   * Where its bytes lie.
   */
  pieces: {
    pack: string
    position: number
    bytes: number
  }[]
}
export interface DriftReport {
  id: string
  /**
   * `null`: over the rows of all tenants.
   */
  tenant: string | null
  /**
   * What it is held against, in words.
   */
  reference: string
  current: string
  state: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'
  progress: number
  step: string
  /**
   * What has changed, in plain words.
   */
  sentence: string | null
  error: {
    code: string
    message: string
  } | null
  author: string
  created_at: string
  started_at: string | null
  finished_at: string | null
  request: {
    [k: string]: unknown
  }
  report: DriftReportResult | null
}
export interface DriftReportResult {
  sentence: string
  seed: string
  rows: {
    reference: {
      of: string
      total: number
      read: number
    }
    current: {
      of: string
      total: number
      read: number
    }
  }
  /**
   * What moved most comes first.
   */
  columns: DriftColumn[]
  classifier: {
    rows: {
      reference: number
      current: number
    }
    auc: number
    /**
     * By permutation of which unseen row is of which sample, twice the smaller of two halves: at least 2 / (permutations + 1).
     */
    p: number
    /**
     * Left out of reports whose p is not by permutation.
     */
    permutations?: number
    features: {
      feature: string
      weight: number
    }[]
  } | null
  discrepancy: {
    rows: {
      reference: number
      current: number
    }
    squared: number
    p: number
    bandwidth: number
  } | null
  slices: {
    tested: number
    singles: DriftSlice[]
    pairs: DriftSlice[]
    /**
     * Of texts, among the sampled rows. Left out of reports from before words were looked for.
     */
    words?: DriftSlice[]
  }
  examples: DriftExample[]
  quality: DriftQuality | null
  notes: string[]
}
export interface DriftColumn {
  name: string
  kind: 'number' | 'category'
  unit: string | null
  /**
   * `no`: as much as chance would, at 5 % over all columns (Holm); `little`: more than chance, and a Jensen–Shannon distance below 0.1.
   */
  moved: 'much' | 'little' | 'no'
  test: 'kolmogorov-smirnov' | 'chi-squared'
  statistic: number
  p: number
  p_adjusted: number
  /**
   * The population stability index, natural logarithm.
   */
  stability: number
  /**
   * The same as Evidently bins it.
   */
  evidently_stability: number | null
  /**
   * The distance, base 2: 0 the same, 1 nothing in common.
   */
  jensen_shannon: number
  /**
   * In the unit of the column.
   */
  wasserstein: number | null
  /**
   * Of numbers the Kolmogorov–Smirnov D, of categories Cramér’s V.
   */
  effect: number
  binning: string
  missing: {
    reference: number
    current: number
  }
  values: {
    reference: {
      count: number
      mean: number | null
      p10: number | null
      p50: number | null
      p90: number | null
    }
    current: {
      count: number
      mean: number | null
      p10: number | null
      p50: number | null
      p90: number | null
    }
  }
  bins: {
    label: string
    /**
     * A share of the values that there are.
     */
    reference: number
    current: number
  }[]
}
export interface DriftSlice {
  conditions: {
    column: string
    value: string
  }[]
  reference: {
    count: number
    share: number
  }
  current: {
    count: number
    share: number
  }
  /**
   * Of the share; all intervals hold together at 95 %.
   */
  change: {
    estimate: number
    low: number
    high: number
  }
  p_adjusted: number
  /**
   * Of pairs: how many times as much as the change of either part would make it.
   */
  beyond_parts: number | null
}
export interface DriftExample {
  /**
   * Of the inference, or the key of the row.
   */
  id: string
  /**
   * Log-odds for belonging to the current rows, by a model that has not seen it.
   */
  score: number
  because: {
    feature: string
    contribution: number
  }[]
}
export interface DriftQuality {
  label: string
  /**
   * The mean where it is known.
   */
  labelled: {
    reference: {
      estimate: number
      low: number
      high: number
      count: number
    } | null
    current: {
      estimate: number
      low: number
      high: number
      count: number
    } | null
  }
  /**
   * The mean of all current rows, from features and the labelled reference.
   */
  estimated: {
    estimate: number
    low: number
    high: number
  } | null
  /**
   * What features tell of the label in the reference, 0 to 1.
   */
  explained: number | null
  effective_rows: number | null
  /**
   * The share of current rows outside of what was labelled.
   */
  outside: number | null
  is_trusted: boolean
  reasons: string[]
  /**
   * The mean of all current rows by a judge, corrected by the labels (prediction-powered).
   */
  judged: {
    estimate: number
    low: number
    high: number
    judge: string
    labelled: number
    unlabelled: number
    bias: number
  } | null
}
export interface DriftReportSummary {
  id: string
  /**
   * `null`: over the rows of all tenants.
   */
  tenant: string | null
  /**
   * What it is held against, in words.
   */
  reference: string
  current: string
  state: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'
  progress: number
  step: string
  /**
   * What has changed, in plain words.
   */
  sentence: string | null
  error: {
    code: string
    message: string
  } | null
  author: string
  created_at: string
  started_at: string | null
  finished_at: string | null
}
export interface EvaluationRun {
  id: string
  tenant: string
  suite: string
  suite_version: number
  suite_hash: string
  dataset: {
    name: string
    /**
     * As the suite names it.
     */
    reference: string
    version_id: string
    version_number: number
    split: string | null
  }
  releases: {
    /**
     * As the suite names it.
     */
    name: string
    service: string
    release: string
    hash: string
    targets: string[]
    is_baseline: boolean
  }[]
  evaluators: {
    name: string
    use: string
    version: number
    parameters_hash: string
    threshold: number
    is_judge: boolean
    /**
     * `pair`: each answer against the baseline’s; 0.5 is a tie.
     */
    kind: 'single' | 'pair'
  }[]
  repeats: number
  seed: number
  sample: number | null
  uses_cache: boolean
  state: 'planning' | 'running' | 'paused' | 'cancelling' | 'completed' | 'cancelled' | 'failed'
  /**
   * Why it is paused or has failed.
   */
  reason: ('run_budget' | 'tenant_budget' | 'release_changed' | 'evaluator_changed' | 'not_readable') | null
  reason_text: string | null
  /**
   * When it goes on by itself.
   */
  resume_at: string | null
  /**
   * Examples times releases times repeats.
   */
  total: number
  answered: number
  /**
   * Of those, the ones that nobody was asked for.
   */
  cached: number
  scored: number
  failed: number
  /**
   * All that was paid, for judges too.
   */
  cost_nano_usd: number
  judge_cost_nano_usd: number
  /**
   * Answers without a price.
   */
  unpriced: number
  budget_nano_usd: number | null
  items_per_minute: number | null
  /**
   * At that pace; null where nothing is left or known.
   */
  remaining_seconds: number | null
  /**
   * Of the whole run, as it has cost so far.
   */
  expected_cost_nano_usd: number | null
  verdict: ('passed' | 'failed' | 'not_enough') | null
  verdict_why: string | null
  author: string
  created_at: string
  started_at: string | null
  ended_at: string | null
  worked_ms: number
}
export interface EvaluationComparison {
  release: string
  baseline: string
  evaluator: string
  verdict: 'better' | 'worse' | 'equivalent' | 'undecided' | 'uncalibrated'
  pairs: number
  /**
   * Challenger minus baseline, on the same examples.
   */
  difference: EvaluationEstimate | null
  p: number | null
  test: 'mcnemar' | 'wilcoxon' | 'none'
  /**
   * The mean difference by its standard deviation.
   */
  effect: number | null
  improved: number
  worsened: number
  same: number
  /**
   * About how many examples would decide it.
   */
  examples_to_decide: number | null
  slices: EvaluationSliceComparison[]
}
export interface EvaluationEstimate {
  /**
   * Examples.
   */
  n: number
  mean: number
  low: number
  high: number
  confidence: number
  method: 'wilson' | 'bootstrap' | 'normal' | 'exact' | 'prediction-powered'
}
export interface EvaluationSliceComparison {
  column: string
  value: string
  verdict: 'better' | 'worse' | 'equivalent' | 'undecided' | 'uncalibrated'
  pairs: number
  /**
   * Challenger minus baseline, on the same examples.
   */
  difference: EvaluationEstimate | null
  p: number | null
  test: 'mcnemar' | 'wilcoxon' | 'none'
  /**
   * The mean difference by its standard deviation.
   */
  effect: number | null
  improved: number
  worsened: number
  same: number
  /**
   * About how many examples would decide it.
   */
  examples_to_decide: number | null
  /**
   * For the number of slices (Holm).
   */
  adjusted_p: number | null
}
export interface EvaluationRunDetail {
  id: string
  tenant: string
  suite: string
  suite_version: number
  suite_hash: string
  dataset: {
    name: string
    /**
     * As the suite names it.
     */
    reference: string
    version_id: string
    version_number: number
    split: string | null
  }
  releases: {
    /**
     * As the suite names it.
     */
    name: string
    service: string
    release: string
    hash: string
    targets: string[]
    is_baseline: boolean
  }[]
  evaluators: {
    name: string
    use: string
    version: number
    parameters_hash: string
    threshold: number
    is_judge: boolean
    /**
     * `pair`: each answer against the baseline’s; 0.5 is a tie.
     */
    kind: 'single' | 'pair'
  }[]
  repeats: number
  seed: number
  sample: number | null
  uses_cache: boolean
  state: 'planning' | 'running' | 'paused' | 'cancelling' | 'completed' | 'cancelled' | 'failed'
  /**
   * Why it is paused or has failed.
   */
  reason: ('run_budget' | 'tenant_budget' | 'release_changed' | 'evaluator_changed' | 'not_readable') | null
  reason_text: string | null
  /**
   * When it goes on by itself.
   */
  resume_at: string | null
  /**
   * Examples times releases times repeats.
   */
  total: number
  answered: number
  /**
   * Of those, the ones that nobody was asked for.
   */
  cached: number
  scored: number
  failed: number
  /**
   * All that was paid, for judges too.
   */
  cost_nano_usd: number
  judge_cost_nano_usd: number
  /**
   * Answers without a price.
   */
  unpriced: number
  budget_nano_usd: number | null
  items_per_minute: number | null
  /**
   * At that pace; null where nothing is left or known.
   */
  remaining_seconds: number | null
  /**
   * Of the whole run, as it has cost so far.
   */
  expected_cost_nano_usd: number | null
  verdict: ('passed' | 'failed' | 'not_enough') | null
  verdict_why: string | null
  author: string
  created_at: string
  started_at: string | null
  ended_at: string | null
  worked_ms: number
  /**
   * While it runs: of what there is so far, without a verdict to go by.
   */
  report: EvaluationReport | null
}
export interface EvaluationReport {
  verdict: 'passed' | 'failed' | 'not_enough'
  verdict_why: string
  examples: number
  confidence: number
  /**
   * Differences up to it do not matter.
   */
  margin: number
  /**
   * Of all items: those without an answer.
   */
  error_share: number
  /**
   * Of all scores: those that could not be given.
   */
  score_error_share: number
  releases: EvaluationRelease[]
  comparisons: EvaluationComparison[]
  gates: EvaluationGate[]
}
export interface EvaluationRelease {
  release: string
  is_baseline: boolean
  answered: number
  failed: number
  /**
   * How many, by code.
   */
  failures: {
    [k: string]: number
  }
  scores: EvaluationScores[]
  slices: {
    column: string
    value: string
    examples: number
    scores: EvaluationScores[]
  }[]
  latency_ms: EvaluationLatency | null
  first_token_ms: EvaluationLatency | null
  /**
   * What the answers cost when they were given, those that were kept included.
   */
  cost_nano_usd: number
  cost_per_answer_nano_usd: number | null
  unpriced: number
  input_tokens: number
  output_tokens: number
}
export interface EvaluationScores {
  evaluator: string
  /**
   * Examples with a score.
   */
  n: number
  not_applicable: number
  /**
   * Answers that the evaluator could not tell of.
   */
  failed: number
  /**
   * Null where it is not known well enough to be shown.
   */
  mean: EvaluationEstimate | null
  pass_rate: EvaluationEstimate | null
  /**
   * Of judges: what people say of their opinions.
   */
  calibration: EvaluationCalibration | null
  /**
   * Ten equal bins from 0 to 1.
   */
  histogram: number[]
  /**
   * Examples that pass in some repeats and fail in others.
   */
  flaky: number | null
  /**
   * What the evaluator called the answers.
   */
  classes: {
    labels: {
      label: string
      answers: number
    }[]
    /**
     * What was wanted and what was said, the most frequent first.
     */
    confusion: {
      wanted: string
      said: string
      answers: number
    }[]
    accuracy: number | null
    macro_f1: number | null
  } | null
}
export interface EvaluationCalibration {
  state: 'calibrated' | 'uncalibrated'
  /**
   * Answers that people have labelled.
   */
  labels: number
  labels_needed: number
  /**
   * Judge minus people, on average.
   */
  bias: number | null
  bias_low: number | null
  bias_high: number | null
  agreement: {
    /**
     * Cohen’s κ of what judge and people let pass.
     */
    kappa: number
    low: number
    high: number
    /**
     * The share of labelled answers of which both say the same.
     */
    same: number
  } | null
  /**
   * So many labels in all would halve the interval; null where none would.
   */
  labels_to_halve: number | null
  /**
   * What to do.
   */
  next: string | null
}
export interface EvaluationLatency {
  n: number
  mean: number
  p50: number
  p90: number
  p95: number
  p99: number
}
export interface EvaluationGate {
  measure:
    | 'mean'
    | 'passRate'
    | 'noRegression'
    | 'parity'
    | 'equalisedOdds'
    | 'equalOpportunity'
    | 'demographicParity'
    | 'costPerExampleUsd'
    | 'latencyP95Ms'
  bound: number
  evaluator: string | null
  release: string
  slice: {
    column: string
    value: string
  } | null
  outcome: 'passed' | 'failed' | 'undecided'
  value: number | null
  low: number | null
  high: number | null
  examples_to_decide: number | null
  why: string
}
export interface EvaluationExample {
  ordinal: number
  key: string
  slices: {
    [k: string]: string
  }
  items: EvaluationItem[]
}
export interface EvaluationItem {
  release: string
  repeat: number
  state: 'waiting' | 'answered' | 'scored' | 'failed'
  /**
   * Why nobody was asked, or why somebody was.
   */
  cache: string | null
  failure_code: string | null
  failure_message: string | null
  latency_ms: number | null
  cost_nano_usd: number | null
  scores: EvaluationScoreCell[]
}
export interface EvaluationScoreCell {
  evaluator: string
  value: number | null
  passed: boolean | null
  label: string | null
  failure: string | null
  cache: string
}
export interface EvaluationExampleDetail {
  ordinal: number
  key: string
  slices: {
    [k: string]: string
  }
  /**
   * As the version of the dataset has it.
   */
  row: {
    [k: string]: unknown
  } | null
  /**
   * What was asked.
   */
  messages:
    | {
        [k: string]: unknown
      }[]
    | null
  expected: unknown
  context: unknown
  items: EvaluationItemDetail[]
}
export interface EvaluationItemDetail {
  release: string
  repeat: number
  state: 'waiting' | 'answered' | 'scored' | 'failed'
  /**
   * Why nobody was asked, or why somebody was.
   */
  cache: string | null
  failure_code: string | null
  failure_message: string | null
  latency_ms: number | null
  cost_nano_usd: number | null
  scores: EvaluationScoreDetail[]
  answer: string | null
  /**
   * The whole answer, as OpenAI’s chat API has it.
   */
  body: {
    [k: string]: unknown
  } | null
  answer_key: string | null
  inference_id: string | null
  model: string | null
  finish_reason: string | null
  first_token_ms: number | null
  input_tokens: number | null
  output_tokens: number | null
  seed: number
  answered_at: string | null
  attempts: number
}
export interface EvaluationScoreDetail {
  evaluator: string
  value: number | null
  passed: boolean | null
  label: string | null
  failure: string | null
  cache: string
  /**
   * In the words of the evaluator; null where its key was destroyed.
   */
  why: string | null
  use: string
  version: number
  parameters_hash: string
  threshold: number
  /**
   * The model that judged.
   */
  model: string | null
  prompt_hash: string | null
  seed: number
  repeat: number
  cost_nano_usd: number
  /**
   * What people say of the answer.
   */
  label_mean: number | null
  created_at: string
}
export interface EvaluationParity {
  release: string
  margin: number
  data: {
    attribute: string
    groups: string[]
    verdict: 'within' | 'outside' | 'not enough'
    says: string
    units: number
    /**
     * The share of examples whose answers are not the same in all forms.
     */
    changed_answers: number
    changed_labels: number | null
    similarity: {
      bleu: number
      rouge_l: number
      jaccard: number
    }
    evaluators: {
      evaluator: string
      verdict: 'within' | 'outside' | 'not enough'
      groups: {
        group: string
        mean: number | null
        units: number
      }[]
      /**
       * The largest Wasserstein distance of two groups’ scores.
       */
      strict: number
      /**
       * The largest difference in the share that passes.
       */
      weak: number
    }[]
    gaps: {
      evaluator: string
      first: string
      second: string
      /**
       * Mean of second − first.
       */
      difference: number
      /**
       * Holds for all pairs and evaluators of the attribute at once.
       */
      low: number
      high: number
      /**
       * Examples that both groups have.
       */
      units: number
    }[]
    repeats: {
      units: number
      says: string
      texts: {
        /**
         * The share of pairs of answers to one form that differ.
         */
        same: number
        /**
         * The share of pairs of answers to two forms that differ.
         */
        other: number
        /**
         * other − same: what the form adds.
         */
        excess: number
        low: number
        high: number
      }
      labels: {
        /**
         * The share of pairs of answers to one form that differ.
         */
        same: number
        /**
         * The share of pairs of answers to two forms that differ.
         */
        other: number
        /**
         * other − same: what the form adds.
         */
        excess: number
        low: number
        high: number
      } | null
      scores: {
        evaluator: string
        /**
         * Standard deviation of the scores of one form, asked again.
         */
        within: number
        /**
         * Standard deviation between the forms of an example when chance is taken off.
         */
        between: number
        low: number
        high: number
      }[]
    } | null
  }[]
}
export interface EvaluationOdds {
  release: string
  margin: number
  data: {
    evaluator: string
    column: string
    rates: {
      slice: string
      label: string
      /**
       * How often the label is said of what has it, of what has not, of all.
       */
      rate: 'truePositives' | 'falsePositives' | 'selected'
      share: number
      /**
       * Independent examples that it is of.
       */
      units: number
    }[]
    measures: {
      measure: 'equalisedOdds' | 'equalOpportunity' | 'demographicParity'
      verdict: 'within' | 'outside' | 'not enough'
      says: string
      /**
       * Comparisons for which there are too few examples.
       */
      left_out: number
      gaps: {
        label: string
        rate: 'truePositives' | 'falsePositives' | 'selected'
        first: string
        second: string
        /**
         * Of second − first.
         */
        difference: number
        /**
         * Holds for all gaps of the measure at once.
         */
        low: number
        high: number
        units: number
      }[]
    }[]
  }[]
}
export interface EvaluationSuite {
  tenant: string
  name: string
  version: number
  hash: string
  text: string
  author: string
  created_at: string
}
export interface SuiteProblem {
  line: number
  column: number
  path: string
  message: string
  /**
   * What to do about it.
   */
  mend: string
}
export interface Trainer {
  name: string
  kind: 'builtin' | 'process' | 'provider' | 'kubernetes'
  methods: ('supervised' | 'dpo' | 'distillation')[]
  /**
   * What jobs may name in `model`.
   */
  models: string[]
  has_adapters: boolean
  /**
   * Whether it can begin with what one of its jobs has left.
   */
  can_continue: boolean
  /**
   * Whether the data leave this installation.
   */
  is_elsewhere: boolean
}
export interface TrainingJob {
  id: string
  tenant: string
  /**
   * What it begins with, as it was asked for.
   */
  model: string
  trainer: string
  method: 'supervised' | 'dpo' | 'distillation'
  state: 'validating_files' | 'queued' | 'running' | 'paused' | 'succeeded' | 'failed' | 'cancelled'
  training: {
    /**
     * As it was asked for.
     */
    named: string
    kind: 'file' | 'dataset'
    /**
     * Of the file, or of the version of the dataset.
     */
    id: string
    dataset: string | null
    version: number | null
    split: string | null
    /**
     * Null until it was looked at.
     */
    examples: number | null
  }
  validation: {
    /**
     * As it was asked for.
     */
    named: string
    kind: 'file' | 'dataset'
    /**
     * Of the file, or of the version of the dataset.
     */
    id: string
    dataset: string | null
    version: number | null
    split: string | null
    /**
     * Null until it was looked at.
     */
    examples: number | null
  } | null
  hyperparameters: {
    [k: string]: unknown
  }
  seed: number
  step: number
  steps: number | null
  training_loss: number | null
  validation_loss: number | null
  tokens_seen: number
  /**
   * The model that gets a version.
   */
  output_model: string
  /**
   * The version that it has left.
   */
  fine_tuned_model: string | null
  /**
   * What the provider that has trained it calls it: the `model` of a target.
   */
  remote_model: string | null
  result_file: string | null
  error: {
    code: string
    message: string
    param: string | null
  } | null
  metadata: {
    [k: string]: string
  } | null
  author: string
  created_at: string
  started_at: string | null
  finished_at: string | null
  worked_ms: number
}
export interface TrainingPoint {
  kind: 'step' | 'evaluation'
  step: number
  loss: number
  accuracy: number | null
  learning_rate: number | null
}
export interface TrainingEvent {
  id: string
  level: 'info' | 'warn' | 'error'
  kind: 'message' | 'metrics'
  message: string
  at: string
}
export interface TrainingCheckpoint {
  id: string
  step: number
  /**
   * What a job may name to begin with it.
   */
  model: string
  metrics: {
    [k: string]: number
  }
  at: string
}
export interface Quantization {
  id: string
  tenant: string
  /**
   * The version that it is made of.
   */
  base: string
  type: string
  /**
   * The model that gets a version.
   */
  output_model: string
  state: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'
  progress: number
  step: string
  /**
   * The version that it has left.
   */
  result: string | null
  /**
   * Sizes, speeds, the loss with its interval, and the outcome.
   */
  report: {
    [k: string]: unknown
  } | null
  error: {
    code: string
    message: string
  } | null
  author: string
  created_at: string
  started_at: string | null
  finished_at: string | null
}
export interface Model {
  name: string
  tenant: string
  description: string
  /**
   * YAML: which aliases are protected, and by what.
   */
  definition: string
  /**
   * The aliases that are.
   */
  protected: string[]
  tags: {
    [k: string]: string
  }
  aliases: ModelAlias[]
  newest: ModelVersion | null
  author: string
  created_at: string
  updated_at: string
}
export interface ModelAlias {
  name: string
  version: number
  /**
   * Who moved it last.
   */
  author: string
  updated_at: string
}
export interface ModelVersion {
  model: string
  number: number
  tenant: string
  /**
   * SHA-256 of the manifest: format, and path, size and SHA-256 of each file.
   */
  digest: string
  format: 'gguf' | 'huggingface' | 'mlflow' | 'other'
  files: ModelFile[]
  bytes: number
  /**
   * What the headers of the files say.
   */
  facts: {
    architecture: string | null
    parameters: number | null
    quantization: string | null
    context_length: number | null
    name: string | null
    license: string | null
    tokenizer: string | null
  }
  lineage: {
    datasets: {
      name: string
      version: string
      number: number | null
      split: string | null
      role: string
    }[]
    runs: {
      kind: string
      id: string
    }[]
    models: {
      model: string
      version: number
      role: string
    }[]
  }
  metrics: {
    [k: string]: number
  }
  source: {
    kind: string
    [k: string]: unknown
  }
  tags: {
    [k: string]: string
  }
  description: string
  author: string
  created_at: string
}
export interface ModelFile {
  path: string
  bytes: number
  sha256: string
}
export interface ModelEvidence {
  /**
   * `evaluation`, `review`, `report`, a kind of attachment.
   */
  kind: string
  id: string
  hash?: string
}
export interface ModelVersionDetail {
  model: string
  number: number
  tenant: string
  /**
   * SHA-256 of the manifest: format, and path, size and SHA-256 of each file.
   */
  digest: string
  format: 'gguf' | 'huggingface' | 'mlflow' | 'other'
  files: ModelFile[]
  bytes: number
  /**
   * What the headers of the files say.
   */
  facts: {
    architecture: string | null
    parameters: number | null
    quantization: string | null
    context_length: number | null
    name: string | null
    license: string | null
    tokenizer: string | null
  }
  lineage: {
    datasets: {
      name: string
      version: string
      number: number | null
      split: string | null
      role: string
    }[]
    runs: {
      kind: string
      id: string
    }[]
    models: {
      model: string
      version: number
      role: string
    }[]
  }
  metrics: {
    [k: string]: number
  }
  source: {
    kind: string
    [k: string]: unknown
  }
  tags: {
    [k: string]: string
  }
  description: string
  author: string
  created_at: string
  aliases: ModelAlias[]
  attachments: ModelAttachment[]
  decisions: ModelDecision[]
  /**
   * Which of our engines have had it, the newest first.
   */
  servings: ModelServing[]
}
export interface ModelAttachment {
  id: string
  kind: string
  name: string
  media_type: string
  sha256: string
  bytes: number
  details: {
    [k: string]: unknown
  }
  author: string
  created_at: string
}
export interface ModelDecision {
  id: string
  alias: string
  decision: 'approved' | 'rejected'
  /**
   * The id of the key.
   */
  actor: string
  actor_name: string
  reason: string
  evidence: ModelEvidence[]
  created_at: string
}
export interface ModelServing {
  engine: string
  server: string
  version: number
  /**
   * As the configuration names it.
   */
  reference: string
  /**
   * SERVICE@RELEASE of what it served.
   */
  releases: string[]
  started_at: string
  ended_at: string | null
}
export interface ModelRequirement {
  name: 'approvals' | 'rejections' | 'evaluation' | 'dataset' | 'attachment' | 'format' | 'verified'
  is_met: boolean
  /**
   * What was found, or what is missing and how to get it.
   */
  explanation: string
}
export interface ModelEvent {
  id: string
  /**
   * Of the model, without a gap.
   */
  sequence: number
  at: string
  model: string
  tenant: string
  kind:
    | 'create-model'
    | 'define'
    | 'describe'
    | 'rename'
    | 'delete-model'
    | 'create-version'
    | 'delete-version'
    | 'attach'
    | 'push'
    | 'refuse'
    | 'move-alias'
    | 'delete-alias'
    | 'approve'
    | 'reject'
  version: number | null
  digest: string | null
  alias: string | null
  /**
   * The version that the alias was at before.
   */
  previous: number | null
  /**
   * The id of the key, or `system`.
   */
  actor: string
  actor_name: string
  reason: string
  evidence: ModelEvidence[]
  details: {
    [k: string]: unknown
  }
}
export interface LiveModelAlias {
  alias: string
  version: number
  since: string
  event: ModelEvent1
}
/**
 * The move that put it there: who, why, and with which evidence.
 */
export interface ModelEvent1 {
  id: string
  /**
   * Of the model, without a gap.
   */
  sequence: number
  at: string
  model: string
  tenant: string
  kind:
    | 'create-model'
    | 'define'
    | 'describe'
    | 'rename'
    | 'delete-model'
    | 'create-version'
    | 'delete-version'
    | 'attach'
    | 'push'
    | 'refuse'
    | 'move-alias'
    | 'delete-alias'
    | 'approve'
    | 'reject'
  version: number | null
  digest: string | null
  alias: string | null
  /**
   * The version that the alias was at before.
   */
  previous: number | null
  /**
   * The id of the key, or `system`.
   */
  actor: string
  actor_name: string
  reason: string
  evidence: ModelEvidence[]
  details: {
    [k: string]: unknown
  }
}
export interface ModelFileState {
  sha256: string
  /**
   * How many have come, or are stored.
   */
  bytes: number
  /**
   * Whether it may be named in a version.
   */
  is_stored: boolean
}
export interface LineageNode {
  /**
   * KIND:ID; `of` takes it.
   */
  id: string
  kind:
    | 'dataset'
    | 'training'
    | 'pipeline'
    | 'tracking'
    | 'model'
    | 'serving'
    | 'evaluation'
    | 'inferences'
    | 'inference'
  label: string
  tenant: string
  at: string | null
  state: string | null
  details: {
    [k: string]: unknown
  }
  /**
   * Not all that it comes from, or that came of it, is here.
   */
  has_more: boolean
}
export interface LineageEdge {
  /**
   * The earlier one.
   */
  from: string
  to: string
  /**
   * What the earlier one was for the later.
   */
  role: string
  /**
   * False where several could have been it: engines of one name on several servers.
   */
  is_certain: boolean
}
export interface ModelVerification {
  model: string
  version: number
  digest: string
  signature: ModelProof
  bom: ModelProof
  card: ModelProof
  /**
   * When every stored file was last read and hashed, and what was found.
   */
  files: {
    state: 'verified' | 'refused' | 'not_read'
    reason: string
    by: string | null
    at: string | null
  }
}
export interface ModelProof {
  state: 'verified' | 'refused' | 'missing'
  /**
   * What was found, or what is wrong and how to mend it.
   */
  reason: string
  /**
   * Who attached it.
   */
  by: string | null
  at: string | null
  /**
   * Its id among the attachments of the version.
   */
  attachment: string | null
  sha256: string | null
  /**
   * Of a signature: the key that made it.
   */
  key: {
    id: string
    name: string
    kind: 'own' | 'trusted'
  } | null
  /**
   * Of the others: whether the signature covers it.
   */
  is_signed: boolean | null
}
export interface SigningKey {
  /**
   * SHA-256 of the public key as PEM: what signatures name it by.
   */
  id: string
  tenant: string
  name: string
  /**
   * `own`: its private key is here, sealed, and never leaves.
   */
  kind: 'own' | 'trusted'
  /**
   * PEM. Give it to whoever is to verify what was signed here.
   */
  public_key: string
  state: 'signs' | 'verifies' | 'revoked'
  author: string
  created_at: string
  retired_at: string | null
  revoked_at: string | null
  revoked_by: string | null
  reason: string | null
}
export interface ModelTransfer {
  id: string
  tenant: string
  direction: 'push' | 'pull'
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'
  model: string
  /**
   * Of a pull once it has made one.
   */
  version: number | null
  registry: string
  repository: string
  /**
   * A tag, or the digest of the manifest.
   */
  reference: string
  allows_unverified: boolean
  /**
   * Of the manifest, once it is there.
   */
  digest: string | null
  done_bytes: number
  total_bytes: number | null
  error: {
    code: string
    message: string
  } | null
  author: string
  created_at: string
  ended_at: string | null
}
export interface PipelineStageKind {
  name: string
  description: string
  /**
   * Whether it runs a command, which the configuration has to allow.
   */
  is_process: boolean
  is_cached: boolean
  /**
   * JSON Schema of what stands under `with`.
   */
  parameters: {
    [k: string]: unknown
  }
  /**
   * Types by name; null takes any.
   */
  inputs: {
    [k: string]: string[]
  } | null
  /**
   * Types by name; null: its parameters say so.
   */
  outputs: {
    [k: string]: string
  } | null
}
export interface Pipeline {
  tenant: string
  name: string
  version: number
  /**
   * SHA-256 of the text.
   */
  hash: string
  /**
   * The YAML as it was given.
   */
  text: string
  author: string
  created_at: string
}
export interface PipelineProblem {
  line: number
  column: number
  path: string
  message: string
  /**
   * What to do about it.
   */
  mend: string
}
export interface PipelineEventKind {
  name: string
  description: string
  /**
   * What expressions read as `event`, with types of CEL.
   */
  facts: {
    [k: string]: string
  }
}
export interface PipelineTrigger {
  name: string
  kind: 'cron' | 'event' | 'rows' | 'api'
  cron: string | null
  timezone: string | null
  event: string | null
  rows: {
    dataset: string
    branch: string
    at_least: number
    /**
     * Rows that have come since the last run.
     */
    counted: number
  } | null
  where: string | null
  /**
   * What `where` and `parameters` may read of `event`.
   */
  facts: {
    [k: string]: string
  }
  debounce_seconds: number | null
  cooldown_seconds: number | null
  at_most: {
    runs: number
    per_seconds: number
  } | null
  budget: {
    usd: number
    per_seconds: number
  } | null
  approval: {
    question: string
    by_another: boolean
  } | null
  /**
   * Of a clock: when it is due next.
   */
  next_at: string | null
  /**
   * What waits; one run begins with the newest of it.
   */
  held: {
    newest: PipelineOccurrence
    since: string | null
    events: number
    /**
     * When it is looked at again.
     */
    until: string | null
  } | null
  last_decision: PipelineTriggerDecision | null
}
export interface PipelineOccurrence {
  id: string
  /**
   * The event; `cron` of a clock, `api` of a call.
   */
  name: string
  at: string
  facts: {
    [k: string]: unknown
  }
}
export interface PipelineTriggerDecision {
  id: string
  trigger: string
  version: number
  at: string
  outcome: 'began' | 'held' | 'refused' | 'not_wanted'
  reason:
    | 'wanted'
    | 'debounce'
    | 'cooldown'
    | 'limit'
    | 'budget'
    | 'older'
    | 'where'
    | 'rows'
    | 'group'
    | 'told_before'
    | 'refused'
    | 'redefined'
  message: string
  /**
   * What was held against what.
   */
  numbers: {
    [k: string]: number
  }
  event: PipelineOccurrence
  held_until: string | null
  /**
   * The run that began; of one that was held, the one that took it up.
   */
  run: string | null
}
export interface PipelineRun {
  id: string
  tenant: string
  pipeline: string
  version: number
  state: 'queued' | 'running' | 'cancelling' | 'succeeded' | 'failed' | 'cancelled' | 'skipped'
  /**
   * Why it has failed, was cancelled or skipped.
   */
  reason: string | null
  parameters: {
    [k: string]: string | number | boolean
  }
  trigger: 'manual' | 'api' | 'cron' | 'event' | 'rows'
  /**
   * The trigger of the pipeline that began it.
   */
  trigger_name: string | null
  /**
   * What the trigger was told: the name of the event, and its facts.
   */
  event: {
    [k: string]: unknown
  }
  concurrency_group: string | null
  uses_cache: boolean
  author: string
  created_at: string
  started_at: string | null
  ended_at: string | null
  /**
   * How many stages are in which state.
   */
  stages: {
    [k: string]: number
  }
}
export interface PipelineRunDetail {
  id: string
  tenant: string
  pipeline: string
  version: number
  state: 'queued' | 'running' | 'cancelling' | 'succeeded' | 'failed' | 'cancelled' | 'skipped'
  /**
   * Why it has failed, was cancelled or skipped.
   */
  reason: string | null
  parameters: {
    [k: string]: string | number | boolean
  }
  trigger: 'manual' | 'api' | 'cron' | 'event' | 'rows'
  /**
   * The trigger of the pipeline that began it.
   */
  trigger_name: string | null
  /**
   * What the trigger was told: the name of the event, and its facts.
   */
  event: {
    [k: string]: unknown
  }
  concurrency_group: string | null
  uses_cache: boolean
  author: string
  created_at: string
  started_at: string | null
  ended_at: string | null
  stages: PipelineStage[]
  /**
   * What it has cost until now.
   */
  cost: {
    nano_usd: number
    /**
     * Stages whose cost nobody can say; they count as nothing.
     */
    unpriced: string[]
  }
}
export interface PipelineStage {
  /**
   * `train`, or `train[small]` of a matrix.
   */
  name: string
  stage: string
  matrix: {
    [k: string]: string | number | boolean
  }
  needs: string[]
  kind: string
  state: 'waiting' | 'running' | 'approval' | 'succeeded' | 'failed' | 'skipped' | 'cancelled'
  progress: number
  step: string
  /**
   * `hit`: what an earlier run left was used.
   */
  cache: ('run' | 'hit') | null
  cache_key: string | null
  /**
   * What the key is made of.
   */
  cache_parts: {
    [k: string]: {
      hash: string
      shown: string
    }
  } | null
  /**
   * Why it was run, or why not.
   */
  cache_why: string | null
  source_run: string | null
  parameters: unknown
  failures: number
  interruptions: number
  next_attempt_at: string | null
  error: {
    code: string
    message: string
  } | null
  started_at: string | null
  ended_at: string | null
  /**
   * Of an approval.
   */
  expires_at: string | null
  decision: {
    outcome: 'approved' | 'rejected' | 'expired'
    by: string
    at: string
    reason: string
  } | null
  attempts: PipelineAttempt[]
  artifacts: PipelineArtifact[]
}
export interface PipelineAttempt {
  number: number
  state: 'running' | 'succeeded' | 'failed' | 'interrupted' | 'cancelled'
  error: {
    code: string
    message: string
  } | null
  started_at: string
  ended_at: string | null
}
export interface PipelineArtifact {
  name: string
  type: 'dataset' | 'model' | 'report' | 'file' | 'folder' | 'value'
  digest: string
  size_bytes: number
  /**
   * Of what is no file and no folder.
   */
  value: {
    [k: string]: unknown
  }
}
export interface PipelineLogLine {
  sequence: number
  stage: string
  attempt: number
  at: string
  stream: 'out' | 'error' | 'system'
  text: string
}
export interface Rollout {
  id: string
  service: string
  baseline: string
  candidates: string[]
  /**
   * Of the candidates, those that were not left out.
   */
  arms: string[]
  state:
    | 'running'
    | 'paused'
    | 'approval'
    | 'promoting'
    | 'blocked'
    | 'promoted'
    | 'rolled-back'
    | 'concluded'
    | 'aborted'
    | 'superseded'
  /**
   * Why it is in this state.
   */
  reason: string
  /**
   * From 0.
   */
  step: number
  steps: {
    /**
     * The part of the requests that is copied, from 0 to 1.
     */
    shadow: number | null
    /**
     * The part of the requests that candidates answer, from 0 to 1.
     */
    share: number | null
    least_values: number
    least_duration: string
  }[]
  /**
   * Several candidates side by side, instead of steps.
   */
  is_test: boolean
  /**
   * A candidate that another surely beats is left out, and what it had goes to all others.
   */
  is_narrowed: boolean
  /**
   * What each release answers now, from 0 to 1; copies count nothing.
   */
  shares: {
    [k: string]: number
  }
  winner: string | null
  revision: number
  author: string
  created_at: string
  step_started_at: string
  deadline_at: string
  paused_at: string | null
  ended_at: string | null
  last_verdict: RolloutVerdict | null
}
export interface RolloutVerdict {
  id: string
  rollout: string
  /**
   * From 0.
   */
  step: number
  at: string
  decision: 'promote' | 'hold' | 'roll-back'
  /**
   * In words, most important first.
   */
  reasons: string[]
  candidates: {
    release: string
    decision: 'promote' | 'hold' | 'roll-back'
    reasons: string[]
    requests: {
      baseline: number
      candidate: number
    }
    /**
     * ln of the evidence that traffic was not split as declared; nothing is promoted from 6.9 on.
     */
    sample_ratio: number
    metrics: RolloutMetricFinding[]
    /**
     * Beside each other candidate that is left, where candidates are narrowed; else nothing.
     */
    others: RolloutOtherFinding[]
    /**
     * For which others it is left out: surely better by the first goal, and within every margin.
     */
    beaten_by: string[]
  }[]
  rests_on: {
    from: string
    to: string
    requests: number
    first_inference: string | null
    last_inference: string | null
  }
}
export interface RolloutMetricFinding {
  name: string
  kind: 'rate' | 'score' | 'quantile' | 'mean'
  role: 'guard' | 'goal'
  /**
   * Of a guard: how much worse it may be; of a goal: how much better it has to be.
   */
  margin: number
  /**
   * By how much the candidate is worse: a difference of rates and scores, a part of the baseline’s of the others.
   */
  estimate: number | null
  /**
   * Surely no less than that, at all times at once; null: nobody knows.
   */
  low: number | null
  high: number | null
  values: {
    baseline: number
    candidate: number
  }
  state: 'harmful' | 'safe' | 'unsure'
}
export interface RolloutOtherFinding {
  release: string
  /**
   * By how much the candidate is worse than this one by the first goal: a difference of rates and scores, a part of the others.
   */
  estimate: number | null
  /**
   * Surely no less than that, at all times at once.
   */
  low: number | null
  high: number | null
  values: {
    candidate: number
    other: number
  }
  state: 'worse' | 'better' | 'unsure'
}
export interface RolloutDetail {
  id: string
  service: string
  baseline: string
  candidates: string[]
  /**
   * Of the candidates, those that were not left out.
   */
  arms: string[]
  state:
    | 'running'
    | 'paused'
    | 'approval'
    | 'promoting'
    | 'blocked'
    | 'promoted'
    | 'rolled-back'
    | 'concluded'
    | 'aborted'
    | 'superseded'
  /**
   * Why it is in this state.
   */
  reason: string
  /**
   * From 0.
   */
  step: number
  steps: {
    /**
     * The part of the requests that is copied, from 0 to 1.
     */
    shadow: number | null
    /**
     * The part of the requests that candidates answer, from 0 to 1.
     */
    share: number | null
    least_values: number
    least_duration: string
  }[]
  /**
   * Several candidates side by side, instead of steps.
   */
  is_test: boolean
  /**
   * A candidate that another surely beats is left out, and what it had goes to all others.
   */
  is_narrowed: boolean
  /**
   * What each release answers now, from 0 to 1; copies count nothing.
   */
  shares: {
    [k: string]: number
  }
  winner: string | null
  revision: number
  author: string
  created_at: string
  step_started_at: string
  deadline_at: string
  paused_at: string | null
  ended_at: string | null
  last_verdict: RolloutVerdict | null
  /**
   * How often it errs at most, in words.
   */
  bound: string
  plan: {
    sticky: string
    metrics: {
      name: string
      use: string
      kind: string
      role: 'guard' | 'goal'
      better: 'lower' | 'higher'
      margin: number
    }[]
    alpha: {
      roll_back: number
      promote: number
    }
    every: string
    deadline: string
    at_deadline: string
    approval: boolean
    promote_best: boolean
    on_promoted: {
      model: string
      alias: string
    } | null
  }
  /**
   * What the releases were when it began; with another configuration or version it ends.
   */
  pinned: {
    release: string
    hash: string
    models: string[]
  }[]
  events: RolloutEvent[]
  bursts: {
    id: string
    at: string
    step: number
    release: string
    seen_by: string
    evidence: {
      [k: string]: unknown
    }
  }[]
}
export interface RolloutEvent {
  id: string
  at: string
  kind:
    | 'started'
    | 'advanced'
    | 'left-out'
    | 'asked-for-approval'
    | 'approved'
    | 'paused'
    | 'resumed'
    | 'promoting'
    | 'blocked'
    | 'promoted'
    | 'rolled-back'
    | 'concluded'
    | 'aborted'
    | 'superseded'
  step: number
  state:
    | 'running'
    | 'paused'
    | 'approval'
    | 'promoting'
    | 'blocked'
    | 'promoted'
    | 'rolled-back'
    | 'concluded'
    | 'aborted'
    | 'superseded'
  /**
   * Of the traffic that was declared with it; null where that stayed.
   */
  traffic_revision: number | null
  /**
   * The id of the verdict that it rests on.
   */
  verdict: string | null
  /**
   * The id of a key, or `system`.
   */
  actor: string
  actor_name: string
  reason: string
}
export interface RolloutOutcome {
  /**
   * `success`: the step is passed, or the release was promoted; `failure`: it was rolled back or ended otherwise; `inconclusive`: not decided.
   */
  result: 'success' | 'failure' | 'inconclusive'
  rollout: string
  service: string
  state:
    | 'running'
    | 'paused'
    | 'approval'
    | 'promoting'
    | 'blocked'
    | 'promoted'
    | 'rolled-back'
    | 'concluded'
    | 'aborted'
    | 'superseded'
  step: number
  /**
   * Of the last verdict.
   */
  decision: ('promote' | 'hold' | 'roll-back') | null
  reasons: string[]
}
export interface ServiceLive {
  service: string
  /**
   * The release that answers, unless a rollout says otherwise.
   */
  live: string
  /**
   * The release that slipway.yaml names.
   */
  declared: string
  releases: string[]
  traffic_revision: number
  /**
   * The id of one that is under way.
   */
  rollout: string | null
  /**
   * Which was live from when on, newest first.
   */
  history: {
    release: string
    at: string
    cause: 'file' | 'promotion' | 'by-hand'
    rollout: string | null
    actor: string
    actor_name: string
    reason: string
  }[]
}
export interface Distillation {
  /**
   * The run of the pipeline that it is: `/api/pipeline-runs/{run}`.
   */
  run: string
  pipeline: string
  version: number
  /**
   * The suite that holds the student against the teacher.
   */
  suite: string | null
}
export interface ServiceCache {
  service: string
  /**
   * Who gets answers from it; null is all, each its own.
   */
  tenants: string[] | null
  exact: boolean
  /**
   * Kept by this process.
   */
  answers: number
  bytes: number
  semantic: {
    mode: 'shadow' | 'serve'
    /**
     * Whether hits are given to clients now.
     */
    serving: boolean
    /**
     * Why they are, or are not.
     */
    reason: string
    /**
     * Hits that were compared with what the model said, by all processes.
     */
    trials: number
    wrong: number
    /**
     * Upper bound of the share of wrong hits, 95 % sure at all looks together.
     */
    wrong_bound: number
    /**
     * What the bound may be for hits to be served.
     */
    max_wrong: number
  } | null
}
export interface Metric {
  name: string
  type: 'counter' | 'gauge' | 'histogram'
  help: string
  labels: string[]
  /**
   * How the figures of several processes and servers become one.
   */
  aggregator: 'sum' | 'max' | 'min' | 'first'
}
export interface MetricAnswer {
  since: string
  until: string
  step_seconds: number
  series: {
    labels: {
      [k: string]: string
    }
    values: (number | null)[]
    /**
     * How many observations a single number rests on.
     */
    samples: number | null
  }[]
}
export interface Board {
  since: string
  until: string
  step_seconds: number
  groups: {
    id: string
    title: string
    panels: BoardPanel[]
  }[]
}
export interface BoardPanel {
  id: string
  title: string
  help: string
  unit:
    | 'per_second'
    | 'seconds'
    | 'share'
    | 'usd_per_hour'
    | 'tokens_per_second'
    | 'bytes'
    | 'bytes_per_second'
    | 'count'
    | 'cores'
  is_stacked: boolean
  series: {
    name: string
    /**
     * One for each step; null where nothing is known.
     */
    values: (number | null)[]
    /**
     * Over the last minute, or the last step.
     */
    now: number | null
  }[]
}
export interface Alert {
  id: string
  /**
   * The same for the same trouble, however often it comes.
   */
  fingerprint: string
  source: 'slo' | 'rule' | 'budget' | 'monitor' | 'rollout'
  /**
   * `service/objective`, the rule, `budgets`, the monitor, or the service of a rollout.
   */
  name: string
  labels: {
    [k: string]: string
  }
  severity: 'page' | 'ticket' | 'info'
  state: 'pending' | 'firing' | 'acknowledged' | 'resolved'
  summary: string
  value: number
  threshold: number
  runbook: string | null
  started_at: string
  fired_at: string | null
  acknowledged_at: string | null
  acknowledged_by: string | null
  resolved_at: string | null
  /**
   * `over`, or `undeclared` where what raised it is gone.
   */
  resolution: string | null
  last_true_at: string
  /**
   * How often the same had been resolved in the six hours before.
   */
  returns: number
  sent_at: string | null
  /**
   * `silence <id>` or `alert <id>`: why it is not sent.
   */
  muted_by: string | null
  /**
   * The numbers behind it: windows, counts, intervals, ids of inferences.
   */
  evidence: {
    [k: string]: unknown
  }
}
export interface AlertDetail {
  id: string
  /**
   * The same for the same trouble, however often it comes.
   */
  fingerprint: string
  source: 'slo' | 'rule' | 'budget' | 'monitor' | 'rollout'
  /**
   * `service/objective`, the rule, `budgets`, the monitor, or the service of a rollout.
   */
  name: string
  labels: {
    [k: string]: string
  }
  severity: 'page' | 'ticket' | 'info'
  state: 'pending' | 'firing' | 'acknowledged' | 'resolved'
  summary: string
  value: number
  threshold: number
  runbook: string | null
  started_at: string
  fired_at: string | null
  acknowledged_at: string | null
  acknowledged_by: string | null
  resolved_at: string | null
  /**
   * `over`, or `undeclared` where what raised it is gone.
   */
  resolution: string | null
  last_true_at: string
  /**
   * How often the same had been resolved in the six hours before.
   */
  returns: number
  sent_at: string | null
  /**
   * `silence <id>` or `alert <id>`: why it is not sent.
   */
  muted_by: string | null
  /**
   * The numbers behind it: windows, counts, intervals, ids of inferences.
   */
  evidence: {
    [k: string]: unknown
  }
  events: {
    at: string
    kind: 'opened' | 'fired' | 'silenced' | 'inhibited' | 'sent' | 'not_sent' | 'acknowledged' | 'resolved'
    actor: string | null
    note: string | null
  }[]
}
export interface Silence {
  id: string
  matchers: {
    [k: string]: string
  }
  reason: string
  created_by: string
  created_at: string
  starts_at: string
  ends_at: string
  /**
   * Who ended it before its time.
   */
  ended_by: string | null
  is_active: boolean
}
export interface Slo {
  service: string
  name: string
  /**
   * What is promised, in words.
   */
  promise: string
  objective_percent: number
  window_seconds: number
  minimum_bad: number
  alerts: boolean
  /**
   * Over the whole window.
   */
  whole: {
    seconds: number
    events: number
    bad: number
    ratio: number
    /**
     * The 95 % interval of the share (Wilson).
     */
    low: number
    high: number
    /**
     * How many times faster than allowed the budget burns.
     */
    burn: number
  }
  /**
   * The share of the error budget that is left; below 0 where it is overdrawn.
   */
  budget_left: number
  burns: {
    severity: 'page' | 'ticket' | 'info'
    factor: number
    is_burning: boolean
    /**
     * The long one and the short one.
     */
    windows: {
      seconds: number
      events: number
      bad: number
      ratio: number
      /**
       * The 95 % interval of the share (Wilson).
       */
      low: number
      high: number
      /**
       * How many times faster than allowed the budget burns.
       */
      burn: number
    }[]
  }[]
}
export interface AlertRule {
  name: string
  severity: 'page' | 'ticket' | 'info'
  query: {
    [k: string]: unknown
  }
  comparison: 'above' | 'below'
  threshold: number
  for: string | null
  now: {
    labels: {
      [k: string]: string
    }
    value: number
    samples: number
  }[]
}
export interface Channel {
  name: string
  kind: string
  waiting: number
  last_sent_at: string | null
  last_failed_at: string | null
  last_error: string | null
}
export interface Monitor {
  name: string
  service: string
  description: string | null
  severity: 'page' | 'ticket' | 'info'
  state: 'learning' | 'watching' | 'alarm' | 'paused'
  form: string
  /**
   * Inferences between two false alarms of the whole monitor, on average and at least.
   */
  run_length: number
  /**
   * At most so many are to be expected at the rate of the last week.
   */
  false_alarms_per_year: number | null
  /**
   * How many there are.
   */
  detectors: number
  embedder: string | null
  changed_by: string | null
  changed_at: string | null
  moved_at: string | null
  streams: {
    name: string
    kind: string
    state: 'learning' | 'watching' | 'alarm'
    /**
     * Of the detector with the most evidence.
     */
    level: number | null
    batch: number
    effect: number
    /**
     * Values that were held against the reference.
     */
    seen: number
    /**
     * Scores that were not held against it: of a judge that goes by something else than the reference did, or of another release than was evaluated.
     */
    incomparable: number
    last_seen_at: string | null
    /**
     * Why it has no reference yet.
     */
    waiting_for: string | null
    /**
     * `null` while there is none; `waiting_for` says why.
     */
    reference: {
      kind: 'traffic' | 'evaluation' | 'dataset'
      /**
       * What it is held against.
       */
      in_words: string
      from: string
      until: string
      taken_at: string
      rows: number
      /**
       * Of an evaluation: a newer completed run of the suite that has asked the same release. It is not taken by itself.
       */
      newer_run: {
        id: string
        ended_at: string
        examples: number
        /**
         * Which it is, and how it is taken.
         */
        in_words: string
      } | null
      /**
       * Of an evaluation: in what its evaluator, as it was in that run, differs from the judge as it is now. It is held against it all the same.
       */
      unlike_judge: string | null
      histogram: {
        edges: number[] | null
        categories: string[] | null
        reference: number[]
        /**
         * Of recent values, older ones counting less.
         */
        now: number[]
      }
      examples: {
        [k: string]: string[]
      } | null
    } | null
    detectors: {
      name: string
      direction: 'below' | 'above'
      category: string | null
      slice: {
        by: string
        value: string
      } | null
      /**
       * The evidence for a change, as a share of what raises an alarm.
       */
      level: number
      /**
       * Means that it has seen since it began.
       */
      means: number
      /**
       * Means between two false alarms of it, on average and at least; null where `false_alarm` says how often.
       */
      run_length: number | null
      /**
       * The chance that it ever alarms wrongly, however long it looks: of scores that are held against an evaluation.
       */
      false_alarm: number | null
      reference_mean: number | null
      /**
       * How far beyond the reference a mean has to lie.
       */
      smallest_effect: number
      /**
       * How many times of the week or the day have a reference of their own.
       */
      strata: number
      /**
       * The alarm that is not over.
       */
      alarm: string | null
    }[]
  }[]
}
export interface MonitorStreamPoints {
  monitor: string
  stream: string
  detectors: {
    name: string
    points: {
      at: string
      level: number
      count: number
      mean: number
      reference_mean: number
    }[]
  }[]
}
export interface MonitorAlarm {
  id: string
  monitor: string
  service: string
  stream: string
  detector: string
  /**
   * What changed, and since when.
   */
  summary: string
  raised_at: string
  last_raised_at: string
  /**
   * How often the detector, begun anew, has come to the same.
   */
  raises: number
  /**
   * The estimated beginning of the change.
   */
  since: string
  ended_at: string | null
  ended_because: ('over' | 'reset' | 'reference' | 'undeclared') | null
  /**
   * Numbers, and ids of inferences that spoke for it.
   */
  evidence: {
    [k: string]: unknown
  }
  /**
   * What explains it: `{ drift_report }` is the id of a drift report.
   */
  report: {
    [k: string]: unknown
  }
}
export interface Policy {
  name: string
  /**
   * Names the policy as it stands; recorded on every inference.
   */
  hash: string
  description: string | null
  services: {
    service: string
    tenant: string | null
  }[]
  guards: {
    name: string
    /**
     * Of what the entry does, whatever its mode: reports are of it.
     */
    hash: string
    check: string
    stages: ('input' | 'context' | 'tool_call' | 'reasoning' | 'output')[]
    mode: 'off' | 'shadow' | 'enforce'
    action:
      | 'block'
      | 'mask'
      | 'replace'
      | 'retry-with-instruction'
      | 'fall-back-to-release'
      | 'escalate'
      | 'annotate'
    timeout_ms: number
    on_error: 'closed' | 'open' | 'fallback'
    on_timeout: 'closed' | 'open' | 'fallback'
    /**
     * The report that it is enforced on.
     */
    report: string | null
    /**
     * Why it is enforced without one.
     */
    waived: string | null
  }[]
}
export interface VerdictCount {
  service: string
  policy_hash: string
  guard: string
  check: string
  stage: string
  mode: string
  outcome:
    'pass' | 'flag' | 'block' | 'mask' | 'replace' | 'retry' | 'fallback' | 'escalate' | 'error' | 'timeout'
  inferences: number
  findings: number
  scanned_chars: number
  /**
   * What it took for one inference, in milliseconds.
   */
  mean_ms: number
}
export interface GuardrailCheck {
  name: string
  description: string
  stages: string[]
  cost: 'deterministic' | 'local' | 'model' | 'judge'
  /**
   * What of a stream waits for it: a number of characters, `sentence` or `whole`.
   */
  held: string
  /**
   * JSON Schema of its parameters.
   */
  parameters: {
    [k: string]: unknown
  }
}
export interface GuardrailReport {
  /**
   * What `report:` of the configuration names.
   */
  hash: string
  created_at: string
  created_by: string
  content: {
    policy: string
    guard: string
    guard_hash: string
    check: string
    action: string
    threshold: number
    since: string
    until: string
    /**
     * Pairs of an inference and a stage that it looked at.
     */
    looked: number
    would_have_acted: number
    share: number
    /**
     * What the share is at most, 95 % sure however often somebody looks.
     */
    share_upper: number
    findings: number
    errors: number
    timeouts: number
    scanned_texts: number
    scanned_chars: number
    mean_ms: number
    by: {
      service: string
      stage: string
      outcome: string
      inferences: number
      findings: number
    }[]
  }
}
export interface Engine {
  name: string
  kind: 'llama.cpp'
  /**
   * As the configuration names it.
   */
  model: string
  state: 'starting' | 'ready' | 'restarting' | 'failed' | 'stopped'
  /**
   * Why it is not ready and what to do about it; of one that is, what is wrong with its model.
   */
  state_reason: string | null
  pid: number | null
  /**
   * Times that it was started again by itself.
   */
  restarts: number
  /**
   * Tokens a sequence may hold; null until it was ready once.
   */
  context_size: number | null
  /**
   * Sequences decoded together.
   */
  parallel: number
  /**
   * Requests being answered, as of the last two seconds.
   */
  active_sequences: number
}
export interface Provider {
  name: string
  kind: string
  /**
   * Where its API is; null where the kind knows.
   */
  base_url: string | null
  /**
   * Whether a key was found where the configuration says, or a role takes its place.
   */
  has_key: boolean
}
export interface ModelCard {
  name: string
  description: string
  license: string
  file: string
  sha256: string
  bytes: number
  parameters: number
  shape: {
    [k: string]: number
  }
  training: {
    seed: number
    steps: number
    examples: number
    tokensSeen: number
    seconds: number
    finalLoss: number
    spec: {
      [k: string]: unknown
    }
  }
  data: {
    seed: number
    heldOutShare: number
    products: number
    intents: number
    styles: number
  }
  heldOut: {
    messages: number
    scores: {
      [k: string]: {
        count: number
        total: number
        share: number
        low: number
        high: number
      }
    }
    allFieldsByStyle: {
      [k: string]: {
        count: number
        total: number
        share: number
        low: number
        high: number
      }
    }
  }
  limits: string[]
  reproduce: string
}
export interface Me {
  key_id: string
  key_name: string
  role: 'owner' | 'operator' | 'developer' | 'reviewer' | 'auditor' | 'service'
  /**
   * Null means the whole installation.
   */
  tenant: string | null
  /**
   * The services it may use; null means all.
   */
  services: string[] | null
  permissions: string[]
}
export interface Key {
  id: string
  name: string
  /**
   * The first characters of the secret.
   */
  prefix: string
  role: 'owner' | 'operator' | 'developer' | 'reviewer' | 'auditor' | 'service'
  /**
   * Null means the whole installation.
   */
  tenant: string | null
  /**
   * Null means all that its tenant may use.
   */
  services: string[] | null
  created_at: string
  /**
   * The name of the key that made it.
   */
  created_by: string
  expires_at: string | null
  revoked_at: string | null
  /**
   * Some seconds late.
   */
  last_used_at: string | null
}
export interface NewKey {
  id: string
  name: string
  /**
   * The first characters of the secret.
   */
  prefix: string
  role: 'owner' | 'operator' | 'developer' | 'reviewer' | 'auditor' | 'service'
  /**
   * Null means the whole installation.
   */
  tenant: string | null
  /**
   * Null means all that its tenant may use.
   */
  services: string[] | null
  created_at: string
  /**
   * The name of the key that made it.
   */
  created_by: string
  expires_at: string | null
  revoked_at: string | null
  /**
   * Some seconds late.
   */
  last_used_at: string | null
  /**
   * The key itself. It is shown this once.
   */
  secret: string
}
export interface Tenant {
  id: string
  name: string | null
  /**
   * The services its keys may use; null means all.
   */
  services: string[] | null
  /**
   * `file`: declared in the configuration, and changed there.
   */
  source: 'file' | 'api'
  created_at: string
}
export interface AuditEntry {
  id: string
  at: string
  /**
   * The id of the key, or `system`.
   */
  actor: string
  actor_name: string
  action: string
  subject: string
  /**
   * Null where it concerns the whole installation.
   */
  tenant: string | null
  /**
   * SHA-256 of the canonical JSON of the subject before.
   */
  before_hash: string | null
  after_hash: string | null
  request_id: string | null
}
export interface DataKey {
  id: string
  tenant: string
  /**
   * What it seals: values behind placeholders, stored content, or the private keys that models are signed with.
   */
  purpose: 'pseudonyms' | 'content' | 'signing'
  /**
   * The month that it was made for, e.g. `2026-11`.
   */
  period: string
  /**
   * Counts the keys of one month, from 0.
   */
  generation: number
  /**
   * The name of the master key that wraps it; tells nothing of it.
   */
  master_key: string
  created_at: string
  /**
   * When it was destroyed, with all that it had sealed.
   */
  shredded_at: string | null
}
export interface UnmaskedValue {
  placeholder: string
  type: string
  /**
   * Null where its key was shredded.
   */
  value: string | null
  /**
   * The key that sent it.
   */
  key_id: string
  created_at: string
}
export interface Unmasking {
  id: string
  at: string
  /**
   * The id of a key.
   */
  actor: string
  actor_name: string
  tenant: string
  conversation: string
  key_id: string | null
  reason: string
  /**
   * How many values were shown.
   */
  shown: number
}
export interface ConfigurationProblem {
  file: string
  line: number
  column: number
  /**
   * The key at fault, e.g. `services.support.releases.v1.target`.
   */
  path: string
  message: string
  /**
   * What to do about it.
   */
  mend: string
}
export interface ConfigurationRevision {
  revision: number
  /**
   * Of the snapshot that it made; inferences name it.
   */
  hash: string
  /**
   * SHA-256 of the text.
   */
  text_hash: string
  published_at: string
  /**
   * The name of a key, or the host and the file.
   */
  published_by: string
  origin: 'file' | 'api' | 'rollback'
  /**
   * The revision that a rollback has put in force again.
   */
  restores: number | null
}
export interface WrittenConfigurationRevision {
  revision: number
  /**
   * Of the snapshot that it made; inferences name it.
   */
  hash: string
  /**
   * SHA-256 of the text.
   */
  text_hash: string
  published_at: string
  /**
   * The name of a key, or the host and the file.
   */
  published_by: string
  origin: 'file' | 'api' | 'rollback'
  /**
   * The revision that a rollback has put in force again.
   */
  restores: number | null
  /**
   * Canonical YAML: no comments, keys in order.
   */
  text: string
}
export interface System {
  version: string
  started_at: string
  uptime_seconds: number
  resident_bytes: number
  process_id: number
  database: {
    kind: 'embedded' | 'external'
    state: 'ready' | 'unavailable'
    /**
     * How often the embedded Postgres died and was started again.
     */
    restarts: number
    /**
     * How long a trivial query took.
     */
    latency_ms: number | null
  }
  configuration: {
    hash: string
    /**
     * Of the file as it is now; more than 0 means that an edit is not in force.
     */
    problems: number
  }
  traces: {
    queued: number
    written: number
    lost: number
  }
  requests_in_flight: number
  /**
   * Those that share the port; the figures above are their sums.
   */
  processes: {
    /**
     * `0` is the primary, which owns the database, the engines and the jobs.
     */
    worker: string
    role: 'primary' | 'worker'
    pid: number
    started_at: string
    resident_bytes: number
    requests_in_flight: number
  }[]
  /**
   * The servers on this database, seen in the last 15 seconds.
   */
  replicas: {
    /**
     * Host and process of the primary.
     */
    name: string
    /**
     * The revision of the configuration in force there.
     */
    revision: number | null
    /**
     * One that it could not put in force.
     */
    refused_revision: number | null
    /**
     * What was wrong with it there, a line each.
     */
    problems: string | null
    seen_at: string
  }[]
}
