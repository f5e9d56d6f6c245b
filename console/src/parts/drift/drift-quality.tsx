import type { DriftQuality } from '../../api/types.ts'
import { Fact, Facts } from '../facts.tsx'
import { formatFigure, formatPart } from './format-part.ts'

/** What a label is where it is known, and would be where it is not. */
export function DriftQualityFacts({ quality }: { readonly quality: DriftQuality }) {
  return (
    <>
      <Facts>
        <Fact name="Labelled before">{say(quality.labelled.reference)}</Fact>
        <Fact name="Labelled now">{say(quality.labelled.current)}</Fact>
        <Fact name="Estimated now">
          {say(quality.estimated)}
          {quality.estimated && !quality.is_trusted && <span className="quiet"> not to be trusted</span>}
        </Fact>
        {quality.judged && <Fact name={`By ${quality.judged.judge}`}>{say(quality.judged)}</Fact>}
        {quality.explained !== null && (
          <Fact name="Told by features">{formatPart(quality.explained)} of the label</Fact>
        )}
        {quality.outside !== null && (
          <Fact name="Outside of what was labelled">{formatPart(quality.outside)} of the rows</Fact>
        )}
      </Facts>
      {quality.reasons.length > 0 && <p className="quiet">Why not: {quality.reasons.join(', and ')}.</p>}
      <p className="quiet">
        The estimate knows the questions, not the answers’ worth: that answers to the same questions have
        become worse, it cannot see.
      </p>
    </>
  )
}

function say(mean: { estimate: number; low: number; high: number } | null): string {
  return mean === null
    ? '–'
    : `${formatFigure(mean.estimate)} (${formatFigure(mean.low)} to ${formatFigure(mean.high)})`
}
