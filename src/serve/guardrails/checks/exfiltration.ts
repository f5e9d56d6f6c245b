import { z } from 'zod'
import type { CheckKind, Finding, Scan } from '../check.ts'
import { viewsOf } from '../normalise/index.ts'
import { findLinks, type Link, maxLinkLength, openLinkFrom } from './find-links.ts'
import { openBefore, settleFindings } from './settle-findings.ts'
import { isOfDomains, readUrl } from './url-parts.ts'

const parameters = z.strictObject({
  allowedDomains: z
    .array(z.string().regex(/^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/, 'must be a domain in lower case: example.com'))
    .max(1_000)
    .default([])
    .describe('What leads to these and the domains below them is let through.'),
  images: z
    .enum(['unlisted', 'with-data', 'ignore'])
    .default('unlisted')
    .describe(
      'Images load by themselves: `unlisted` finds each that is of no allowed domain, `with-data` those whose URL carries something.',
    ),
  links: z
    .enum(['unlisted', 'with-data', 'ignore'])
    .default('with-data')
    .describe(
      'The same for links and bare URLs. One that stands word for word in the documents or the question is let through.',
    ),
  html: z.boolean().default(true).describe('Whether to find tags of HTML that load, run or send something.'),
})

type Parameters = z.infer<typeof parameters>

export const exfiltrationKind: CheckKind<Parameters> = {
  manifest: {
    name: 'exfiltration',
    description:
      'Finds images, links and HTML that would carry data out when they are shown, fetched or clicked.',
    stages: ['output', 'tool_call', 'context'],
    parameters,
    maxSpan: maxLinkLength,
    cost: 'deterministic',
  },
  create(options) {
    return {
      scan: scan => settleFindings(candidatesOf(scan, options)),
      openFrom(text) {
        const from = Math.max(0, text.length - 3 * maxLinkLength)
        const near = findLinks(text.slice(from)).map(({ start, end }) => ({
          start: start + from,
          end: end + from,
          type: '',
          score: 0,
        }))
        return openBefore(openLinkFrom(text), near)
      },
    }
  },
}

function candidatesOf(scan: Scan, options: Parameters): Finding[] {
  const found = findLinks(scan.text).flatMap(link => judge(link, scan, options))
  if (scan.stage !== 'tool_call') return found
  // arguments are JSON, where a slash may be written \/ or \u002f
  const decoded = viewsOf(scan.text).find(view => view.kind === 'decoded')
  if (!decoded) return found
  const more = findLinks(decoded.text).map(link => ({
    ...link,
    start: decoded.sourceStart(link.start),
    end: decoded.sourceEnd(link.end),
  }))
  return [...found, ...more.flatMap(link => judge(link, scan, options))]
}

const activeTags = new Set(
  'script iframe frame object embed applet form base meta link style svg math portal'.split(' '),
)
const loadingTags = new Set('img image video audio source track input picture body table td'.split(' '))

function judge(link: Link, scan: Scan, options: Parameters): Finding[] {
  const target = readUrl(link.url)
  const finding = (type: string, score: number): Finding[] => [
    { start: link.start, end: link.end, type, score },
  ]
  const isListed = target.kind === 'remote' && isOfDomains(target.host, options.allowedDomains)
  if (link.form === 'html') {
    if (!options.html) return []
    if (link.hasHandler || target.kind === 'script') return finding('ACTIVE_HTML', 0.95)
    const tag = link.tag ?? ''
    if (activeTags.has(tag)) return isListed ? [] : finding('ACTIVE_HTML', 0.9)
    if (loadingTags.has(tag))
      return isListed || target.kind === 'local' ? [] : finding('IMAGE_EXFILTRATION', 0.9)
    return tag === 'a' ? judgeLink(link, scan, options, isListed) : []
  }
  if (target.kind === 'script') return finding('ACTIVE_HTML', 0.95)
  if (target.kind === 'data') return finding('DATA_URI', 0.7)
  if (target.kind !== 'remote' && !/^www\./i.test(link.url)) return []
  if (link.form !== 'image') return judgeLink(link, scan, options, isListed)
  if (isListed || options.images === 'ignore') return []
  const carriesData = target.kind === 'remote' && target.carriesData
  if (options.images === 'with-data' && !carriesData) return []
  return finding('IMAGE_EXFILTRATION', carriesData ? 0.95 : 0.6)
}

function judgeLink(link: Link, scan: Scan, options: Parameters, isListed: boolean): Finding[] {
  const target = readUrl(/^www\./i.test(link.url) ? `https://${link.url}` : link.url)
  if (target.kind !== 'remote' || isListed || options.links === 'ignore') return []
  if (isOfDomains(target.host, options.allowedDomains)) return []
  if (options.links === 'with-data' && !target.carriesData) return []
  if ([scan.question, ...(scan.documents ?? [])].some(text => text?.includes(link.url))) return []
  return [
    { start: link.start, end: link.end, type: 'LINK_EXFILTRATION', score: target.carriesData ? 0.7 : 0.5 },
  ]
}
