import { describe, expect, it } from 'bun:test'
import known from './__fixtures__/published-values.json'
import {
  andersonDarling,
  chiSquaredTest,
  cohenKappa,
  confidentLearning,
  fleissKappa,
  goodnessOfFit,
  hellingerDistance,
  jensenShannonDistance,
  kolmogorovSmirnov,
  krippendorffAlpha,
  mannWhitney,
  meanDiscrepancy,
  populationStability,
  predictionPoweredMean,
  sharesOf,
  wassersteinDistance,
  weightedKappa,
} from './index.ts'

/** Values that others have published, or that SciPy computed; the file names the source of each. */
describe('two-sample tests', () => {
  const { ref, cur } = known.ks_2samp

  it('give the Kolmogorov–Smirnov test as SciPy has it, exact and not', () => {
    const exact = kolmogorovSmirnov(ref, cur)
    expect(exact).toMatchObject({ statistic: known.ks_2samp.statistic, method: 'exact' })
    expect(exact?.p).toBeCloseTo(known.ks_2samp.p_exact, 12)
    expect(kolmogorovSmirnov(ref, cur, 'asymptotic')?.p).toBeCloseTo(known.ks_2samp.p_asymp, 10)
  })

  it('give U of Mann and Whitney, and its p', () => {
    const found = mannWhitney(ref, cur)
    expect(found?.statistic).toBe(known.mannwhitney.U1)
    expect(found?.p).toBeCloseTo(known.mannwhitney.p_two_sided_asymptotic_continuity, 12)
  })

  it('give the Wasserstein distance', () => {
    expect(wassersteinDistance(ref, cur)).toBeCloseTo(known.wasserstein1.value, 12)
  })

  it('give the Anderson–Darling test of several samples', () => {
    const { a, b, statistic, p } = known.anderson_darling_ksamp
    const found = andersonDarling([a, b])
    expect(found?.statistic).toBeCloseTo(statistic, 10)
    expect(found?.p).toBeCloseTo(p, 4)
    expect(found?.p).toBeCloseTo(known.anderson_darling_ksamp.reproduced_p, 10)
  })

  it('give the mean discrepancy, with bias and without', () => {
    const { X, Y, unbiased, biased } = known.mmd2_rbf_sigma1
    const found = meanDiscrepancy(X, Y, { bandwidth: 1 })
    expect(found?.unbiased).toBeCloseTo(unbiased, 14)
    expect(found?.biased).toBeCloseTo(biased, 14)
  })
})

describe('divergences and tables', () => {
  it('give stability index, Jensen–Shannon and Hellinger distance', () => {
    const { p, q, ...expected } = known.categorical_divergences
    expect(populationStability(p, q)).toBeCloseTo(expected.psi_natural_log, 14)
    expect(jensenShannonDistance(p, q)).toBeCloseTo(expected.js_distance_base2, 14)
    expect(jensenShannonDistance(p, q, 'e')).toBeCloseTo(expected.js_distance_base_e, 14)
    expect(hellingerDistance(p, q)).toBeCloseTo(expected.hellinger, 14)
  })

  it.each(['continuous', 'quasi_continuous', 'categorical'] as const)(
    'give the Jensen–Shannon distance of NannyML, %s',
    kind => {
      const { reference, current, expected } = known.nannyml_jensen_shannon[kind]
      expect(jensenShannonDistance(sharesOf(reference), sharesOf(current), 'e').toFixed(2)).toBe(
        expected.toFixed(2),
      )
    },
  )

  it('give χ² of a table', () => {
    const { table, chi2, p, dof } = known.chi2_contingency
    const found = chiSquaredTest(table)
    expect(found?.statistic).toBeCloseTo(chi2, 12)
    expect(found).toMatchObject({ degrees: dof })
    expect(found?.p).toBeCloseTo(p, 12)
  })

  it('give χ² of counts against a reference, as a monitor and as a split of traffic have it', () => {
    const { ref_counts: before, cur_counts: now, reproduced, hellinger } = known.evidently_chi2
    expect(goodnessOfFit(now, before)?.p).toBeCloseTo(reproduced, 10)
    expect(hellingerDistance(sharesOf(before), sharesOf(now))).toBeCloseTo(hellinger, 4)
    const { counts, expected, chi2, p } = known.srm_chi2
    const split = goodnessOfFit(counts, expected)
    expect(split?.statistic).toBeCloseTo(chi2, 12)
    expect(split?.p).toBeCloseTo(p, 12)
  })
})

describe('agreement', () => {
  it('gives κ of Cohen with its error, and weighted', () => {
    const { table, kappa, ase, ci, linear_weighted_kappa: linear } = known.cohen_kappa
    const found = cohenKappa(table)
    expect(found?.kappa).toBeCloseTo(kappa, 4)
    expect(found?.standardError).toBeCloseTo(ase, 4)
    const half = 1.959963984540054 * (found?.standardError ?? 0)
    expect((found?.kappa ?? 0) - half).toBeCloseTo(ci[0]!, 4)
    expect((found?.kappa ?? 0) + half).toBeCloseTo(ci[1]!, 4)
    expect(weightedKappa(table, 'linear')?.kappa).toBeCloseTo(linear, 4)
  })

  it('gives κ of Fleiss', () => {
    expect(fleissKappa(known.fleiss_kappa.wikipedia_table)?.kappa).toBeCloseTo(known.fleiss_kappa.kappa, 3)
  })

  it.each([
    ['nominal', known.krippendorff.data_nominal_interval, known.krippendorff.nominal, 6],
    ['interval', known.krippendorff.data_nominal_interval, known.krippendorff.interval, 6],
    ['ordinal', known.krippendorff.data_ordinal_ratio, known.krippendorff.ordinal, 3],
    ['ratio', known.krippendorff.data_ordinal_ratio, known.krippendorff.ratio, 3],
  ] as const)('gives α of Krippendorff, %s', (level, raters, alpha, digits) => {
    const [first = []] = raters
    const items = first.map((_, item) =>
      raters.map(row => row[item]).filter(value => typeof value === 'number'),
    )
    expect(krippendorffAlpha(items, level)?.alpha).toBeCloseTo(alpha, digits)
  })
})

describe('labels and judges', () => {
  it('finds the off-diagonal of the confident joint', () => {
    const {
      labels,
      pred_probs: probabilities,
      thresholds,
      confident_joint: joint,
    } = known.confident_learning_toy
    const found = confidentLearning(labels, probabilities, 3)
    for (const [k, threshold] of thresholds.entries()) expect(found.thresholds[k]).toBeCloseTo(threshold, 12)
    expect(found.joint).toEqual(joint)
    expect(found.suspects.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual(
      known.confident_learning_toy.off_diagonal_indices,
    )
  })

  it('corrects the mean of a judge', () => {
    const { judge_unlabelled: judgeUnlabelled, human, judge_on_human: judgeOnHuman } = known.ppi_mean
    const found = predictionPoweredMean({ human, judgeOnHuman, judgeUnlabelled }, { power: 1, correction: 0 })
    expect(found?.estimate).toBeCloseTo(known.ppi_mean.theta, 12)
    expect(found?.standardError).toBeCloseTo(known.ppi_mean.se_ddof0, 12)
  })
})
