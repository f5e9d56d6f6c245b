/** Datasets: versions of rows that can be named, compared, checked and gone back to. */
export type * from './dataset.ts'
export type * from './datasets.ts'
export type * from './task.ts'
export {
  columnName,
  columnRoles,
  columnsOfRole,
  columnTypes,
  datasetName,
  parseDefinition,
  readDefinition,
} from './definition.ts'
export type { CheckDefinition, Definition } from './definition.ts'
export { collectTask } from './collect/collect-task.ts'
export { collection, collectionFilter } from './collect/collection.ts'
export { collectRoutes } from './collect/collect-routes.ts'
export { driveRoutes } from './drives/drive-routes.ts'
export { createStartDrive } from './drives/start-drive.ts'
export { createTransferFolder } from './transfer/transfer-folder.ts'
export type { TransferFolder } from './transfer/transfer-folder.ts'
export { importTask } from './transfer/import-task.ts'
export { exportTask } from './transfer/export-task.ts'
export { transferByteRoutes, transferRoutes } from './transfer/transfer-routes.ts'
export { readTar } from './files/read-tar.ts'
export { tarEnd, tarHeader, tarPadding } from './files/write-tar.ts'
export { fileByteRoutes, fileEntryRoute } from './files/file-routes.ts'
export { openDatasets } from './open-datasets.ts'
export type { DatasetsSettings, OpenDatasets, OpenDatasetsOptions } from './open-datasets.ts'
export type { AskForLabel } from './labels/ask-service.ts'
export { labelRoutes } from './labels/label-routes.ts'
export { registerLabelTasks } from './labels/label-work.ts'
export { createPublishConsensus } from './labels/publish-consensus.ts'
export type { LabelsContext } from './labels/labels-context.ts'
export { checkChat, checkPreference } from './formats/check-chat.ts'
export { mayLearnFrom } from './learn/may-learn.ts'
export { readDatasetExamples } from './learn/read-examples.ts'
export { findVersionOrigins, listDerivedVersions } from './stores/derived-store.ts'
export type { VersionOrigin } from './stores/derived-store.ts'
export { formatReference, parseReference } from './reference.ts'
export { splitOfValues } from './split.ts'
export { datasetsRoutes } from './datasets-routes.ts'
export type { DatasetsRoutesOptions } from './routes-context.ts'
export { checkFile } from './validation/check-file.ts'
export type { CheckedFile, CheckFileOptions } from './validation/check-file.ts'
export { createRemoveNear } from './duplicates/remove-near.ts'
export { checkVersionKind, createCheckVersion } from './validation/check-version.ts'
export { removeNearBody, removeNearKind } from './duplicates/remove-near.ts'
export type { PublishedVersion } from './datasets-context.ts'
export type { TaskRunner } from './tasks/task-runner.ts'
export { createDefinitionCheck, createPublishGate } from './validation/publish-gate.ts'
export type { GateOptions } from './validation/publish-gate.ts'
export { checkReport, checkResult } from './validation/report.ts'
export type { CheckReport, CheckResult } from './validation/report.ts'
export { datasetProfile } from './profile/profile.ts'
export type { ColumnProfile, DatasetProfile } from './profile/profile.ts'
export type {
  Detected,
  DetectorName,
  TextDetectors,
  TextDetectorsModule,
} from './validation/text-detectors.ts'
export { collectDatasetGarbage } from './collect-garbage.ts'
export { createMakeCounterfactuals } from './counterfactuals/make-counterfactuals.ts'
export { createCompareBias } from './slices/compare-bias.ts'
export { createMitigate } from './slices/mitigate.ts'
export { conditionsOf, rowsWithin } from './slices/read-slices.ts'
export { conditionWord } from './slices/slice-sql.ts'
