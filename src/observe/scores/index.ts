/** Scores: what judges find of answers after they have been given. What people say of them is feedback. */
export { createJudgeQueue } from './queue-judgements.ts'
export { judgeInferences } from './judge-inferences.ts'
export type { JudgeInferencesOptions, JudgeOne } from './judge-inferences.ts'
export { createScoreMetrics } from './score-metrics.ts'
export { scoresRoutes } from './scores-routes.ts'
export type { Judge } from './score.ts'
export { listScoresOfMany } from './score-store.ts'
