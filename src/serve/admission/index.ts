/** Admission: who may go now, and who waits. */
export * from './queue/index.ts'
export * from './budgets/index.ts'
