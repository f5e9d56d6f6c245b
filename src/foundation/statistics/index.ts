/** Statistics: pure numeric methods, each with its source. */
export { proportionUpperBound } from './proportion-bound.ts'
