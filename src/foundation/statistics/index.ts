/** Statistics: pure numeric methods, each with its source. */
export { activeMean, drawUnequally } from './active-mean.ts'
export type { ActiveMean, DrawnItem } from './active-mean.ts'
export { cohenKappa, fleissInterval, fleissKappa, weightedKappa } from './agreement.ts'
export type { Agreement } from './agreement.ts'
export { bootstrapInterval, bootstrapMean, quantileOf } from './bootstrap.ts'
export type { BootstrapOptions, Interval } from './bootstrap.ts'
export { chiSquaredTest, goodnessOfFit, mcNemarExact } from './chi-squared.ts'
export type { ChiSquared } from './chi-squared.ts'
export { classifierTest } from './classifier-test.ts'
export type { ClassifierTest } from './classifier-test.ts'
export { compareSorted, kolmogorovSmirnov, wassersteinDistance } from './compare-distributions.ts'
export type { DistributionComparison } from './compare-distributions.ts'
export { confidentLearning } from './confident-learning.ts'
export type { ConfidentLearning, LabelSuspect } from './confident-learning.ts'
export { dawidSkene } from './dawid-skene.ts'
export type { Annotation, DawidSkene } from './dawid-skene.ts'
export {
  binCounts,
  evidentlyEdgesOfSorted,
  evidentlyStability,
  evidentlyStabilityOfCounts,
  hellingerDistance,
  jensenShannonDistance,
  numericStability,
  populationStability,
  quantileEdges,
  sharesOf,
} from './divergences.ts'
export { exactProportion } from './exact-proportion.ts'
export { krippendorffAlpha, krippendorffInterval } from './krippendorff.ts'
export type { Alpha, MeasurementLevel } from './krippendorff.ts'
export { meanDiscrepancy } from './mean-discrepancy.ts'
export type { MeanDiscrepancy } from './mean-discrepancy.ts'
export { adjustPValues } from './multiplicity.ts'
export type { Correction } from './multiplicity.ts'
export { labelsForHalfWidth, leastLabels, predictionPoweredMean } from './prediction-powered.ts'
export type { PredictionPowered } from './prediction-powered.ts'
export { proportionUpperBound } from './proportion-bound.ts'
export { pruneLabels, pruneMethods, suspectRankings } from './prune-labels.ts'
export type { PruneMethod, SuspectRanking } from './prune-labels.ts'
export { createRandom, hashText } from './random.ts'
export type { Random } from './random.ts'
export { clusterByMeaning, discreteSemanticEntropy, normalisedSemanticEntropy } from './semantic-entropy.ts'
export { normalCdf, normalQuantile, studentQuantile } from './special-functions.ts'
export { andersonDarling, mannWhitney, wilcoxonSignedRank } from './two-sample-tests.ts'
export type { TestResult } from './two-sample-tests.ts'
export { shiftedMean } from './shifted-mean.ts'
export type { ShiftedMean } from './shifted-mean.ts'
export { wilsonInterval } from './wilson-interval.ts'
export type { Share } from './wilson-interval.ts'
export { sentenceBleu } from './text/bleu.ts'
export type { BleuOptions, BleuSmoothing } from './text/bleu.ts'
export { chrf } from './text/chrf.ts'
export { editSimilarity, sequenceSimilarity } from './text/edit-distance.ts'
export { rouge } from './text/rouge.ts'
export type { Overlap, RougeKind } from './text/rouge.ts'
export { cosine, jaccard, normaliseAnswer, tokenOverlap } from './text/similarity.ts'
export {
  characterTokens,
  internationalTokens,
  mtevalTokens,
  stemmedTokens,
  wordTokens,
} from './text/tokens.ts'
export {
  asymptoticHalfWidth,
  asymptoticHalfWidthInside,
  burnIn,
  compareMeans,
  compareRelatively,
} from './sequential/asymptotic-sequence.ts'
export type { AsymptoticInterval, Moments } from './sequential/asymptotic-sequence.ts'
export { createConformalMartingale, firstJumperState, jumpOnce } from './sequential/conformal-martingale.ts'
export { createDetector } from './sequential/e-detector.ts'
export type {
  Detector,
  DetectorForm,
  DetectorOptions,
  DetectorPromise,
  DetectorState,
} from './sequential/e-detector.ts'
export { createMeanSequence } from './sequential/mean-sequence.ts'
export type { MeanSequence, MeanSequenceOptions, MeanSequenceState } from './sequential/mean-sequence.ts'
export { proportionDifference } from './sequential/proportion-difference.ts'
export { proportionSequence } from './sequential/proportion-sequence.ts'
export type { Bounds } from './sequential/proportion-sequence.ts'
export { quantileDifference, quantileSequence } from './sequential/quantile-sequence.ts'
export { sampleRatioEvidence } from './sequential/sample-ratio.ts'
export { createArmComparison } from './canary/compare-arms.ts'
export type { ArmComparison } from './canary/compare-arms.ts'
export type { Arm, Harm, HarmKind } from './canary/harm.ts'
export { createCanaryJudge } from './canary/judge-canary.ts'
export type { CanaryMetric, CanaryPlan, CanaryVerdict, MetricVerdict } from './canary/judge-canary.ts'
