/** A text as it could be read: normalised and decoded, with the way back to the original. */
export type { View } from './view.ts'
export { foldedView, viewsOf } from './views-of.ts'
