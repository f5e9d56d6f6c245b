import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { readInference } from '../clients.ts'
import { startFakeProvider } from '../fake-provider/index.ts'
import type { FakeProvider } from '../fake-provider/index.ts'
import { startProduct } from '../product.ts'
import type { Product } from '../product.ts'

const roles = ['owner', 'operator', 'developer', 'reviewer', 'auditor', 'service'] as const
type Role = (typeof roles)[number]
type Reach = 'tenant' | 'installation'

/** Who may do what, written out by hand: `tenant` with a key of a tenant or of all, `installation` of all only. */
const everyone = [...roles]
const expected: Record<string, { roles: readonly Role[]; reach: Reach }> = {
  listInferences: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  watchInferences: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  getInference: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  getInferenceTrace: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  explainInference: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  getTrace: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  listConversations: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  getConversation: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  listScores: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  listJudges: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  giveFeedback: { roles: ['owner', 'operator', 'developer', 'reviewer', 'service'], reach: 'tenant' },
  getOverview: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  getCosts: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  listAnswers: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'installation' },
  getPrices: { roles: ['owner', 'operator', 'developer', 'auditor'], reach: 'installation' },
  listServices: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  listEngines: { roles: ['owner', 'operator', 'developer', 'auditor'], reach: 'installation' },
  restartEngine: { roles: ['owner', 'operator'], reach: 'installation' },
  listLimits: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  setLimits: { roles: ['owner', 'operator'], reach: 'installation' },
  removeLimits: { roles: ['owner', 'operator'], reach: 'installation' },
  listCaches: { roles: ['owner', 'operator', 'developer', 'auditor'], reach: 'installation' },
  clearCache: { roles: ['owner', 'operator'], reach: 'installation' },
  listPolicies: { roles: ['owner', 'operator', 'developer', 'auditor'], reach: 'installation' },
  readPolicy: { roles: ['owner', 'operator', 'developer', 'auditor'], reach: 'installation' },
  countVerdicts: { roles: ['owner', 'operator', 'developer', 'auditor'], reach: 'installation' },
  listGuardrailChecks: { roles: ['owner', 'operator', 'developer', 'auditor'], reach: 'installation' },
  listGuardrailReports: { roles: ['owner', 'operator', 'developer', 'auditor'], reach: 'installation' },
  readGuardrailReport: { roles: ['owner', 'operator', 'developer', 'auditor'], reach: 'installation' },
  createGuardrailReport: { roles: ['owner', 'operator'], reach: 'installation' },
  listBatches: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readBatch: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  listBatchFailures: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  cancelBatch: { roles: ['owner', 'operator', 'developer', 'service'], reach: 'tenant' },
  listTrainers: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  listTrainingJobs: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readTrainingJob: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  followTrainingJob: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  listTrainingPoints: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  listTrainingEvents: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  listTrainingCheckpoints: {
    roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'],
    reach: 'tenant',
  },
  listMonitors: { roles: ['owner', 'operator', 'developer', 'auditor'], reach: 'installation' },
  readMonitor: { roles: ['owner', 'operator', 'developer', 'auditor'], reach: 'installation' },
  readMonitorStream: { roles: ['owner', 'operator', 'developer', 'auditor'], reach: 'installation' },
  listMonitorAlarms: { roles: ['owner', 'operator', 'developer', 'auditor'], reach: 'installation' },
  pauseMonitor: { roles: ['owner', 'operator'], reach: 'installation' },
  resumeMonitor: { roles: ['owner', 'operator'], reach: 'installation' },
  resetMonitor: { roles: ['owner', 'operator'], reach: 'installation' },
  setMonitorReference: { roles: ['owner', 'operator'], reach: 'installation' },
  createDriftReport: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  listDriftReports: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readDriftReport: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  followDriftReport: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  cancelDriftReport: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  readLineage: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  quantizeModel: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  cancelQuantization: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  listQuantizations: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readQuantization: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  followQuantization: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  createTrainingJob: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  cancelTrainingJob: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  pauseTrainingJob: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  resumeTrainingJob: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  readTrainingLog: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  listEvaluations: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readEvaluation: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  followEvaluation: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  compareEvaluations: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  listEvaluationExamples: {
    roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'],
    reach: 'tenant',
  },
  readEvaluationExample: {
    roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'],
    reach: 'tenant',
  },
  exportEvaluation: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  listEvaluationSuites: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readEvaluationSuite: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  listEvaluationSuiteVersions: {
    roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'],
    reach: 'tenant',
  },
  importEvaluationSuite: {
    roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'],
    reach: 'tenant',
  },
  checkEvaluationSuite: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  requestEvaluationLabels: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  collectEvaluationLabels: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  putEvaluationLabels: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  compareDatasetBias: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  startEvaluation: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  cancelEvaluation: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  resumeEvaluation: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  storeEvaluationSuite: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  listLabelReports: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readLabelReport: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  measureLabelAgreement: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  rateAnnotators: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  findLabelSuspects: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  sendLabelSuspects: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  withdrawLabelSuspects: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  applyLabelDecisions: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  listRollouts: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'installation' },
  readRollout: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'installation' },
  listRolloutVerdicts: {
    roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'],
    reach: 'installation',
  },
  followRollout: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'installation' },
  readRolloutVerdict: {
    roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'],
    reach: 'installation',
  },
  readServiceVerdict: {
    roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'],
    reach: 'installation',
  },
  postServiceVerdict: {
    roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'],
    reach: 'installation',
  },
  postRolloutVerdict: {
    roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'],
    reach: 'installation',
  },
  readLiveRelease: {
    roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'],
    reach: 'installation',
  },
  startRollout: { roles: ['owner', 'operator'], reach: 'installation' },
  pauseRollout: { roles: ['owner', 'operator'], reach: 'installation' },
  resumeRollout: { roles: ['owner', 'operator'], reach: 'installation' },
  promoteRollout: { roles: ['owner', 'operator'], reach: 'installation' },
  abortRollout: { roles: ['owner', 'operator'], reach: 'installation' },
  setLiveRelease: { roles: ['owner', 'operator'], reach: 'installation' },
  approveRollout: { roles: ['owner', 'operator', 'reviewer'], reach: 'installation' },
  listModels: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readModel: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  listModelVersions: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readModelVersion: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readModelFile: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readModelAttachment: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  judgeModelVersion: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  listModelHistory: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readLiveModel: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  createModel: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  publishModelVersion: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  describeModelVersion: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  attachToModelVersion: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  moveModelAlias: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  readModelFileState: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  sendModelFile: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  storeModelFile: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  changeModel: { roles: ['owner', 'operator', 'reviewer'], reach: 'tenant' },
  deleteModel: { roles: ['owner', 'operator', 'reviewer'], reach: 'tenant' },
  deleteModelVersion: { roles: ['owner', 'operator', 'reviewer'], reach: 'tenant' },
  deleteModelAlias: { roles: ['owner', 'operator', 'reviewer'], reach: 'tenant' },
  readModelVerification: {
    roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'],
    reach: 'tenant',
  },
  verifyModelVersion: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readModelPackage: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  listModelRegistries: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  listModelTransfers: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readModelTransfer: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  cancelModelTransfer: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  pullModelVersion: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  takeModelPackage: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  pushModelVersion: { roles: ['owner', 'operator'], reach: 'tenant' },
  listSigningKeys: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  writeModelCard: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  writeModelBom: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  signModelVersion: { roles: ['owner', 'operator'], reach: 'tenant' },
  trustSigningKey: { roles: ['owner'], reach: 'tenant' },
  rotateSigningKey: { roles: ['owner'], reach: 'tenant' },
  revokeSigningKey: { roles: ['owner'], reach: 'tenant' },
  decideModelVersion: { roles: ['owner', 'operator', 'reviewer'], reach: 'tenant' },
  listDatasets: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readDataset: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  listDatasetPins: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  listDatasetVersions: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readDatasetVersion: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readDatasetReport: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readDatasetReportById: {
    roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'],
    reach: 'tenant',
  },
  readDatasetFile: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readDatasetFileEntry: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  listDatasetRows: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  listDatasetTasks: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readDatasetTask: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  watchDatasetTask: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  createDataset: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  defineDataset: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  deleteDataset: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  commitDatasetRows: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  createDatasetRef: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  deleteDatasetRef: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  cancelDatasetTask: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  blameDatasetRows: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  diffDatasetVersions: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  queryDatasets: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  countDatasetSplits: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  mergeDatasetBranch: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  deleteDatasetExport: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  exportDataset: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  listCounterfactualAttributes: {
    roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'],
    reach: 'tenant',
  },
  listDatasetRules: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readDatasetBias: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readDatasetExport: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readDatasetProfile: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readEvaluationParity: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  checkDatasetVersion: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  collectDataset: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  previewDatasetCollection: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  deleteDatasetUpload: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  importDataset: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  makeDatasetCounterfactuals: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  mitigateDatasetBias: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  readDatasetUpload: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  removeDatasetNearDuplicates: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  sendDatasetUpload: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  listCollectionDrives: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readCollectionDrive: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readEvaluationOdds: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  listPipelineKinds: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  listPipelines: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  checkPipeline: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readPipeline: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  listPipelineVersions: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  listPipelineEvents: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  listPipelineTriggers: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  listTriggerDecisions: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  listPipelineRuns: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readPipelineRun: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  watchPipelineRun: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readPipelineLogs: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  watchPipelineLogs: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readPipelineMetrics: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readPipelineArtifact: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  publishLabelConsensus: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  startCollectionDrive: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  withdrawCollectionDrive: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  applyCollectionDrive: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  definePipeline: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  distil: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  beginPipelineRun: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  callPipelineTrigger: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  cancelPipelineRun: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  resumePipelineRun: { roles: ['owner', 'operator', 'developer'], reach: 'tenant' },
  approvePipelineRun: { roles: ['owner', 'operator', 'reviewer'], reach: 'tenant' },
  rejectPipelineRun: { roles: ['owner', 'operator', 'reviewer'], reach: 'tenant' },
  collectDatasetGarbage: { roles: ['owner', 'operator'], reach: 'installation' },
  listQueues: { roles: ['owner', 'operator', 'developer', 'auditor'], reach: 'installation' },
  listProviders: { roles: ['owner', 'operator', 'developer', 'auditor'], reach: 'installation' },
  readModelCard: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  readMe: { roles: everyone, reach: 'tenant' },
  listKeys: { roles: ['owner', 'operator', 'auditor'], reach: 'tenant' },
  createKey: { roles: ['owner', 'operator'], reach: 'tenant' },
  revokeKey: { roles: ['owner', 'operator'], reach: 'tenant' },
  listTenants: { roles: ['owner', 'operator', 'developer', 'reviewer', 'auditor'], reach: 'tenant' },
  createTenant: { roles: ['owner'], reach: 'installation' },
  updateTenant: { roles: ['owner'], reach: 'installation' },
  deleteTenant: { roles: ['owner'], reach: 'installation' },
  listAuditEntries: { roles: ['owner', 'auditor'], reach: 'tenant' },
  listReviews: { roles: ['owner', 'operator', 'reviewer', 'auditor'], reach: 'tenant' },
  watchReviews: { roles: ['owner', 'operator', 'reviewer', 'auditor'], reach: 'tenant' },
  readReviewStats: { roles: ['owner', 'operator', 'reviewer', 'auditor'], reach: 'tenant' },
  listExampleReviews: { roles: ['owner', 'operator', 'reviewer', 'auditor'], reach: 'tenant' },
  readExampleReview: { roles: ['owner', 'operator', 'reviewer', 'auditor'], reach: 'tenant' },
  claimNextExampleReview: { roles: ['owner', 'reviewer'], reach: 'tenant' },
  claimExampleReview: { roles: ['owner', 'reviewer'], reach: 'tenant' },
  letExampleReviewGo: { roles: ['owner', 'reviewer'], reach: 'tenant' },
  answerExampleReview: { roles: ['owner', 'reviewer'], reach: 'tenant' },
  readReview: { roles: ['owner', 'operator', 'reviewer', 'auditor'], reach: 'tenant' },
  claimNextReview: { roles: ['owner', 'reviewer'], reach: 'tenant' },
  claimReview: { roles: ['owner', 'reviewer'], reach: 'tenant' },
  letReviewGo: { roles: ['owner', 'reviewer'], reach: 'tenant' },
  decideReview: { roles: ['owner', 'reviewer'], reach: 'tenant' },
  editReview: { roles: ['owner', 'reviewer'], reach: 'tenant' },
  unmaskReview: { roles: ['owner', 'reviewer'], reach: 'tenant' },
  exportReviews: { roles: ['owner', 'operator'], reach: 'tenant' },
  listKnownAnswers: { roles: ['owner', 'operator'], reach: 'tenant' },
  createKnownAnswer: { roles: ['owner', 'operator'], reach: 'tenant' },
  retireKnownAnswer: { roles: ['owner', 'operator'], reach: 'tenant' },
  listReviewers: { roles: ['owner', 'operator'], reach: 'tenant' },
  recordTraining: { roles: ['owner', 'operator'], reach: 'tenant' },
  readConfiguration: { roles: ['owner', 'operator', 'developer', 'auditor'], reach: 'installation' },
  checkConfiguration: { roles: ['owner', 'operator', 'developer'], reach: 'installation' },
  listConfigurationRevisions: {
    roles: ['owner', 'operator', 'developer', 'auditor'],
    reach: 'installation',
  },
  readConfigurationRevision: { roles: ['owner', 'operator', 'developer', 'auditor'], reach: 'installation' },
  publishConfiguration: { roles: ['owner'], reach: 'installation' },
  rollBackConfiguration: { roles: ['owner'], reach: 'installation' },
  listMetrics: { roles: ['owner', 'operator', 'developer', 'auditor'], reach: 'installation' },
  queryMetrics: { roles: ['owner', 'operator', 'developer', 'auditor'], reach: 'installation' },
  readBoard: { roles: ['owner', 'operator', 'developer', 'auditor'], reach: 'installation' },
  listDataKeys: { roles: ['owner', 'operator', 'auditor'], reach: 'tenant' },
  rotateDataKey: { roles: ['owner', 'operator'], reach: 'installation' },
  shredDataKey: { roles: ['owner'], reach: 'installation' },
  unmaskConversation: { roles: ['owner', 'operator'], reach: 'installation' },
  listUnmaskings: { roles: ['owner', 'auditor'], reach: 'tenant' },
  listAlerts: { roles: ['owner', 'operator', 'developer', 'auditor'], reach: 'installation' },
  readAlert: { roles: ['owner', 'operator', 'developer', 'auditor'], reach: 'installation' },
  acknowledgeAlert: { roles: ['owner', 'operator'], reach: 'installation' },
  listSilences: { roles: ['owner', 'operator', 'developer', 'auditor'], reach: 'installation' },
  createSilence: { roles: ['owner', 'operator'], reach: 'installation' },
  endSilence: { roles: ['owner', 'operator'], reach: 'installation' },
  listSlos: { roles: ['owner', 'operator', 'developer', 'auditor'], reach: 'installation' },
  listRules: { roles: ['owner', 'operator', 'developer', 'auditor'], reach: 'installation' },
  listChannels: { roles: ['owner', 'operator', 'developer', 'auditor'], reach: 'installation' },
  testChannel: { roles: ['owner', 'operator'], reach: 'installation' },
  exportObservability: { roles: ['owner', 'operator', 'developer', 'auditor'], reach: 'installation' },
  readSystem: { roles: ['owner', 'operator', 'developer', 'auditor'], reach: 'installation' },
}

/** The only ones that need no key. */
const open = ['openSession', 'closeSession', 'readOpenApi', 'readApiPage']

/** Bodies that pass validation and change nothing that the walk depends on. */
const bodies: Record<string, unknown> = {
  giveFeedback: { score: 1 },
  createKey: { name: 'walk', role: 'service', tenant: 'acme' },
  createTenant: { id: 'walk-tenant' },
  updateTenant: { name: 'Walk' },
  rotateDataKey: { tenant: 'acme', purpose: 'content' },
  shredDataKey: { confirm: '' },
  unmaskConversation: { tenant: 'acme', conversation: 'c', reason: 'the walk of all permissions' },
  checkConfiguration: { text: 'services: {}' },
  acknowledgeAlert: {},
  createSilence: { matchers: { name: 'walk' }, reason: 'The walk.', ends_at: '2126-01-01T00:00:00Z' },
  createGuardrailReport: { policy: 'none', guard: 'none' },
  queryMetrics: { query: { metric: 'slipway_inferences_total' } },
  // with nothing to publish, so that it changes nothing
  publishConfiguration: { text: 'servces: {}' },
}

interface Operation {
  readonly id: string
  readonly method: string
  readonly path: string
}

const nobody = '01a204f9-c1d3-7085-937d-6315f2c90908'
let provider: FakeProvider
let product: Product
let operations: Operation[]
const keys = new Map<string, string>()

async function call(operation: Operation, key: string | undefined): Promise<Response> {
  const body = bodies[operation.id]
  const controller = new AbortController()
  const response = await fetch(product.url + operation.path, {
    method: operation.method,
    signal: controller.signal,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  // a live tail would never end by itself
  if (operation.id.startsWith('watch')) controller.abort()
  return response
}

async function admin(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(product.url + path, {
    method,
    headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as Record<string, unknown>
}

beforeAll(async () => {
  provider = await startFakeProvider()
  product = await startProduct({
    config: `
providers:
  fake: { kind: openai, baseUrl: '${provider.url}/v1' }
services:
  assistant:
    storeContent: true
    releases: { v1: { target: { provider: fake, model: gpt-test } } }
  private:
    releases: { v1: { target: { provider: fake, model: gpt-test } } }
tenants:
  acme: { services: [assistant] }
  globex: {}
`,
  })
  for (const tenant of ['acme', 'globex', null]) {
    for (const role of roles) {
      const { secret } = await admin('POST', '/api/keys', { name: `${tenant}-${role}`, role, tenant })
      keys.set(`${tenant}/${role}`, String(secret))
    }
  }
  const description = await admin('GET', '/api/openapi.json')
  operations = Object.entries(description['paths'] as Record<string, Record<string, { operationId: string }>>)
    .filter(([path]) => path.startsWith('/api/'))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => ({
        id: operationId,
        method: method.toUpperCase(),
        path: path.replaceAll('{id}', nobody).replaceAll('{name}', 'nobody'),
      })),
    )
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await provider?.stop()
})

describe('every route of the control API', () => {
  it('is in the table of this test', () => {
    expect(operations.map(({ id }) => id).toSorted()).toEqual([...Object.keys(expected), ...open].toSorted())
  })

  it('answers 401 without a key, but for the short list', async () => {
    for (const operation of operations) {
      if (open.includes(operation.id)) continue
      expect([operation.id, (await call(operation, undefined)).status]).toEqual([operation.id, 401])
      expect([operation.id, (await call(operation, 'sk-slip-made-up')).status]).toEqual([operation.id, 401])
    }
  })

  it('answers 403 to a role that is too small, and to a key of a tenant where the installation is meant', async () => {
    for (const operation of operations) {
      const rule = expected[operation.id]
      if (!rule) continue
      for (const role of roles) {
        for (const tenant of ['acme', null]) {
          const isAllowed = rule.roles.includes(role) && (rule.reach === 'tenant' || tenant === null)
          // changes that are allowed are left to the tests of access
          if (isAllowed && operation.method !== 'GET') continue
          const { status } = await call(operation, keys.get(`${tenant}/${role}`))
          const verdict =
            status === 403 ? 'forbidden' : status === 401 || status >= 500 ? `broken: ${status}` : 'allowed'
          const question = `${operation.id} by ${role} of ${tenant ?? 'all'}`
          expect(`${question}: ${verdict}`).toBe(`${question}: ${isAllowed ? 'allowed' : 'forbidden'}`)
        }
      }
    }
  })
})

describe("another tenant's key", () => {
  it('sees nothing of a tenant: no inference, feedback, key or audit entry', async () => {
    const acme = keys.get('acme/developer') ?? ''
    const answer = await fetch(`${product.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${acme}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'assistant', messages: [{ role: 'user', content: 'secret of acme' }] }),
    })
    const id = answer.headers.get('slipway-inference-id') ?? ''
    expect(answer.status).toBe(200)
    expect(JSON.stringify(await readInference({ url: product.url, adminKey: acme }, id))).toContain(
      'secret of acme',
    )

    const globex = { authorization: `Bearer ${keys.get('globex/owner')}` }
    const read = async (path: string, init: RequestInit = {}): Promise<Response> =>
      await fetch(product.url + path, { ...init, headers: { ...globex, 'content-type': 'application/json' } })
    expect((await read(`/api/inferences/${id}`)).status).toBe(404)
    expect((await read(`/api/inferences/${id}/trace`)).status).toBe(404)
    expect((await read(`/api/inferences/${id}/explain`)).status).toBe(404)
    expect((await read('/api/conversations?tenant=acme')).status).toBe(403)
    const feedback = { method: 'POST', body: JSON.stringify({ score: 0 }) }
    expect((await read(`/api/inferences/${id}/feedback`, feedback)).status).toBe(404)
    expect((await read('/api/inferences?tenant=acme')).status).toBe(403)
    expect((await read('/api/overview?tenant=acme')).status).toBe(403)
    for (const path of [
      '/api/inferences',
      '/api/conversations',
      '/api/keys',
      '/api/audit',
      '/api/tenants',
      '/api/overview',
    ]) {
      const response = await read(path)
      expect([path, response.status]).toEqual([path, 200])
      expect(await response.text()).not.toContain('acme')
    }
    const acmeKey = ((await admin('GET', '/api/keys?tenant=acme'))['data'] as { id: string }[])[0]!
    expect((await read(`/api/keys/${acmeKey.id}`, { method: 'DELETE' })).status).toBe(404)
  })

  it('calls no service that its tenant may not', async () => {
    const openai = (key: string | undefined, model: string): Promise<Response> =>
      fetch(`${product.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] }),
      })
    expect((await openai(keys.get('acme/service'), 'private')).status).toBe(404)
    expect((await openai(keys.get('globex/service'), 'private')).status).toBe(200)
    expect((await openai(keys.get('globex/auditor'), 'private')).status).toBe(404)
    const models = await fetch(`${product.url}/v1/models`, {
      headers: { authorization: `Bearer ${keys.get('acme/service')}` },
    })
    expect(((await models.json()) as { data: { id: string }[] }).data.map(({ id }) => id)).toEqual([
      'assistant',
    ])
  })
})

describe('a revoked key', () => {
  it('opens nothing any more', async () => {
    const { id, secret } = await admin('POST', '/api/keys', {
      name: 'short',
      role: 'developer',
      tenant: 'acme',
    })
    const me = (): Promise<Response> =>
      fetch(`${product.url}/api/me`, { headers: { authorization: `Bearer ${String(secret)}` } })
    expect((await me()).status).toBe(200)
    await fetch(`${product.url}/api/keys/${String(id)}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${product.adminKey}` },
    })
    expect((await me()).status).toBe(401)
  })
})

describe('changes and administrative reads', () => {
  it('stand in the audit log with who did them', async () => {
    const { id } = await admin('POST', '/api/keys', { name: 'audited', role: 'service', tenant: 'acme' })
    await admin('GET', '/api/keys')
    const entries = (await admin('GET', '/api/audit?limit=20'))['data'] as Record<string, unknown>[]
    const created = entries.find(entry => entry['subject'] === `key:${String(id)}`)
    expect(created).toMatchObject({
      action: 'key:create',
      actor_name: 'admin',
      tenant: 'acme',
      before_hash: null,
    })
    expect(String(created?.['after_hash'])).toMatch(/^[0-9a-f]{64}$/)
    expect(entries.some(entry => entry['action'] === 'key:list' && entry['actor_name'] === 'admin')).toBe(
      true,
    )
  })
})
