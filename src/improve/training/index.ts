/** Training: the corpus generator, the tokenizer and the trainer of small language models, and the built-in model. */
export { builtinTokenizer } from './builtin-tokenizer.ts'
export { counterfactualsByName } from './corpus/counterfactuals.ts'
export type { CounterfactualSet } from './corpus/counterfactuals.ts'
export type {
  CorpusMix,
  CorpusSpec,
  Intent,
  NameGroup,
  PersonalDataKind,
  Product,
  Style,
  SupportAnswer,
  SupportDesk,
  SupportExample,
  Urgency,
} from './corpus/corpus-spec.ts'
export { generateCorpus } from './corpus/generate-corpus.ts'
export type { CorpusRequest } from './corpus/generate-corpus.ts'
export { generateExample } from './corpus/generate-example.ts'
export { shiftCorpus, supportShifts } from './corpus/shift-corpus.ts'
export type { CorpusShift } from './corpus/shift-corpus.ts'
export { supportCorpus } from './corpus/support-desk.ts'
export { evaluateModel } from './evaluate-model.ts'
export type { ModelEvaluation } from './evaluate-model.ts'
export { parseAnswer } from './evaluation/score-answers.ts'
export type { SupportScores } from './evaluation/score-answers.ts'
export type { Share } from '../../foundation/statistics/index.ts'
export type { ModelDescription } from './gguf/model-file.ts'
export type { TrainingExamples } from './loop/prepare-run.ts'
export type { TrainingEvent } from './loop/training-event.ts'
export { builtinModelDirectory, builtinModelFile, builtinModels, readModelCard } from './model-card.ts'
export type { ModelCard } from './model-card.ts'
export { fineTuningPaths } from './api/fine-tuning-paths.ts'
export { findJob as findTrainingJob } from './jobs/job-store.ts'
export { createJobSchema } from './api/job-request.ts'
export { quantizationRequest } from './quantization/jobs/quantization.ts'
export type { Quantizations } from './quantization/jobs/quantizations.ts'
export type { Trainings } from './jobs/trainings.ts'
export { openTraining } from './open-training.ts'
export type { OpenTraining, OpenTrainingOptions } from './open-training.ts'
export type * from './ports.ts'
export { findJob, listJobsOnVersion } from './jobs/job-store.ts'
export type { TrainingJob } from './jobs/job.ts'
export { createBuiltinTrainer } from './trainers/builtin/builtin-trainer.ts'
export {
  createKubernetesTrainer,
  declareKubernetes,
  planTraining,
} from './trainers/kubernetes/kubernetes-trainer.ts'
export { createProcessTrainer } from './trainers/process/process-trainer.ts'
export { createProviderTrainer } from './trainers/provider/provider-trainer.ts'
export type { Trainer } from './trainers/trainer.ts'
export { modelRoutes } from './model-routes.ts'
export type { QuantizationType } from './quantization/quantization-types.ts'
export { quantizeModel } from './quantization/quantize-model.ts'
export type { QuantizationReport, QuantizeOptions, QuantizeProgress } from './quantization/quantize-model.ts'
export { readCheckExamples } from './quantization/read-examples.ts'
export { readTrainingMetrics, trainModel } from './train-model.ts'
export type { TrainedRun, TrainModelOptions } from './train-model.ts'
export { supportTraining, toTrainingExample, trainSupportModel } from './train-support-model.ts'
export type { SupportTrainingEvent, SupportTrainingOptions } from './train-support-model.ts'
export { trainingSpecSchema } from './training-spec.ts'
export type { TrainingExample, TrainingSpec, TrainingSpecInput } from './training-spec.ts'
