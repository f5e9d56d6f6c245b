/** Distillation: a teacher's answers become data, a student learns them, and the two are held against each other. */
export type { TeacherBatches, TeacherTerms } from './ports.ts'
export { makeDistillationReport } from './distillation-report.ts'
export { distillationRoutes } from './distillation-routes.ts'
export { createDistillations } from './distillations.ts'
export type { DistillationCaller } from './distillations.ts'
export { findTeacher, labelWithTeacher } from './label-with-teacher.ts'
export type { LabelParts } from './labelling.ts'
export { recipeSchema } from './recipe-schema.ts'
